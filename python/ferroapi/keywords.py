"""The keywords of a function that takes them as `**options`, declared as a TypedDict."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Collection, Mapping
from functools import cache, cached_property
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class Keywords:
    """Which keywords there are, and what each of them is where it is not given.

    FastAPI's functions hand on all of theirs, and name them in their signatures.
    """

    def __init__(
        self,
        declared: type[Any],
        attributes: object,
        *,
        otherwise: object = None,
        added: Collection[str] = (),
        built_on: type[Any] | None = None,
    ) -> None:
        """
        Args:
            declared: the TypedDict.
            attributes: an object or class whose attributes are the defaults.
            otherwise: the default of a keyword for which there is no attribute, or an empty
                collection; `Parameter.empty` where it has to be given.
            added: keywords that FastAPI does not have, which are handed on where they are given.
            built_on: the TypedDict of another module that `declared` is built on.
        """
        self._name = f"{declared.__name__}`"
        self._modules = [one.__module__ for one in (built_on, declared) if one is not None]
        self._types: dict[str, Any] = dict(
            sorted(declared.__annotations__.items(), key=lambda item: item[0] in added)
        )
        self._signatures: dict[tuple[Any, ...], inspect.Signature] = {}
        self._defaults = {name: _default(attributes, name, otherwise) for name in self._types}
        self._handed_on = {
            name: default for name, default in self._defaults.items() if name not in added
        }

    def complete(self, function: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Those that were given and the defaults of the others that are handed on.

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
                annotation=_annotation(self._types[name]),
            )
            for name, default in self._defaults.items()
        ]

    def shown(self, function: Function) -> Function:
        """Decorates a function of these keywords: signature and docstring name each of them."""
        # Making one takes long for an import: functions that are declared alike share it.
        defaults = (function.__kwdefaults__ or {}).items()
        declared = (*function.__annotations__.items(), function.__defaults__, *defaults)
        if declared not in self._signatures:
            signature = inspect.signature(function)
            *others, _ = signature.parameters.values()
            complete = signature.replace(parameters=[*others, *self._parameters])
            self._signatures[declared] = complete
        shown = self._signatures[declared]
        function.__signature__ = shown  # type: ignore[attr-defined]  # as inspect reads it
        return self.explained(function)

    def explained(self, function: Function) -> Function:
        """Decorates a function whose docstring says of parameters to see the TypedDict.

        What stands there stands in its place then. `options` are all of the keywords; a docstring
        without `Args:` gets them.
        """
        if function.__doc__ is not None:
            # As from Python 3.13 on it is by itself.
            function.__doc__ = self._documented(inspect.cleandoc(function.__doc__))
        return function

    def _documented(self, text: str) -> str:
        explained = {name: said for one in self._modules for name, said in _explained(one).items()}
        if not explained:  # there is no source
            return text
        before, args, after = text.partition("Args:\n")
        if not args:
            before, args, after = f"{text}\n\n", "Args:\n", f"    options: see `{self._name}`."
        block, gap, rest = after.partition("\n\n")
        rows = []
        for row in re.split(r"\n(?=    \w)", block.rstrip()):
            names, _, said = row.strip().partition(": ")
            if self._name not in said:
                rows.append(row)
                continue
            referring = self._types if names == "options" else re.split(r",\s+", names)
            rows += [f"    {name}: {explained[name]}" for name in referring if name in explained]
        return "".join([before, args, "\n".join(rows), gap, rest])


_ATTRIBUTE = re.compile(r'^    (\w+): [^\n]*\n    """(.*?)"""$', re.MULTILINE | re.DOTALL)


@cache
def _explained(module: str) -> dict[str, str]:
    """What the strings below the attributes of a module's classes say, each on one line."""
    spec = sys.modules[module].__spec__
    get_source = getattr(spec and spec.loader, "get_source", None)
    source = get_source(module) if get_source else None
    return {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(source or "")}


def _annotation(declared: Any) -> Any:
    """What a signature says: there a keyword is required where it has no default."""
    text = getattr(declared, "__forward_arg__", None)
    return declared if text is None else re.sub(r"^Required\[(.*)\]$", r"\1", text)


def _default(attributes: object, name: str, otherwise: object) -> Any:
    value = getattr(attributes, name, otherwise)
    return otherwise if isinstance(value, (tuple, Mapping)) else value
