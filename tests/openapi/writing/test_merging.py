"""Building JSON objects out of others."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferroapi.openapi.writing.merging import merged, non_empty

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "other keys": ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
    "the second wins": ({"a": 1}, {"a": None}, {"a": None}),
    "objects are merged": ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
    "lists are joined": ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 1, 2]}),
    "kinds that differ": ({"a": [1], "b": {}}, {"a": {}, "b": [1]}, {"a": {}, "b": [1]}),
}


@pytest.mark.parametrize(("base", "extra", "expected"), CASES.values(), ids=CASES)
def test_merged(base: dict[str, Any], extra: dict[str, Any], expected: dict[str, Any]) -> None:
    assert merged(base, extra) == expected


OBJECTS = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        st.none() | st.integers() | st.lists(st.integers(), max_size=2),
        lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=3,
)


@given(OBJECTS, OBJECTS)
def test_merging_keeps_both_objects_as_they_were(
    base: dict[str, Any], extra: dict[str, Any]
) -> None:
    before = copy.deepcopy((base, extra))
    result = merged(base, extra)

    assert (base, extra) == before
    assert list(result) == list(dict.fromkeys([*base, *extra]))
    assert merged(base, {}) == base
    assert merged({}, extra) == extra


def test_non_empty() -> None:
    assert non_empty(a=1, b=None, c=[], d={}, e="", f=False, g="x") == {"a": 1, "g": "x"}
