"""What the ordinary shapes say together: ferroapi beside FastAPI, over the whole breadth."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import geometric_mean

from harness.rounds import RowFigures

MEAN = 10.0
"""How many times as fast as FastAPI, in the geometric mean of the shapes: at least."""
LOWEST = 4.0
"""The same of each shape, but of those that are near their floor."""
NEAR = 1.25
"""How often the time of the floor is near it."""


def speedup(figures: RowFigures) -> float:
    """How many times as fast as FastAPI: the median over the rounds."""
    return figures.ratio("fastapi", figures.rounds["ferroapi"])


def over_floor(figures: RowFigures) -> float:
    """How often the floor's time: the median over the rounds."""
    return figures.ratio("ferroapi", figures.rounds["floor"])


def near_floor(figures: RowFigures) -> bool:
    """Whether it is about as fast as by hand."""
    return over_floor(figures) <= NEAR


def holds(figures: RowFigures) -> bool:
    """Whether a shape is fast enough, beside FastAPI or beside the floor."""
    return speedup(figures) >= LOWEST or near_floor(figures)


def mean_speedup(rows: Sequence[RowFigures]) -> float:
    """The geometric mean of all."""
    return geometric_mean(map(speedup, rows))


def lowest(rows: Sequence[RowFigures]) -> RowFigures:
    """The slowest beside FastAPI: of the shapes that do not hold, or else of all."""
    return min([figures for figures in rows if not holds(figures)] or rows, key=speedup)
