"""Whole generated applications, answered by ferroapi and by FastAPI."""

from __future__ import annotations

from tests.differential.pair import Pair
from tests.differential.run import Run

from verification.part import Effort, Part
from verification.row import Row

FULL, QUICK = 150_000, 2_000


def run(effort: Effort) -> list[Row]:
    """Counts the differences that nobody meant, and those that docs/differences.md has."""
    wanted = effort.times(FULL, QUICK)
    with Pair() as pair:
        if pair.ours.versions != pair.theirs.versions:
            raise RuntimeError(f"not comparable: {pair.ours.versions} and {pair.theirs.versions}")
        found = Run(pair)
        found.answer(wanted, effort.seconds, effort.seed)
    trials = "requests to generated applications"
    return [
        Row("F3", "undocumented differences", len(found.found), 0, found.pairs, wanted, trials),
        Row("F3", "documented ones", found.meant.total(), None, found.pairs, wanted, trials),
    ]


PART = Part("the same answers as FastAPI's", run, seconds=(1150, 60))
