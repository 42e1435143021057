"""The replacements of dependencies, which tell when they change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ferroapi.live import LiveDict

Dependency: TypeAlias = Callable[..., Any]


class DependencyOverrides(LiveDict[Dependency, Dependency]):
    """A dictionary from a dependency to its replacement, for tests above all."""


def overrides_of(provider: Any) -> dict[Dependency, Dependency]:
    """The replacements that a provider, such as an application, has now; of any kind of mapping."""
    overrides = getattr(provider, "dependency_overrides", None)
    outer = getattr(provider, "outer_overrides_provider", None)
    if outer is not None:
        return {**overrides_of(outer), **(overrides or {})}
    if isinstance(overrides, dict):
        return overrides.copy()
    return {} if overrides is None else dict(overrides)


def tells_of_overrides(provider: Any) -> bool:
    """Whether what `overrides_of` gives tells when it changes."""
    overrides = getattr(provider, "dependency_overrides", None)
    outer = getattr(provider, "outer_overrides_provider", None)
    return (overrides is None or type(overrides) is DependencyOverrides) and (
        outer is None or tells_of_overrides(outer)
    )
