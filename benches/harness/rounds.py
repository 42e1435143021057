"""Times rows in interleaved rounds: every contender once, then every contender again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from cases import CASES
from harness.answers import check
from harness.case import CONTENDERS, Contender, Row
from harness.contenders import installation
from harness.process import Worker

MOST = 200_000
"""Requests of one round, at most."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rounds, and seconds that a contender gets in each."""

    rounds: int
    seconds: float

    def times(self, probe: Callable[[int], float]) -> int:
        """How many requests take the seconds of a round. `probe` gives the seconds of so many."""
        times = 1
        while times < MOST:
            taken = probe(times)
            if taken >= self.seconds / 2:
                break
            times = min(MOST, max(times * 2, int(times * self.seconds / max(taken, 1e-9) / 4)))
        else:
            return times
        return max(1, min(MOST, round(times * self.seconds / taken)))


@dataclass(slots=True)
class RowFigures:
    """Seconds a request, round by round; `worked`: the part that processors worked for it."""

    row: Row
    rounds: dict[Contender, list[float]] = field(default_factory=dict)
    worked: dict[Contender, list[float]] = field(default_factory=dict)
    driver: list[float] = field(default_factory=list)
    times: dict[Contender, int] = field(default_factory=dict)
    sends: dict[Contender, int] = field(default_factory=dict)

    def seconds(self, contender: Contender) -> float:
        """The median."""
        return median(self.rounds[contender])

    def spread(self) -> float:
        """How far the slowest round is from the fastest, as a part of the median: ferroapi's."""
        rounds = self.rounds["ferroapi"]
        return (max(rounds) - min(rounds)) / median(rounds)

    def ratio(self, contender: Contender, against: list[float]) -> float:
        """How often the time of `against`: the median over the rounds."""
        pairs = zip(self.rounds[contender], against, strict=True)
        return median(own / other for own, other in pairs)

    def worked_ratio(self, contender: Contender) -> float:
        """How often the processor time of the floor: the median over the rounds."""
        pairs = zip(self.worked[contender], self.worked["floor"], strict=True)
        return median(own / floor for own, floor in pairs)

    def net_ratio(self, contender: Contender) -> float:
        """How often the floor, the driver's own cost taken off both."""
        driver = median(self.driver)
        return (self.seconds(contender) - driver) / (self.seconds("floor") - driver)


def measure_case(name: str, effort: Effort, package: Path | None) -> list[RowFigures]:
    """The figures of every row of a case. Raises `WrongAnswerError` or `WorkerError`."""
    figures = [RowFigures(row) for row in CASES[name].rows]
    with ExitStack() as stack:
        workers = [
            stack.enter_context(Worker(contender, installation(contender, package)))
            for contender in CONTENDERS
        ]
        for worker in workers:
            worker.ask("load", case=name)
        check_answers(figures, workers)
        for of_row in figures:
            for worker in workers:
                of_row.times[worker.contender] = effort.times(
                    lambda times, worker=worker, row=of_row.row.name: worker.ask(  # type: ignore[misc]  # bound to this row
                        "time", row=row, times=times, nothing=False
                    )[0]
                )
                of_row.rounds[worker.contender] = []
                of_row.worked[worker.contender] = []
        for _ in range(effort.rounds):
            for of_row in figures:
                for worker in workers:
                    times = of_row.times[worker.contender]
                    taken, worked = worker.ask(
                        "time", row=of_row.row.name, times=times, nothing=False
                    )
                    of_row.rounds[worker.contender].append(taken / times)
                    of_row.worked[worker.contender].append(worked / times)
                times = of_row.times["floor"]
                taken, _ = workers[0].ask("time", row=of_row.row.name, times=times, nothing=True)
                of_row.driver.append(taken / times)
        check_answers(figures, workers)
    return figures


def check_answers(figures: list[RowFigures], workers: list[Worker]) -> None:
    """Raises `WrongAnswerError` unless every contender answers every row as it has to."""
    for of_row in figures:
        for worker in workers:
            answer = worker.answer(of_row.row.name)
            try:
                check(of_row.row, answer)
            except Exception as error:
                error.add_note(f"answered by {worker.contender}")
                raise
            of_row.sends[worker.contender] = answer.sends
