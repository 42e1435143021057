"""Which values nobody can change, so that requests may share them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

_CLASSES = frozenset(
    {type(None), bool, int, float, complex, str, bytes, date, timedelta, Decimal, UUID}
)


def is_immutable(value: Any) -> bool:
    """Whether a value is known to stay as it is.

    That is a number, text, bytes, `None`, a day, a length of time, a UUID, a member of an
    enumeration, or a tuple of these. The time zone of a time may be anything.
    """
    if type(value) is tuple:
        return all(map(is_immutable, value))
    return type(value) in _CLASSES or isinstance(value, Enum)
