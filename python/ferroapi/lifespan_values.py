"""The values of dependencies of scope `lifespan`, which an application has while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ferroapi.exceptions import FastAPIError


def lifespan_values_of(provider: Any) -> Mapping[Callable[..., Any], Any]:
    """The values by the callables that gave them, or nothing while the application does not run.

    Args:
        provider: the application, or what else has the replacements of dependencies.
    """
    values: Mapping[Callable[..., Any], Any] = getattr(provider, "_lifespan_values", {})
    return values


class Kept:
    """Gives the value of such a dependency, in the place of its callable."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self) -> Any:
        return self.value


class NotKept:
    """Takes the place of a callable that was not called when the application started."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self) -> Any:
        raise FastAPIError(
            f'The dependency "{self._name}" has a scope of "lifespan", and there is no value '
            "of it: the lifespan of its application does not run (a test runs it by "
            "`with TestClient(app)`), or had begun before the dependency was declared"
        )
