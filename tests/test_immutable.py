"""Which values requests may share."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest

from ferroapi.immutable import is_immutable


class Color(Enum):
    RED = "red"


class Text(str):
    """May have attributes."""


# name: (value, whether nobody can change it)
VALUES: dict[str, tuple[Any, bool]] = {
    "none": (None, True),
    "number": (1, True),
    "fraction": (1.5, True),
    "text": ("a", True),
    "bytes": (b"a", True),
    "decimal": (Decimal("1.50"), True),
    "day": (date(2026, 12, 1), True),
    "length_of_time": (timedelta(1), True),
    "uuid": (UUID(int=1), True),
    "moment": (datetime(2026, 12, 1, tzinfo=UTC), False),
    "member": (Color.RED, True),
    "tuple": ((1, ("a", None)), True),
    "tuple_of_a_list": (([],), False),
    "list": ([], False),
    "subclass": (Text("a"), False),
    "frozenset": (frozenset({1}), False),
    "object": (object(), False),
}


@pytest.mark.parametrize(("value", "answer"), VALUES.values(), ids=VALUES)
def test_is_immutable(value: Any, answer: bool) -> None:
    assert is_immutable(value) is answer
