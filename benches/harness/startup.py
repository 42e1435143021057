"""Start-up, each measurement in a fresh process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from harness.case import Contender
from harness.contenders import installation
from harness.process import Worker

STARTING: tuple[Contender, ...] = ("starlette", "fastapi", "ferroapi")
STAGES = {
    "declare": ("declare 1,000 routes", 1 / 3),
    "first": ("first request", 1 / 3),
    "openapi": ("openapi()", 1 / 3),
    "memory": ("memory, after the first request", 1 / 2),
    "each": ("first request to each of the routes", None),
    "memory_end": ("memory, after all of it", None),
}
"""Title of a stage, and what part of FastAPI's figure is the goal."""


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
