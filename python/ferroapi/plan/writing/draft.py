"""A function that is being written for an operation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.reading.shortcut import Shortcut
    from ferroapi.plan.writing.interface import Interface
    from ferroapi.plan.writing.source import Source


@dataclass(frozen=True, slots=True)
class Draft:
    """What each part of the function is written by."""

    source: Source
    """What is written."""
    interface: Interface
    """How the function gets at the request."""
    steps: Sequence[Step]
    """The dependencies and the endpoint."""
    shortcut: Shortcut
    """How the parameters are read."""
    otherwise: Sequence[str]
    """The lines that leave a request to the exact order."""

    def after(self, count: int) -> Draft:
        """The same for what comes after some steps: what they have given goes along."""
        *lines, leave = self.otherwise
        done = ", ".join(f"value_{index}" for index in range(count))
        return replace(self, otherwise=(*lines, f"{leave[:-1]}, [{done}])" if done else leave))

    def leave(self) -> None:
        """Writes the leaving of a request to the exact order."""
        self.source.lines(self.otherwise)

    def leave_refused(self, refused: str) -> None:
        """The same, where something was refused that must not be taken when it is read again.

        Args:
            refused: the expression for it.
        """
        *lines, leave = self.otherwise
        self.source.lines((*lines, f"exchange.refused = {refused}", leave))
