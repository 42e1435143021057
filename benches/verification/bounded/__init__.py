"""Bounded work: no request costs others much, and no parser more than its input is long."""

from __future__ import annotations

from verification.bounded import extremes, growth, stall, uploads
from verification.part import Effort, Part
from verification.row import Row


def run(effort: Effort) -> list[Row]:
    """Hostile requests beside an innocent one, exponents, and what is very deep or large."""
    return [*stall.run(effort), *uploads.run(effort), *growth.run(effort), *extremes.run(effort)]


PART = Part("work is bounded", run, seconds=(300, 120))
