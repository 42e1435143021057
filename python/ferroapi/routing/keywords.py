"""The keywords of a function that takes them as `**options`, declared as a TypedDict."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class Keywords:
    """Which keywords there are, and what each of them is where it is not given.

    FastAPI's functions hand on all of theirs, and name them in their signatures.
    """

    def __init__(self, declared: type[Any], attributes: object) -> None:
        """
        Args:
            declared: the TypedDict.
            attributes: an object or class whose attributes are the defaults; what it does not have
                and what is an empty collection is None as a keyword.
        """
        self._types: dict[str, Any] = declared.__annotations__
        self._defaults = {name: _default(attributes, name) for name in self._types}

    def complete(self, function: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """All keywords: those that were given and the defaults of the others.

        Raises:
            TypeError: `function` has no such keyword.
        """
        for name in given:
            if name not in self._defaults:
                raise TypeError(f"{function}() got an unexpected keyword argument {name!r}")
        return {**self._defaults, **given}

    def shown(self, function: Function) -> Function:
        """Decorates a function of these keywords: `inspect.signature` names each of them."""
        signature = inspect.signature(function)
        *others, _ = signature.parameters.values()
        shown = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=default,
                annotation=self._types[name].__forward_arg__,
            )
            for name, default in self._defaults.items()
        ]
        complete = signature.replace(parameters=[*others, *shown])
        function.__signature__ = complete  # type: ignore[attr-defined]  # as inspect reads it
        return function


def _default(attributes: object, name: str) -> Any:
    value = getattr(attributes, name, None)
    return None if isinstance(value, (tuple, Mapping)) else value
