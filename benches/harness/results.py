"""Everything that a run measured, as one document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness import goals
from harness.goals import Comparison, Verdict
from harness.imports import Imports
from harness.latency import LatencyFigures
from harness.rounds import RowFigures
from harness.service import Service
from harness.sockets import SocketFigures
from harness.startup import StartUp


@dataclass(slots=True)
class Results:
    """The figures of a run; what was not measured is empty."""

    rows: list[RowFigures] = field(default_factory=list)
    shapes: list[RowFigures] = field(default_factory=list)
    sockets: list[SocketFigures] = field(default_factory=list)
    service: Service | None = None
    latency: list[LatencyFigures] = field(default_factory=list)
    startup: StartUp | None = None
    imports: Imports | None = None

    def verdicts(self) -> list[Verdict]:
        """Whether the goals of what was measured are reached."""
        return [
            *goals.judge_rows(self.rows),
            *goals.judge_shapes(self.shapes),
            *goals.judge_sockets(self.sockets),
            *(goals.judge_service(self.service) if self.service else ()),
            *goals.judge_latency(self.latency),
            *(goals.judge_startup(self.startup) if self.startup else ()),
            *(goals.judge_imports(self.imports) if self.imports else ()),
        ]

    def comparisons(self) -> list[Comparison]:
        """ferroapi and every peer."""
        return [
            *goals.compare_rows(self.rows),
            *goals.compare_rows(self.shapes),
            *goals.compare_sockets(self.sockets),
            *(goals.compare_service(self.service) if self.service else ()),
        ]

    def document(
        self, now: datetime, machine: dict[str, Any], contenders: dict[str, Any]
    ) -> dict[str, Any]:
        """What is written: every round of it."""
        return {
            "date": now.isoformat(timespec="seconds"),
            "machine": machine,
            "contenders": contenders,
            "in_process": _in_process(self.rows),
            "shapes": _in_process(self.shapes),
            "sockets": {
                figures.row.name: {
                    "title": figures.row.title,
                    "requests_per_second": figures.rounds,
                    "processor_seconds": figures.worked,
                    "client_busy": figures.busy,
                    "requests": figures.requests,
                }
                for figures in self.sockets
            },
            "service": _service(self.service) if self.service else {},
            "latency": {
                figures.row.name: {
                    "title": figures.row.title,
                    "first_byte_seconds": figures.first,
                    "item_seconds": figures.item,
                }
                for figures in self.latency
            },
            "startup": self.startup.rounds if self.startup else {},
            "imports": self.imports.rounds if self.imports else {},
            "goals": [
                {
                    "title": verdict.title,
                    "goal": verdict.goal,
                    "limit": verdict.limit,
                    "measured": verdict.measured,
                    "unit": verdict.unit,
                    "reached": verdict.reached,
                }
                for verdict in self.verdicts()
            ],
        }


def _in_process(rows: list[RowFigures]) -> dict[str, Any]:
    return {
        figures.row.name: {
            "title": figures.row.title,
            "seconds": figures.rounds,
            "processor_seconds": figures.worked,
            "driver_seconds": figures.driver,
            "requests": figures.times,
            "sends": figures.sends,
        }
        for figures in rows
    }


def _service(service: Service) -> dict[str, Any]:
    return {
        "titles": service.titles,
        "versions": service.versions,
        "absent": service.absent,
        "pinned": service.pinned,
        "rows": {
            figures.row.name: {
                "title": figures.row.title,
                "processor_seconds": figures.worked,
                "requests_per_second": figures.rates,
                "client_busy": figures.busy,
                "requests": figures.requests,
                "status_of_wrong": figures.refusals,
            }
            for figures in service.rows
        },
    }
