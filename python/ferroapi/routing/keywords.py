"""The keywords of a function that takes them as `**options`, declared as a TypedDict."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

BEYOND_FASTAPI = frozenset({"cancel_on_disconnect", "inline", "read_body"})
"""The keywords that FastAPI's functions do not have: handed on only where they are given, since
classes that override these functions may list FastAPI's."""

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
        self._signatures: dict[tuple[tuple[str, Any], ...], inspect.Signature] = {}
        self._defaults = {name: _default(attributes, name) for name in self._types}
        self._handed_on = {
            name: default for name, default in self._defaults.items() if name not in BEYOND_FASTAPI
        }

    def complete(self, function: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """All keywords of FastAPI's: those given and the defaults of the others; and ours if given.

        Raises:
            TypeError: `function` has no such keyword.
        """
        for name in given:
            if name not in self._defaults:
                raise TypeError(f"{function}() got an unexpected keyword argument {name!r}")
        return {**self._handed_on, **given}

    @cached_property
    def _parameters(self) -> list[inspect.Parameter]:
        return [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=default,
                annotation=self._types[name].__forward_arg__,
            )
            for name, default in self._defaults.items()
        ]

    def shown(self, function: Function) -> Function:
        """Decorates a function of these keywords: `inspect.signature` names each of them."""
        # Making one takes long for an import: functions that are declared alike share it.
        declared = tuple(function.__annotations__.items())
        if declared not in self._signatures:
            signature = inspect.signature(function)
            *others, _ = signature.parameters.values()
            complete = signature.replace(parameters=[*others, *self._parameters])
            self._signatures[declared] = complete
        shown = self._signatures[declared]
        function.__signature__ = shown  # type: ignore[attr-defined]  # as inspect reads it
        return function


def _default(attributes: object, name: str) -> Any:
    value = getattr(attributes, name, None)
    return None if isinstance(value, (tuple, Mapping)) else value
