"""The first errors of large bodies, beside all errors that pydantic finds."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    BaseModel,
    BeforeValidator,
)
from tests.plan.reading.test_stopping import OF_ALL, TYPES, Item, Tree, fail_at_seven, values
from tests.properties import examples

from ferroapi import Body, Depends, FastAPI
from ferroapi.fields import ErrorDetail, ModelField, create_field
from ferroapi.plan.reading import first_errors as module
from ferroapi.plan.reading.first_errors import LARGE, VERY_LARGE, Bound, first_errors
from ferroapi.plan.reading.stopping import can_stop
from ferroapi.testclient import TestClient


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


@pytest.mark.parametrize("size", [0, LARGE, VERY_LARGE])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_a_list_that_is_not_in_a_body_is_missing(content_type: str, size: int) -> None:
    app = FastAPI()

    @app.post("/")
    async def read(a: Annotated[list[int], Body()], b: Annotated[list[int], Body()] = []) -> Any:  # noqa: B006
        return [a, b]

    response = TestClient(app).post(
        "/", content="{}" + " " * size, headers={"content-type": content_type}
    )
    assert response.json() == {
        "detail": [
            {"type": "missing", "loc": ["body", "a"], "msg": "Field required", "input": None}
        ]
    }


def test_who_wants_all_errors_gets_them() -> None:
    everything = FastAPI(error_limit=None)
    everything.post("/items")(items)
    _, answer = ask("/items", [BAD] * 5_000, everything)
    assert len(answer["detail"]) == 5_000


def test_a_bug_in_a_validator_is_one() -> None:
    assert ask("/failing", [1] * 5_000 + [7])[0] == 500
