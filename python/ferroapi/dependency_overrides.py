"""The replacements of dependencies, which tell their application when they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Dependency: TypeAlias = Callable[..., Any]


class DependencyOverrides(dict[Dependency, Dependency]):
    """A dictionary from a dependency to its replacement, for tests above all."""

    def __init__(
        self, overrides: Mapping[Dependency, Dependency], changed: Callable[[], None]
    ) -> None:
        super().__init__(overrides)
        self._changed = changed

    def __setitem__(self, original: Dependency, replacement: Dependency, /) -> None:
        super().__setitem__(original, replacement)
        self._changed()

    def __delitem__(self, original: Dependency, /) -> None:
        super().__delitem__(original)
        self._changed()

    def clear(self) -> None:
        super().clear()
        self._changed()

    def pop(self, original: Dependency, /, *default: Any) -> Any:
        replacement = super().pop(original, *default)
        self._changed()
        return replacement

    def popitem(self) -> tuple[Dependency, Dependency]:
        item = super().popitem()
        self._changed()
        return item

    def setdefault(self, original: Dependency, replacement: Any = None, /) -> Any:
        result = super().setdefault(original, replacement)
        self._changed()
        return result

    def update(self, *others: Any, **named: Any) -> None:
        super().update(*others, **named)
        self._changed()

    def __ior__(self, other: Any, /) -> DependencyOverrides:  # type: ignore[override,misc]  # dict offers overloads we need not repeat
        self.update(other)
        return self
