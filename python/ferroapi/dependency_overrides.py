"""The replacements of dependencies, which tell when they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from ferroapi.identity import Same
from ferroapi.live import LiveDict

Dependency: TypeAlias = Callable[..., Any]


class DependencyOverrides(LiveDict[Dependency, Dependency]):
    """A dictionary from a dependency to its replacement, for tests above all."""


class Overridable:
    """What has dependencies that may be replaced: an application."""

    dependency_overrides: MutableMapping[Dependency, Dependency]
    """Replacements of dependencies by the original callable; may be changed at any time."""

    @contextmanager
    def override(self, replacements: Mapping[Dependency, Dependency]) -> Iterator[None]:
        """Replaces dependencies within a block: `with app.override({real: fake}):`.

        What was replaced before it is so again afterwards.

        Args:
            replacements: the replacement of each dependency.

        Raises:
            TypeError: a dependency or a replacement cannot be called.
        """
        for dependency in (*replacements, *replacements.values()):
            if not callable(dependency):
                raise TypeError(f"{dependency!r} is no dependency: it cannot be called")
        replaced = {
            dependency: self.dependency_overrides[dependency]
            for dependency in replacements
            if dependency in self.dependency_overrides
        }
        self.dependency_overrides.update(replacements)
        try:
            yield
        finally:
            for dependency in replacements:
                self.dependency_overrides.pop(dependency, None)
            self.dependency_overrides.update(replaced)


def overrides_of(provider: Any) -> dict[Dependency, Dependency]:
    """The replacements that a provider, such as an application, has now; of any kind of mapping."""
    overrides = getattr(provider, "dependency_overrides", None)
    outer = getattr(provider, "_outer_overrides_provider", None)
    if outer is not None:
        return {**overrides_of(outer), **(overrides or {})}
    if isinstance(overrides, dict):
        return overrides.copy()
    return {} if overrides is None else dict(overrides)


def state_of_overrides(provider: Any) -> list[Same]:
    """What `overrides_of` gives, as something that is equal for the very same objects only."""
    return [Same(part) for pair in overrides_of(provider).items() for part in pair]


def tells_of_overrides(provider: Any) -> bool:
    """Whether what `overrides_of` gives tells when it changes."""
    overrides = getattr(provider, "dependency_overrides", None)
    outer = getattr(provider, "_outer_overrides_provider", None)
    return (overrides is None or type(overrides) is DependencyOverrides) and (
        outer is None or tells_of_overrides(outer)
    )
