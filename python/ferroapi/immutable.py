"""Which values nobody can change, so that requests may share them."""

from __future__ import annotations

from enum import Enum
from typing import Any

_CLASSES = (type(None), bool, int, float, complex, str, bytes)


def is_immutable(value: Any) -> bool:
    """Whether a value is known to stay as it is.

    That is a number, text, bytes, `None`, a member of an enumeration, or a tuple of these.
    """
    if type(value) is tuple:
        return all(map(is_immutable, value))
    return type(value) in _CLASSES or isinstance(value, Enum)
