"""What the core tells of Python's objects without looking inside."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferroapi._core import is_list_of


class Items(list[Any]):
    """A list that is not exactly one."""


class Number(int):
    """A number that is not exactly one."""


@given(st.lists(st.one_of(st.integers(), st.booleans(), st.text(), st.integers().map(Number))))
def test_is_list_of(items: list[Any]) -> None:
    assert is_list_of(items, int) == all(type(item) is int for item in items)


@pytest.mark.parametrize("value", [(), (1,), Items([1]), {1}, 1, None, iter([1])])
def test_what_is_no_list(value: Any) -> None:
    assert not is_list_of(value, int)
