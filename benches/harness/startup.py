"""Start-up, each measurement in a fresh process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from harness.case import Contender
from harness.contenders import installation
from harness.process import Worker

STARTING: tuple[Contender, ...] = ("starlette", "fastapi", "ferroapi")


@dataclass(frozen=True, slots=True)
class Stage:
    """What is measured, and ferroapi's goals: part of FastAPI's figure, and at most so much."""

    title: str
    part: float | None = None
    most: float | None = None


STAGES = {
    "declare": Stage("declare 1,000 routes"),
    "first": Stage("first request", most=0.020),
    "openapi": Stage("openapi()"),
    "total": Stage("all of that", part=1 / 3),
    "memory": Stage("memory, after the first request"),
    "peak": Stage("memory, at most, with openapi()", part=1 / 2),
    "each": Stage("first request to each of the routes"),
    "memory_end": Stage("memory, after all of it"),
}


@dataclass(slots=True)
class StartUp:
    """Seconds and bytes by stage and contender, round by round."""

    rounds: dict[str, dict[Contender, list[float]]] = field(
        default_factory=lambda: {stage: {} for stage in STAGES}
    )

    def figure(self, stage: str, contender: Contender) -> float | None:
        """The median, where there is one."""
        rounds = self.rounds[stage].get(contender)
        return median(rounds) if rounds else None


def measure_startup(rounds: int, package: Path | None) -> StartUp:
    """The figures of start-up."""
    figures = StartUp()
    for _ in range(rounds):
        for contender in STARTING:
            with Worker(contender, installation(contender, package)) as worker:
                for stage, figure in worker.ask("start_up").items():
                    if figure is not None:
                        figures.rounds[stage].setdefault(contender, []).append(figure)
    return figures
