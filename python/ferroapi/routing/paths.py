"""The path of a route, taken apart without its regular expression, which requests do not need."""

from __future__ import annotations

from re import Pattern
from typing import Any

from starlette.convertors import (
    CONVERTOR_TYPES,
    Convertor,
    FloatConvertor,
    IntegerConvertor,
    PathConvertor,
    StringConvertor,
    UUIDConvertor,
)
from starlette.routing import PARAM_REGEX, compile_path

TEXT_CONVERTORS = (StringConvertor, PathConvertor)
CONVERTORS = (*TEXT_CONVERTORS, IntegerConvertor, FloatConvertor, UUIDConvertor)
"""Starlette's convertors; users may register others, under any name."""


def path_convertors(path: str) -> dict[str, Convertor[Any]]:
    """The convertors of the parameters in braces, by name.

    Raises:
        AssertionError: there is no such convertor.
        ValueError: two parameters have the same name.
        re.error: a convertor that a user registered has no valid pattern.
    """
    convertors: dict[str, Convertor[Any]] = {}
    for name, kind in PARAM_REGEX.findall(path):
        convertor = CONVERTOR_TYPES.get(kind.removeprefix(":") or "str")
        if name in convertors or type(convertor) not in CONVERTORS:
            # Starlette says what is wrong, or that nothing is.
            return compile_path(path)[2]
        assert convertor is not None
        convertors[name] = convertor
    return convertors


class PathAttributes:
    """What Starlette's routes say of their path, the regular expression when it is asked for."""

    path: str
    path_format: str
    param_convertors: dict[str, Convertor[Any]]
    _path_regex: Pattern[str] | None

    def _set_path(self, path: str) -> None:
        """Raises what `path_convertors` does."""
        self.path = path
        self._path_regex = None
        vars(self).pop("path_regex", None)
        self.param_convertors = path_convertors(path)
        self.path_format = PARAM_REGEX.sub(r"{\1}", path) if ":" in path else path

    @property
    def _path_decides(self) -> bool:
        """Whether `path_regex` is what the path says, and not one that somebody has set."""
        return "path_regex" not in vars(self)

    @property
    def path_regex(self) -> Pattern[str]:
        """What `matches` compares paths with."""
        if not self._path_decides:
            regex: Pattern[str] = vars(self)["path_regex"]
            return regex
        if self._path_regex is None:
            self._path_regex = compile_path(self.path)[0]
        return self._path_regex

    @path_regex.setter
    def path_regex(self, regex: Pattern[str]) -> None:
        # Where an attribute is, for who replaces it for a while and has it back then.
        vars(self)["path_regex"] = regex

    @path_regex.deleter
    def path_regex(self) -> None:
        vars(self).pop("path_regex", None)
