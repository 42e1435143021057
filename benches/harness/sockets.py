"""The same applications behind uvicorn, on a socket of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from cases import CASES, SOCKET_CASES
from harness.answers import check
from harness.case import Contender, Row
from harness.load import ask_once, load, wait_for
from harness.process import working
from harness.rounds import Effort


@dataclass(slots=True)
class SocketFigures:
    """Requests a second, round by round."""

    row: Row
    goal: float
    """At least what part of the floor's."""
    rounds: dict[Contender, list[float]] = field(default_factory=dict)
    worked: dict[Contender, list[float]] = field(default_factory=dict)
    """Seconds a request that processors worked for the server; nothing where it cannot tell."""
    busy: dict[Contender, list[float]] = field(default_factory=dict)
    requests: dict[Contender, int] = field(default_factory=dict)

    def rate(self, contender: Contender) -> float:
        """The median."""
        return median(self.rounds[contender])

    def part(self, contender: Contender) -> float:
        """What part of the floor's rate: the median over the rounds."""
        pairs = zip(self.rounds[contender], self.rounds["floor"], strict=True)
        return median(own / floor for own, floor in pairs)

    def worked_part(self, contender: Contender) -> float | None:
        """What part of the floor's rate it would be by processor time alone."""
        own, floor = self.worked[contender], self.worked["floor"]
        return median(floor) / median(own) if own and floor else None


def measure_sockets(
    name: str, effort: Effort, package: Path | None, contenders: Sequence[Contender]
) -> SocketFigures:
    """The figures of the first row of a case."""
    (case,) = CASES[name]
    row, *_ = case.rows
    figures = SocketFigures(row, SOCKET_CASES[name])
    able = [contender for contender in contenders if case.has(contender)]
    with working(able, package) as workers:
        ports: dict[Contender, int] = {}
        for contender, worker in workers.items():
            worker.ask("load", case=name, lifespan=False)
            ports[contender] = worker.ask("serve")
        lengths: dict[Contender, tuple[int, bytes]] = {}
        for contender, port in ports.items():
            wait_for(port)
            lengths[contender] = checked(row, contender, port)
            length, tail = lengths[contender]
            for rounds in (figures.rounds, figures.worked, figures.busy):
                rounds[contender] = []
            figures.requests[contender] = effort.times(
                lambda times, port=port, length=length, tail=tail: (
                    load(  # type: ignore[misc]  # bound to this server
                        port, row.request, times, length, tail
                    ).seconds
                )
            )
        for _ in range(effort.rounds):
            for contender, port in ports.items():
                before = workers[contender].worked()
                done = load(port, row.request, figures.requests[contender], *lengths[contender])
                after = workers[contender].worked()
                if before is not None and after is not None and after > before:
                    figures.worked[contender].append((after - before) / done.requests)
                figures.rounds[contender].append(done.requests / done.seconds)
                figures.busy[contender].append(done.busy)
        for contender, port in ports.items():
            checked(row, contender, port)
    return figures


def checked(row: Row, server: str, port: int) -> tuple[int, bytes]:
    """Length and last bytes of the row's answer on the wire.

    Raises:
        WrongAnswerError: it is not the one that is expected.
        BrokenAnswerError: there is none.
    """
    answer, length, tail = ask_once(port, row.request)
    try:
        check(row, answer)
    except Exception as error:
        error.add_note(f"answered by {server} over a socket")
        raise
    return length, tail
