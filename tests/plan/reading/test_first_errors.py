"""The first errors of large bodies, beside all errors that pydantic finds."""

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

from ferroapi import Body, Depends, FastAPI
from ferroapi.fields import ErrorDetail, ModelField, create_field
from ferroapi.plan.reading import first_errors as module
from ferroapi.plan.reading.first_errors import (
    LARGE,
    VERY_LARGE,
    Bound,
    can_stop,
    first_errors,
    stopping_validator,
)
from ferroapi.testclient import TestClient


class Item(BaseModel):
    name: str
    sizes: list[int] = []


class Tree(BaseModel):
    value: int
    below: list[Tree] = []


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


def all_errors(field: ModelField, value: Any) -> list[Any]:
    return field.validate(value, loc=("body",))[1]


def compared(errors: list[ErrorDetail]) -> list[Any]:
    return [(error["type"], error["loc"], error["msg"], error["input"]) for error in errors]


@pytest.mark.parametrize("name", TYPES)
@settings(max_examples=examples(40))
@given(value=values, most=st.integers(1, 5))
def test_first_errors_are_the_first_of_all(name: str, value: Any, most: int) -> None:
    field = create_field("body", TYPES[name])
    expected = all_errors(field, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PIECE", 2)
        found = first_errors(field, value, Bound(most), loc=("body",))
    if found is None:
        # Of members of unions, and of what has no collections but them, all errors are found.
        assert not expected or name in OF_ALL
        return
    assert compared(found[:most]) == compared(expected[:most])
    assert len(found) >= most or len(found) == len(expected)


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


@pytest.mark.parametrize("annotation", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_of_what_all_errors_are_found(annotation: Any) -> None:
    field = create_field("body", annotation)
    assert not can_stop(field.core_schema)
    assert first_errors(field, ["x"] * 1_000, Bound(9), loc=()) is None


@pytest.mark.parametrize("name", sorted(TYPES.keys() - OF_ALL))
def test_of_what_the_first_errors_are_found(name: str) -> None:
    assert can_stop(create_field("body", TYPES[name]).core_schema)


def test_a_model_that_was_built_again_is_validated_as_it_is_now() -> None:
    class Changing(BaseModel):
        numbers: list[int]

    field = create_field("body", list[Changing])
    Changing.model_fields["numbers"].annotation = list[str]
    Changing.model_rebuild(force=True)
    assert not can_stop(field.core_schema)
    assert first_errors(field, [{"numbers": ["x"]}] * 20, Bound(5), loc=()) is None


def test_what_functions_raise_is_left_to_who_validates_all() -> None:
    field = create_field("body", list[Annotated[int, BeforeValidator(fail_at_seven)]])
    assert first_errors(field, ["x"] * 9 + [7], Bound(20), loc=()) is None


app = FastAPI()


@app.post("/items")
async def items(items: list[Item]) -> int:
    return len(items)


@app.post("/members")
async def members(items: list[Item], number: Annotated[int, Body()]) -> int:
    return len(items) + number


@app.post("/failing")
async def failing(
    numbers: list[Annotated[int, BeforeValidator(fail_at_seven)]],
) -> int:
    return len(numbers)


GOOD: dict[str, Any] = {"name": "good", "sizes": [1]}
BAD: dict[str, Any] = {"name": 1}


def ask(path: str, body: Any, app: FastAPI = app) -> tuple[int, Any]:
    content = json.dumps(body)
    assert len(content) > LARGE
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.post(path, content=content, headers={"content-type": "application/json"})
        return answer.status_code, answer.json() if answer.status_code != 500 else None


# How many items of a good size; the body of more of them is very large.
SIZES = [1_000, 4_000]
assert len(json.dumps([GOOD] * SIZES[0])) < VERY_LARGE < len(json.dumps([GOOD] * SIZES[1]))


@pytest.mark.parametrize("size", SIZES)
def test_a_large_body_that_fits(size: int) -> None:
    assert ask("/items", [GOOD] * size) == (200, size)
    assert ask("/members", {"items": [GOOD] * size, "number": 1}) == (200, size + 1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", [0, 255, 256, 257, 999])
def test_few_errors_of_a_large_body_are_all_told(place: int, size: int) -> None:
    body: list[Any] = [GOOD] * size
    body[place] = body[-1] = BAD
    places = sorted({place, size - 1})
    status, answer = ask("/items", body)
    assert (status, [error["loc"] for error in answer["detail"]]) == (
        422,
        [["body", number, "name"] for number in places],
    )
    status, answer = ask("/members", {"items": body})
    assert [error["loc"] for error in answer["detail"]] == [
        *(["body", "items", number, "name"] for number in places),
        ["body", "number"],
    ]


@pytest.mark.parametrize("size", SIZES)
def test_many_errors_of_a_large_body(size: int) -> None:
    """They are not counted, and begin where they begin."""
    status, answer = ask("/items", [GOOD] * (size // 2) + [BAD] * size)
    *shown, summary = answer["detail"]
    first = size // 2
    assert (status, len(shown)) == (422, 100)
    assert [error["loc"] for error in shown] == [
        ["body", place, "name"] for place in range(first, first + 100)
    ]
    assert summary["msg"] == f"at least {summary['ctx']['omitted']} more errors are not listed"
    assert 1 <= summary["ctx"]["omitted"] < size - 100


def test_errors_that_are_deep_are_found_in_little_time() -> None:
    value: Any = {"value": "x"}
    for _ in range(90):
        value = {"value": "x", "below": [value]}
    errors = first_errors(create_field("body", Tree), value, Bound(50), loc=())
    assert errors is not None
    assert len(errors) == 91
    assert errors[0]["loc"] == ("value",)
    assert errors[1]["loc"] == ("below", 0, "value")


def numbers(a: list[int] = Body()) -> list[int]:
    return a


@pytest.mark.parametrize("wrong", ["a", "c"])
def test_errors_of_one_of_several_bodies(wrong: str) -> None:
    of_several = FastAPI()

    @of_several.post("/")
    async def sums(c: list[int] = Body(), a: list[int] = Depends(numbers)) -> int:
        return sum(a) + sum(c)

    body = {"a": [1], "c": [1], wrong: ["x"] * 2_000}
    _, answer = ask("/", body, of_several)
    *shown, summary = answer["detail"]
    assert [error["loc"] for error in shown] == [["body", wrong, place] for place in range(100)]
    assert summary["msg"].startswith("at least ")
    _, answer = ask("/", {**body, wrong: [1] * 2_000 + ["x"]}, of_several)
    assert [error["loc"] for error in answer["detail"]] == [["body", wrong, 2_000]]


def test_who_wants_all_errors_gets_them() -> None:
    everything = FastAPI(error_limit=None)
    everything.post("/items")(items)
    _, answer = ask("/items", [BAD] * 5_000, everything)
    assert len(answer["detail"]) == 5_000


def test_a_bug_in_a_validator_is_one() -> None:
    assert ask("/failing", [1] * 5_000 + [7])[0] == 500
