"""Bounds of the length of JSON, against writing it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferroapi._core import json_size

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner)
    ),
    max_leaves=20,
)


def written(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


@given(value=PLAIN, most=st.integers(0, 500))
def test_the_length_is_between_the_bounds(value: Any, most: int) -> None:
    length = written(value)
    least, greatest = json_size(value, most)
    assert least <= length
    if greatest is None:
        assert least > most
    else:
        assert length <= greatest


# name: (a value that is no plain data, its lower bound)
OTHERS: dict[str, tuple[Any, int]] = {
    "bytes_are_text": (b"abc", 5),
    "large_integer": (2**64, 1),
    "half_a_pair": ("a\ud800", 2),
    "other_keys": ({1: "a"}, 6),
    "objects": ([object(), {1}], 5),
}


@pytest.mark.parametrize(("value", "least"), OTHERS.values(), ids=OTHERS)
def test_other_values(value: Any, least: int) -> None:
    found, greatest = json_size(value, 100)
    assert found == least
    assert (greatest is None) == (type(value) is not bytes)


def test_a_value_that_holds_itself_ends() -> None:
    endless: list[Any] = ["x"]
    endless += [endless, {"again": endless}]
    least, greatest = json_size(endless, 1_000)
    assert 1_000 < least < 1_100
    assert greatest is None
