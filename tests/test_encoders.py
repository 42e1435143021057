"""Which JSON data stands for which Python object."""

import dataclasses
import datetime
import enum
import math
import re
import uuid
from collections import deque, namedtuple
from decimal import Decimal
from ipaddress import ip_address, ip_network
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AnyUrl, BaseModel, Field, RootModel, SecretBytes, SecretStr
from pydantic_core import PydanticUndefined

from ferroapi.encoders import (
    ENCODERS_BY_TYPE,
    decimal_encoder,
    encoders_by_class_tuples,
    generate_encoders_by_class_tuples,
    jsonable_encoder,
)
from ferroapi.exceptions import PydanticV1NotSupportedError


class Colour(enum.Enum):
    RED = "red"


class Model(BaseModel):
    number: int | None = None
    text: str = Field("q", alias="Text")
    data: dict[str, Any] = {"_sa_state": 1, "nothing": None}


@dataclasses.dataclass
class Data:
    a: int
    model: Model | None = None


class Attributes:
    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


class Items(Attributes):
    def __iter__(self) -> Any:
        return iter(vars(self).items())


class Neither:
    def __iter__(self) -> Any:
        raise NotImplementedError

    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # it has no attributes to show
        raise NotImplementedError


class Identifier(uuid.UUID):
    pass


Pair = namedtuple("Pair", "a b")

VALUES: dict[str, tuple[Any, Any]] = {
    "integer": (1, 1),
    "infinity is left to who writes the JSON": (math.inf, math.inf),
    "nothing": (None, None),
    "bytes": (b"\xc3\xa4", "ä"),
    "enumeration": (Colour.RED, "red"),
    "dataclass": (Data(1), {"a": 1, "model": None}),
    "list of models": ([RootModel[int](1)], [1]),
    "attributes": (Attributes(a=Attributes(b=1)), {"a": {"b": 1}}),
    "items": (Items(a=1), {"a": 1}),
    "named tuple": (Pair(1, 2), [1, 2]),
    "set": ({3}, [3]),
    "frozen set": (frozenset([3]), [3]),
    "deque": (deque([RootModel[int](1)]), [1]),
    "generator": ((i for i in range(2)), [0, 1]),
    "keys are encoded": (
        {Colour.RED: 1, uuid.UUID(int=1): 2},
        {"red": 1, "00000000-0000-0000-0000-000000000001": 2},
    ),
    "date": (datetime.date(2020, 1, 2), "2020-01-02"),
    "time": (datetime.time(1, 2), "01:02:00"),
    "date and time": (
        datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC),
        "2020-01-02T00:00:00+00:00",
    ),
    "duration in seconds": (datetime.timedelta(minutes=1, milliseconds=500), 60.5),
    "decimal without a fraction": (Decimal("1E2"), 100),
    "decimal with a fraction": (Decimal("1.0"), 1.0),
    "address": (ip_address("::1"), "::1"),
    "network": (ip_network("10.0.0.0/8"), "10.0.0.0/8"),
    "path": (Path("a"), "a"),
    "pure path": (PurePosixPath("/a/b"), "/a/b"),
    "windows path": (PureWindowsPath("a/b"), "a\\b"),
    "pattern": (re.compile("a+"), "a+"),
    "secret text": (SecretStr("x"), "**********"),
    "secret bytes": (SecretBytes(b"x"), "b'**********'"),
    "URL": (AnyUrl("http://u"), "http://u/"),
    "subclass of a class in the table": (Identifier(int=0), str(uuid.UUID(int=0))),
    "undefined": ({"a": PydanticUndefined}, {"a": None}),
    "SQLAlchemy's state": ({"_sa_instance_state": 1, "a": 2}, {"a": 2}),
    "model": (Model(), {"number": None, "Text": "q", "data": {"nothing": None}}),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_value(value: Any, expected: Any) -> None:
    encoded = jsonable_encoder(value)

    assert encoded == expected
    assert type(encoded) is type(expected)


