"""One thing that a check has found."""

from dataclasses import dataclass
from typing import Any

from ferroapi.cli.naming import place_of

__all__ = ["Finding", "finding_at"]


@dataclass(frozen=True)
class Finding:
    """A mistake and its place, as `ferroapi check` prints them."""

    rule: str
    """Which check found it, such as `shadowed-route`."""
    message: str
    """What is wrong, and what to do."""
    file: str | None = None
    line: int | None = None


def finding_at(call: Any, rule: str, message: str) -> Finding:
    """A finding at the place of a callable."""
    file, line = place_of(call)
    return Finding(rule, message, file, line)
