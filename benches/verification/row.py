"""One figure of reliability: what was asked for, what was measured, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A count or a size that has a bound, over so many trials.

    Attributes:
        figure: the number that it has in docs/reliability.md, such as `F5`.
        name: what was counted or measured.
        value: how many there were, or how much.
        unit: of the value and its bound; a count has none.
        most: the bound; `None` where the value is only told.
        tried: how many trials there were.
        wanted: how many there had to be. Fewer, since the time was over, do not hold.
        trials: what a trial was, in the plural.
    """

    figure: str
    name: str
    value: float
    most: float | None
    tried: int
    wanted: int
    trials: str
    unit: str = ""

    @property
    def holds(self) -> bool:
        """Whether the value is within its bound, and tried often enough."""
        return (self.most is None or self.value <= self.most) and self.tried >= self.wanted

    @property
    def asked(self) -> str:
        """The bound, and over what."""
        bound = "told" if self.most is None else _bound(self.most, self.unit)
        return f"{bound} in {self.wanted:,} {self.trials}"

    @property
    def measured(self) -> str:
        """The value, and over what."""
        return f"{_quantity(self.value, self.unit)} in {self.tried:,}"


def _bound(most: float, unit: str) -> str:
    return "none" if most == 0 else f"at most {_quantity(most, unit)}"


def _quantity(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
    return f"{number} {unit}".rstrip()
