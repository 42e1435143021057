"""How late the items of slow streams arrive, over a socket of this machine."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from cases import SLOW_CASES
from cases.slow_streams import ITEMS
from harness.case import Contender, Request, Row
from harness.load import BrokenAnswerError, wait_for, wire
from harness.process import working
from harness.rounds import Effort

SLOW: tuple[Contender, ...] = ("floor", "ferroapi", "fastapi", "starlette")
"""Who has an application with slow streams."""

_MOMENT = re.compile(rb'{"at":([0-9.e-]+)}')


@dataclass(slots=True)
class LatencyFigures:
    """Seconds, round by round."""

    row: Row
    first: dict[Contender, list[float]] = field(default_factory=dict)
    """From the request to the first byte of the body."""
    item: dict[Contender, list[float]] = field(default_factory=dict)
    """From when an item was yielded to when it arrived."""

    def ratios(self, contender: Contender, against: Contender) -> tuple[float, float]:
        """How often the time of `against`, of `first` and of `item`: medians over the rounds."""
        first, item = (
            median(own / other for own, other in zip(of[contender], of[against], strict=True))
            for of in (self.first, self.item)
        )
        return first, item


def measure_latency(effort: Effort, package: Path | None) -> list[LatencyFigures]:
    """The figures of the slow streams."""
    figures = []
    for name, (case,) in SLOW_CASES.items():
        with working(SLOW, package) as workers:
            ports = {}
            for contender, worker in workers.items():
                worker.ask("load", case=name, lifespan=False)
                ports[contender] = worker.ask("serve")
                wait_for(ports[contender])
            for row in case.rows:
                figures.append(LatencyFigures(row))
                times = {
                    contender: effort.times(partial(_seconds, port, row))
                    for contender, port in ports.items()
                }
                for _ in range(effort.rounds):
                    for contender, port in ports.items():
                        first, item = _ask(port, row.request, times[contender])
                        figures[-1].first.setdefault(contender, []).append(first)
                        figures[-1].item.setdefault(contender, []).append(item)
    return figures


def _seconds(port: int, row: Row, times: int) -> float:
    started = perf_counter()
    _ask(port, row.request, times)
    return perf_counter() - started


def _ask(port: int, request: Request, times: int) -> tuple[float, float]:
    """The medians of `times` answers, one after the other on one connection."""
    firsts: list[float] = []
    items: list[float] = []
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(times):
            started = perf_counter()
            connection.sendall(wire(request))
            data, seen = b"", 0
            while not data.endswith(b"\r\n0\r\n\r\n"):
                more = connection.recv(65536)
                now = perf_counter()
                if not more:
                    raise BrokenAnswerError("the server closed the connection")
                data += more
                moments = _MOMENT.findall(data)
                if moments and not seen:
                    firsts.append(now - started)
                items += [now - float(moment) for moment in moments[seen:]]
                seen = len(moments)
            if seen != ITEMS:
                raise BrokenAnswerError(f"{seen} of {ITEMS} items arrived: {data[:200]!r}")
    return median(firsts), median(items)
