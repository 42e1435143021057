"""Requests that no good client sends: none may be answered 5xx, not at all, or late."""

from __future__ import annotations

from verification.malformed import in_process, sockets
from verification.part import Effort, Part
from verification.row import Row


def run(effort: Effort) -> list[Row]:
    """Tries them in process, then over sockets."""
    return [*in_process.run(effort), *sockets.run(effort)]


PART = Part("malformed requests", run, seconds=(1000, 120))
