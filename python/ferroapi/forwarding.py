"""Names that a module offers, but that live in another one.

FastAPI's users replace some names in the module from which FastAPI uses them. Ours uses them in a
module further down, which is imported when somebody asks for one of them. What is put into their
place in the one is put there in the other, and plans are made again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from ferroapi.live import changed

_replaced: set[tuple[str, str]] = set()


def forward(module: str, names: Mapping[str, Iterable[str]]) -> None:
    """Has `module` read and write some of its names where they live.

    Args:
        module: the name of the module.
        names: the names that live in each other module, by the name of that module.
    """
    forwarded = {name: Forwarded(owner, name) for owner in names for name in names[owner]}
    forwarding = sys.modules[module]
    forwarding.__class__ = type("ForwardingModule", (type(forwarding),), forwarded)


def replaced(owner: str) -> frozenset[str]:
    """The names of the module `owner` that somebody has put something into the place of."""
    return frozenset(name for module, name in _replaced if module == owner)


class Forwarded:
    """A name of a module that lives in another one."""

    def __init__(self, owner: str, name: str) -> None:
        """
        Args:
            owner: the name of the module that it lives in.
            name: its name, which is the same in both.
        """
        self._owner = owner
        self._name = name
        self._original: tuple[Any] | None = None

    def __get__(self, module: ModuleType | None, _kind: type[ModuleType] | None = None) -> Any:
        return self if module is None else getattr(import_module(self._owner), self._name)

    def __set__(self, module: ModuleType, value: Any) -> None:
        if self._original is None:
            self._original = (getattr(import_module(self._owner), self._name),)
        # Who looks there finds what stood in its place, and can put it back.
        vars(module)[self._name] = value
        self._put(value)

    def __delete__(self, module: ModuleType) -> None:
        vars(module).pop(self._name, None)
        if self._original is not None:
            self._put(*self._original)

    def _put(self, value: Any) -> None:
        assert self._original is not None
        setattr(import_module(self._owner), self._name, value)
        key = self._owner, self._name
        if value is self._original[0]:
            _replaced.discard(key)
        else:
            _replaced.add(key)
        changed()
