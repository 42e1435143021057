"""Where the generators take their decisions from: hypothesis, or a seeded random generator."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices:
    """Decisions, all made of numbers below a limit; zero is the simplest one."""

    def __init__(self, below: Callable[[int], int]) -> None:
        """Decides by `below(limit)`, a number from zero up to but not including `limit`."""
        self.below = below

    @classmethod
    def seeded(cls, seed: int) -> "Choices":
        """The same decisions for the same seed."""
        return cls(Random(seed).randrange)

    def rarely(self, sides: int) -> bool:
        """True once in `sides` times."""
        return self.below(sides) == sides - 1

    def one_of(self, options: Sequence[T]) -> T:
        """One of the options, of which the first is the simplest."""
        return options[self.below(len(options))]

    def some(self, options: Sequence[T], most: int, least: int = 0) -> list[T]:
        """Different ones of the options."""
        left = list(options)
        count = least + self.below(min(most, len(left)) - least + 1)
        return [left.pop(self.below(len(left))) for _ in range(count)]

    def few(self, options: Sequence[T]) -> list[T]:
        """Up to two of the options, perhaps the same one twice."""
        return [self.one_of(options) for _ in range(self.below(3))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in any order."""
        return self.some(items, len(items), len(items))


@st.composite
def choices(draw: st.DrawFn) -> Choices:
    """Decisions of hypothesis, which it can shrink."""
    return Choices(lambda limit: draw(st.integers(0, limit - 1)))
