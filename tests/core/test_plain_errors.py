"""The answer to errors in one walk, against hiding and writing one after the other."""

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferroapi._core import encode_errors
from ferroapi.masking import NO_SECRETS, masked
from ferroapi.secret_names import names_secret
from ferroapi.validation_errors import errors_as_json

NAMES = st.sampled_from(["a", "name", "password", "API-Key", "tokens", "pin", "é"])
INPUTS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(NAMES, inner, max_size=3)
        | st.binary(max_size=2)
    ),
    max_leaves=5,
)
LOCATIONS = st.tuples(st.sampled_from(["body", "query"])) | st.tuples(
    st.sampled_from(["body", "query"]), NAMES | st.integers(0, 9)
)
ERRORS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["missing", "int_type"]), "loc": LOCATIONS, "msg": st.just("m")},
        optional={"input": INPUTS, "ctx": st.just({"gt": 1})},
    ),
    max_size=3,
)


@given(errors=ERRORS)
def test_nothing_is_shown_that_is_hidden(errors: list[dict[str, Any]]) -> None:
    answer = encode_errors(errors, frozenset(), names_secret, sys.maxsize)
    if answer is not None:
        shown = masked(errors, NO_SECRETS)
        assert all(one is other for one, other in zip(shown, errors, strict=True))
        assert answer == errors_as_json(errors)


def error(location: tuple[Any, ...] = ("query", "a"), value: Any = 1) -> dict[str, Any]:
    return {"type": "int_type", "loc": location, "msg": "m", "input": value}


def circle() -> list[Any]:
    items: list[Any] = []
    items.append(items)
    return items


# name: (an error, whether it is left to be hidden)
LEFT: dict[str, tuple[dict[str, Any], bool]] = {
    "plain": (error(), False),
    "plain_object": (error(value={"a": [1, {"b": ("c",)}]}), False),
    "without_input": ({"type": "int_type", "loc": ("query", "password"), "msg": "m"}, False),
    "missing_secret": ({**error(("body", "password"), {}), "type": "missing"}, False),
    "place_of_a_secret": (error(("body", "password")), True),
    "below_a_secret": (error(("body", "password", 0)), True),
    "secret_in_an_object": (error(value=[{"a": {"token": "x"}}]), True),
    "declared_place": (error(("header", "a")), True),
    "declared_name": (error(("query", "pin")), True),
    "declared_name_in_an_object": (error(value={"pin": 1}), True),
    "body_that_was_not_decoded": (error(("body",), "password=1"), True),
    "no_plain_data": (error(value=object()), True),
    "no_number_of_json": (error(value=float("nan")), True),
    "holds_itself": (error(value=circle()), True),
}


@pytest.mark.parametrize(("detail", "is_left"), LEFT.values(), ids=LEFT)
def test_what_is_left(detail: dict[str, Any], is_left: bool) -> None:
    answer = encode_errors([detail], frozenset({"header", "pin"}), names_secret, 16_384)
    assert (answer is None) is is_left


def test_no_answer_is_longer_than_it_may_be() -> None:
    answer = errors_as_json([error()])
    for most in (len(answer), len(answer) + 1):
        assert encode_errors([error()], frozenset(), names_secret, most) == answer
    assert encode_errors([error()], frozenset(), names_secret, len(answer) - 1) is None
