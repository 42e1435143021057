"""Which schemas stop at what does not fit, and that they take and refuse the same values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    OnErrorOmit,
    RootModel,
    TypeAdapter,
    ValidationError,
    WrapValidator,
)
from pydantic_core import core_schema
from tests.properties import examples
from typing_extensions import TypedDict

from ferroapi.fields import create_field
from ferroapi.plan.reading.first_errors import Bound, first_errors
from ferroapi.plan.reading.stopping import can_stop, stopping_validator


class Item(BaseModel):
    name: str
    sizes: list[int] = []


class Tree(BaseModel):
    value: int
    below: list[Tree] = []


class Row(TypedDict):
    name: str
    sizes: list[int]


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: list[int]


class Dog(BaseModel):
    kind: Literal["dog"]
    names: dict[str, int]


class Items(RootModel[list[Item]]):
    pass


@dataclass
class Plain:
    numbers: list[int]


def fail_at_seven(value: Any) -> Any:
    if value == 7:
        raise LookupError("seven")
    return value


TYPES: dict[str, Any] = {
    "integers": list[int],
    "sets": set[int],
    "frozen sets": frozenset[int],
    "lists in lists": list[list[int]],
    "models": list[Item],
    "model of lists": Item,
    "dictionary": dict[str, int],
    "dictionary of models": dict[str, Item],
    "keys": dict[int, list[int]],
    "tree": Tree,
    "tagged": list[Annotated[Cat | Dog, Field(discriminator="kind")]],
    "optional": list[int | None] | None,
    "root": Items,
    "at least three": Annotated[list[int], Field(min_length=3)],
    "at most three": Annotated[list[list[int]], Field(max_length=3)],
    "at least one": Annotated[list[int], Field(min_length=1)],
    "unions": list[list[int] | dict[str, int] | Item],
    "functions": list[Annotated[int, BeforeValidator(lambda value: value)]],
    "dataclasses": list[Plain],
    "typed dictionaries": list[Row],
    "tuples": tuple[list[int], ...],
}

OF_ALL = {
    *("unions", "tagged", "tuples", "functions", "dataclasses", "at least three", "at most three"),
}
"""Of which all errors are found."""

MEMBERS = "name", "sizes", "value", "below", "kind", "lives", "names", "1", "a"

values = st.recursive(
    st.sampled_from([1, 2, 3, "x", None, "cat"]),
    lambda inner: (
        st.lists(inner, max_size=9)
        | st.lists(inner, min_size=2, max_size=2).map(lambda pair: pair * 5)
        | st.dictionaries(
            st.sampled_from(
                ["name", "sizes", "value", "below", "kind", "lives", "names", "1", "a"]
            ),
            inner,
            max_size=9,
        )
    ),
    max_leaves=30,
)


@pytest.mark.parametrize("name", TYPES)
@settings(max_examples=examples(20))
@given(value=values)
def test_what_stops_takes_and_refuses_the_same(name: str, value: Any) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(TYPES[name])
    stopping = stopping_validator(adapter.core_schema)
    for text in (False, True):
        data = json.dumps(value)
        try:
            expected = adapter.validate_json(data) if text else adapter.validate_python(value)
        except ValidationError:
            with pytest.raises(ValidationError):
                stopping.validate_json(data) if text else stopping.validate_python(value)
        else:
            found = stopping.validate_json(data) if text else stopping.validate_python(value)
            assert found == expected


def swallow(value: Any, validate: Any) -> Any:
    try:
        return validate(value)
    except ValidationError as error:
        return [-error.error_count()]


class Swallowing(BaseModel):
    numbers: Annotated[list[int], WrapValidator(swallow)]


class Copying(BaseModel):
    below: Annotated[list[Copying], BeforeValidator(list)] = []


class Pair(NamedTuple):
    name: str
    numbers: list[int]


class Elsewhere(BaseModel):
    numbers: list[int] = Field(validation_alias=AliasPath("d", 0))


class Named(BaseModel):
    model_config = ConfigDict(loc_by_alias=False)
    x: list[int] = Field(alias="y")


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    x: list[int] = Field(alias="y")


class Twice(BaseModel):
    a: list[int] = Field(alias="x")
    b: list[str] = Field(alias="x")


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, list[int]]


class Node(BaseModel):
    items: list[int] = []
    kids: list[Node | dict[str, Any]] = []


class Own:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema.lax_or_strict_schema(handler(Item), handler(Item))


class Prepared(BaseModel):
    numbers: list[int]

    def model_post_init(self, context: Any) -> None:
        """Would be called for what is not a whole value."""


# name: what has lists whose errors may be of another place, or be taken back
LEFT_ALONE: dict[str, Any] = {
    "no collection": int,
    "at most three": Annotated[list[int], Field(max_length=3)],
    "lists in at most three": list[Annotated[list[list[int]], Field(max_length=3)]],
    "models in at most three": list[Annotated[list[Item], Field(max_length=3)]],
    "trees in at most three": list[Annotated[list[Tree], Field(max_length=3)]],
    "at least two": Annotated[list[int], Field(min_length=2)],
    "wrapping function": Swallowing,
    "function before": Copying,
    "function after": list[Annotated[int, AfterValidator(lambda value: value)]],
    "tuple": list[tuple[str, list[int]]],
    "named tuple": list[Pair],
    "path of an alias": Elsewhere,
    "location by name": Named,
    "population by name": ByName,
    "one member for two fields": Twice,
    "other members": Extra,
    "tagged union": TYPES["tagged"],
    "union": TYPES["unions"],
    "union below a definition": Node,
    "left out": list[OnErrorOmit[int]],
    "schema of its own": list[Own],
    "prepared": Prepared,
    "dataclass": list[Plain],
}


def test_a_length_is_bounded_where_nothing_within_has_one() -> None:
    field = create_field("body", list[Annotated[list[int], Field(max_length=3)]])
    assert can_stop(field.core_schema)


@pytest.mark.parametrize("annotation", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_of_what_all_errors_are_found(annotation: Any) -> None:
    field = create_field("body", annotation)
    assert not can_stop(field.core_schema)
    assert first_errors(field, ["x"] * 1_000, Bound(9), loc=()) is None


@pytest.mark.parametrize("name", sorted(TYPES.keys() - OF_ALL))
def test_of_what_the_first_errors_are_found(name: str) -> None:
    assert can_stop(create_field("body", TYPES[name]).core_schema)
