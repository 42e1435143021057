"""What importing a framework takes, each time in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from harness.case import Contender
from harness.contenders import installation

MODULES: dict[Contender, str] = {
    "ferroapi": "ferroapi",
    "fastapi": "fastapi",
    "starlette": "starlette.applications",
    "litestar": "litestar",
    "blacksheep": "blacksheep",
    "falcon": "falcon.asgi",
}
"""What an application of each begins with."""

GOAL = 1 / 3
"""Part of FastAPI's time."""

PROGRAM = """
import importlib, json, sys, time
before, started = len(sys.modules), time.perf_counter()
importlib.import_module(sys.argv[1])
print(json.dumps([time.perf_counter() - started, len(sys.modules) - before]))
"""


@dataclass(slots=True)
class Imports:
    """Seconds, round by round, and the number of modules that were imported."""

    rounds: dict[Contender, list[float]] = field(default_factory=dict)
    modules: dict[Contender, int] = field(default_factory=dict)

    def seconds(self, contender: Contender) -> float:
        """The median."""
        return median(self.rounds[contender])

    def ratio(self, contender: Contender, against: Contender) -> float:
        """How often the time of `against`: the median over the rounds."""
        pairs = zip(self.rounds[contender], self.rounds[against], strict=True)
        return median(own / other for own, other in pairs)


def measure_imports(rounds: int, package: Path | None, contenders: Sequence[Contender]) -> Imports:
    """The figures of imports. A first import, that may compile, is not one of them."""
    figures = Imports()
    imported = [contender for contender in contenders if contender in MODULES]
    for number in range(rounds + 1):
        for contender in imported:
            place = installation(contender, package)
            done = subprocess.run(
                [place.python, "-c", PROGRAM, MODULES[contender]],
                env=place.environment(),
                capture_output=True,
                check=True,
            )
            seconds, figures.modules[contender] = json.loads(done.stdout)
            if number > 0:
                figures.rounds.setdefault(contender, []).append(seconds)
    return figures