OPTIONS: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "include": ({"a": 1, "b": 2}, {"include": {"a"}}, {"a": 1}),
    "include nothing": ({"a": 1}, {"include": {}}, {}),
    "include as a list": ({"a": 1, "b": 2}, {"include": ["a"]}, {"a": 1}),
    "exclude": ({"a": 1, "b": 2}, {"exclude": {"a"}}, {"b": 2}),
    "exclude nothing": ({"a": 1}, {"exclude": {}}, {"a": 1}),
    "exclude at the top only": ({"a": {"b": 1}}, {"exclude": {"b"}}, {"a": {"b": 1}}),
    "exclude in each item": ([{"a": 1, "b": 2}], {"exclude": {"a"}}, [{"b": 2}]),
    "exclude from attributes": (Attributes(a=1, b=2), {"exclude": {"a"}}, {"b": 2}),
    "exclude from a dataclass": (Data(1), {"exclude": {"model"}}, {"a": 1}),
    "exclude from a model": (Model(), {"include": {"number"}}, {"number": None}),
    "by name": (Model(), {"by_alias": False, "include": {"text"}}, {"text": "q"}),
    "exclude none": (
        {"a": None, "b": Model()},
        {"exclude_none": True},
        {"b": {"Text": "q", "data": {}}},
    ),
    "exclude unset": ([Model(number=1)], {"exclude_unset": True}, [{"number": 1}]),
    "exclude defaults": ({"a": Model(Text="t")}, {"exclude_defaults": True}, {"a": {"Text": "t"}}),
    "SQLAlchemy's state kept": ({"_sa": 1}, {"sqlalchemy_safe": False}, {"_sa": 1}),
    "custom encoder": ([1, Colour.RED], {"custom_encoder": {Colour: repr}}, [1, repr(Colour.RED)]),
    "custom encoder of a base class": (
        Colour.RED,
        {"custom_encoder": {enum.Enum: lambda value: value.name}},
        "RED",
    ),
    "custom encoder of the exact class first": (
        Colour.RED,
        {"custom_encoder": {enum.Enum: repr, Colour: lambda value: value.name}},
        "RED",
    ),
    "custom encoder of plain data": ({"a": 1}, {"custom_encoder": {int: str}}, {"a": "1"}),
    "custom encoder does not reach into models": (
        Model(number=1),
        {"custom_encoder": {int: str}, "include": {"number"}},
        {"number": 1},
    ),
}


@pytest.mark.parametrize(("value", "options", "expected"), OPTIONS.values(), ids=OPTIONS)
def test_option(value: Any, options: dict[str, Any], expected: Any) -> None:
    assert jsonable_encoder(value, **options) == expected


@pytest.mark.parametrize("value", [Neither(), object(), Data], ids=["neither", "object", "class"])
def test_what_has_no_contents_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its argument is the list of errors
        jsonable_encoder(value)


def test_models_of_pydantic_v1_are_refused_by_name() -> None:
    v1 = pytest.importorskip("pydantic.v1")

    class Old(v1.BaseModel):  # type: ignore[misc, name-defined]  # imported by name
        a: int = 1

    with pytest.raises(PydanticV1NotSupportedError, match=r"Please update the model Old\(a=1\)"):
        jsonable_encoder({"old": Old()})


def test_an_encoder_added_to_the_table_is_used() -> None:
    class Own:
        pass

    ENCODERS_BY_TYPE[Own] = lambda value: "own"
    try:
        assert jsonable_encoder([Own()]) == ["own"]
    finally:
        del ENCODERS_BY_TYPE[Own]


def test_not_a_number_stays_one() -> None:
    assert math.isnan(decimal_encoder(Decimal("NaN")))


def test_classes_are_grouped_by_encoder() -> None:
    assert generate_encoders_by_class_tuples({int: str, float: repr, bool: str}) == {
        str: (int, bool),
        repr: (float,),
    }
    assert set(encoders_by_class_tuples) == set(ENCODERS_BY_TYPE.values())


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text().filter(lambda key: not key.startswith("_sa")), inner)
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_data_stays_as_it_is(value: Any) -> None:
    assert jsonable_encoder(value) == value


@given(PLAIN)
def test_encoding_again_changes_nothing(value: Any) -> None:
    once = jsonable_encoder((value, Attributes(a=value)), exclude_none=True)

    assert jsonable_encoder(once, exclude_none=True) == once


@pytest.mark.parametrize("text", ["1e999999", "-1e999999", "9" * 5_000])
def test_decimals_of_more_digits_than_python_writes(text: str) -> None:
    """They are infinities: a few characters must not become a million digits."""
    assert jsonable_encoder(Decimal(text)) == float(text)
