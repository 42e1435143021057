"""Bounded work: no request costs others much, and no parser more than its input is long."""

from __future__ import annotations

from verification.bounded import extremes, growth, stall, streamed, uploads
from verification.part import Effort, Part
from verification.row import Row


def run(effort: Effort) -> list[Row]:
    """Hostile requests beside an innocent one, exponents, and what is very deep or large."""
    modules = (stall, uploads, streamed, growth, extremes)
    return [row for module in modules for row in module.run(effort)]


PART = Part("work is bounded", run, seconds=(300, 120))
