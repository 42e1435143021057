"""Memory, descriptors, tasks and threads: what is over leaves nothing."""

from __future__ import annotations

from verification.memory import calls, soak
from verification.part import Effort, Part
from verification.row import Row


def run(effort: Effort) -> list[Row]:
    """Calls functions of the extension, then puts servers under load."""
    return [*calls.run(effort), *soak.run(effort)]


PART = Part("nothing is left of what is over", run, seconds=(900, 100))
