"""A part of the verification: one kind of fault, tried as often as there is time for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from time import monotonic

from verification.row import Row


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a part tries.

    Attributes:
        quick: a small version of it, as for every change.
        seed: what generated input is made from; the same seed is the same input.
        seconds: how long it may take. Nothing is tried after that.
        number: how often its main trial is to be made, when somebody has said so.
    """

    quick: bool
    seed: int
    seconds: float
    number: int | None = None

    def times(self, full: int, quick: int) -> int:
        """How often the main trial of the part is to be made."""
        return self.number or self.sized(full, quick)

    def sized(self, full: int, quick: int) -> int:
        """Any other number of a part."""
        return quick if self.quick else full

    def random(self, name: str) -> Random:
        """Numbers of a trial, which are the same whatever else is tried."""
        return Random(f"{self.seed} {name}")

    def end(self, share: float = 1.0) -> float:
        """When a share of the time will be over, by `time.monotonic`."""
        return monotonic() + self.seconds * share


@dataclass(frozen=True, slots=True)
class Part:
    """One part.

    Attributes:
        title: what it looks for.
        run: tries it.
        seconds: how long a full run may take, and a quick one.
        is_quick: whether it belongs to what runs for every change.
    """

    title: str
    run: Callable[[Effort], list[Row]]
    seconds: tuple[float, float]
    is_quick: bool = True
