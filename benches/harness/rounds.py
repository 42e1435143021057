"""Times rows in interleaved rounds: every contender once, then every contender again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

from cases import CASES, SHAPE_CASES
from harness.answers import check
from harness.case import Contender, Row
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
    workers: list[Worker] = field(default_factory=list, repr=False)
    rounds: dict[Contender, list[float]] = field(default_factory=dict)
    worked: dict[Contender, list[float]] = field(default_factory=dict)
    driver: list[float] = field(default_factory=list)
    times: dict[Contender, int] = field(default_factory=dict)
    sends: dict[Contender, int] = field(default_factory=dict)

    def begin(self, effort: Effort) -> None:
        """Finds out how many requests each contender answers in a round."""
        for worker in self.workers:
            self.times[worker.contender] = effort.times(
                lambda times, worker=worker: self._time(worker, times)[0]  # type: ignore[misc]  # bound to this one
            )
            self.rounds[worker.contender] = []
            self.worked[worker.contender] = []

    def measure(self) -> None:
        """Times every contender once."""
        for worker in self.workers:
            times = self.times[worker.contender]
            taken, worked = self._time(worker, times)
            self.rounds[worker.contender].append(taken / times)
            self.worked[worker.contender].append(worked / times)
        times = self.times["floor"]
        taken, _ = self._time(self.workers[0], times, nothing=True)
        self.driver.append(taken / times)

    def _time(self, worker: Worker, times: int, *, nothing: bool = False) -> tuple[float, float]:
        taken, worked = worker.ask("time", row=self.row.name, times=times, nothing=nothing)
        return taken, worked

    def check_answers(self) -> None:
        """Raises `WrongAnswerError` unless every contender answers as it has to."""
        for worker in self.workers:
            answer = worker.answer(self.row.name)
            try:
                check(self.row, answer)
            except Exception as error:
                error.add_note(f"answered by {worker.contender}")
                raise
            self.sends[worker.contender] = answer.sends

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

    def over(self, contender: Contender, other: RowFigures) -> float:
        """Seconds over what the contender takes for another row: the median over the rounds."""
        pairs = zip(self.rounds[contender], other.rounds[contender], strict=True)
        return median(own - less for own, less in pairs)

    def worked_ratio(self, contender: Contender) -> float:
        """How often the processor time of the floor: the median over the rounds."""
        pairs = zip(self.worked[contender], self.worked["floor"], strict=True)
        return median(own / floor for own, floor in pairs)

    def net_ratio(self, contender: Contender) -> float:
        """How often the floor, the driver's own cost taken off both."""
        driver = median(self.driver)
        return (self.seconds(contender) - driver) / (self.seconds("floor") - driver)


def measure_case(
    name: str, effort: Effort, workers: Mapping[Contender, Worker]
) -> list[RowFigures]:
    """The figures of every row of what is measured together.

    Raises:
        WrongAnswerError: a contender answers something else.
        WorkerError: a contender's process failed.
    """
    for worker in workers.values():
        worker.ask("load", case=name, lifespan=True)
    figures: list[RowFigures] = []
    for case in (CASES | SHAPE_CASES)[name]:
        able = [worker for contender, worker in workers.items() if case.has(contender)]
        figures += (RowFigures(row, able) for row in case.rows)
    for of_row in figures:
        of_row.check_answers()
        of_row.begin(effort)
    for _ in range(effort.rounds):
        for of_row in figures:
            of_row.measure()
    for of_row in figures:
        of_row.check_answers()
    return figures
