"""What does not fit is answered at once as by the exact order, or left to it."""

import json
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from unittest.mock import patch

import anyio
import pytest
from pydantic import AfterValidator, AliasChoices, BaseModel, Field, Json
from pydantic_core import PydanticCustomError

from ferroapi import Body, Cookie, Depends, FastAPI, Header, Path, Query
from ferroapi.exceptions import RequestValidationError
from ferroapi.responses import PlainTextResponse

SHORTCUT = "ferroapi.plan.reading.shortcut.Shortcut.compile"
EXACTLY = "ferroapi.plan.solver.Solver.solve_exactly"


class Item(BaseModel):
    name: str
    sizes: list[int] = []


def refuse_as_missing(value: Any) -> Any:
    raise PydanticCustomError("missing", "mine")


def refuse(value: Any) -> Any:
    raise ValueError("not this")


def overflow(value: Any) -> Any:
    raise OverflowError


def fail(value: Any) -> Any:
    raise LookupError


NotDefault = Field(validate_default=True, gt=0)


async def places(
    d: Annotated[int, Cookie()],
    c: Annotated[list[int], Header()],
    b: Annotated[int, Query(alias="B")],
    a: Annotated[int, Path()],
    body: Item,
) -> None: ...
async def model(item: Item) -> None: ...
async def members(item: Item, other: Annotated[int, Body(alias="o")], third: int = Body(3)) -> None:
    pass


async def of_default(a: Annotated[Any, Body(alias="b", embed=True), NotDefault] = 0) -> None: ...
async def same_alias(
    a: Annotated[int, Body(alias="x")], b: Annotated[int, Body(alias="x")] = 1
) -> None: ...
async def key_is_alias(
    a: Annotated[int, Body(alias="b")], b: Annotated[int, Body(alias="c")]
) -> None: ...
async def said_missing(a: Annotated[str, AfterValidator(refuse_as_missing)]) -> None: ...
async def member_said_missing(
    a: Annotated[str, Body(), AfterValidator(refuse_as_missing)], b: Annotated[int, Body()]
) -> None: ...
async def told(a: Annotated[str, AfterValidator(refuse)], item: Item) -> None: ...
async def choices(a: Annotated[int, Query(validation_alias=AliasChoices("x", "y"))]) -> None: ...
async def sequence(
    a: Annotated[Json[list[int]], Query()], b: Annotated[list[int], Cookie()]
) -> None: ...
async def two(a: Annotated[int, AfterValidator(overflow)], b: int) -> None: ...
async def failing(a: int, b: Annotated[Any, Body(), AfterValidator(fail)]) -> None: ...


def given() -> int:
    return 1


async def with_dependency(a: int, b: Annotated[int, Depends(given)]) -> None: ...


# name: (the endpoint, query, body, whether the exact order has to answer)
REFUSED: dict[str, tuple[Callable[..., Any], bytes, bytes, bool]] = {
    "order_of_places": (places, b"B=x", b'{"name":1,"sizes":["x"]}', False),
    "missing_everywhere": (places, b"", b"{}", False),
    "model": (model, b"", b'{"sizes":{}}', False),
    "no_object": (model, b"", b"[]", False),
    "members": (members, b"", b'{"item":{},"o":"x"}', False),
    "missing_members": (members, b"", b"{}", False),
    "no_object_of_members": (members, b"", b"[]", True),
    "broken": (model, b"", b'{"name": ', False),
    "broken_after_parameters": (told, b"a=1", b'{"name": ', False),
    "no_text": (model, b"", b'"\xff', True),
    "not_interoperable": (model, b"", b"NaN", True),
    "no_body": (model, b"", b"", True),
    "default": (of_default, b"", b"{}", False),
    "same_alias": (same_alias, b"", b'{"x":"y"}', True),
    "key_is_an_alias": (key_is_alias, b"", b"{}", True),
    "error_that_calls_itself_missing": (said_missing, b"a=1", b"", False),
    "member_that_calls_itself_missing": (member_said_missing, b"", b'{"a":"1"}', False),
    "function_of_the_users": (told, b"a=1", b"{}", False),
    "several_names": (choices, b"y=x", b"", True),
    "sequences_in_one_text": (sequence, b"a=1", b"", True),
    "overflow": (two, b"a=1&b=x", b"", True),
    "dependency": (with_dependency, b"a=x", b"", True),
}


@pytest.mark.parametrize(("endpoint", "query", "body", "exact"), REFUSED.values(), ids=REFUSED)
def test_refusal(
    ask: Any, endpoint: Callable[..., Any], query: bytes, body: bytes, exact: bool
) -> None:
    def answer() -> Any:
        app = FastAPI()
        app.post("/{a}" if endpoint is places else "/1")(endpoint)
        headers = [(b"content-type", b"application/json"), (b"c", b"1"), (b"c", b"x")]
        return anyio.run(partial(ask, app, "POST", "/1", query=query, headers=headers, body=body))

    with patch(SHORTCUT, return_value=None):
        expected = answer()
    assert expected.status in (400, 422)
    with patch(EXACTLY, side_effect=AssertionError("left to the exact order")):
        if exact:
            with pytest.raises(AssertionError, match="exact order"):
                answer()
        else:
            assert answer() == expected
    assert answer() == expected


def test_what_a_function_of_the_users_raises_is_raised(ask: Any) -> None:
    app = FastAPI()
    app.post("/")(failing)
    headers = [(b"content-type", b"application/json")]
    with pytest.raises(LookupError):
        anyio.run(partial(ask, app, "POST", query=b"a=x", headers=headers, body=b"1"))


def test_who_decodes_in_another_way_is_asked(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI()
    app.post("/")(model)
    headers = [(b"content-type", b"application/json")]
    loads = json.loads
    monkeypatch.setattr("json.loads", lambda text: {**loads(text), "decoded": True})
    answer = anyio.run(partial(ask, app, "POST", headers=headers, body=b"{}"))
    assert b'"input":{"decoded":true}' in answer.body


def test_a_handler_has_the_error_with_all_that_it_says(ask: Any) -> None:
    app = FastAPI()
    seen: list[Any] = []

    @app.exception_handler(RequestValidationError)
    async def handle(_request: Any, error: RequestValidationError) -> Any:
        seen.append((error.errors()[0]["loc"], error.body, error.endpoint_path))
        return PlainTextResponse("", 400)

    app.post("/")(model)
    headers = [(b"content-type", b"application/json")]
    assert anyio.run(partial(ask, app, "POST", headers=headers, body=b"{}")).status == 400
    assert seen == [(("body", "name"), {}, "POST /")]


# What the decoded value of a text does not have, though the text does.
OF_THE_TEXT_ALONE = {
    "dictionary": (dict[str, int], b'{"a":"x","a":1}', {"a": 1}),
    "models": (dict[str, Item], b'{"a":{},"a":{"name":"n"}}', {"a": {"name": "n", "sizes": []}}),
}


@pytest.mark.parametrize(
    ("annotation", "body", "expected"), OF_THE_TEXT_ALONE.values(), ids=OF_THE_TEXT_ALONE
)
def test_of_a_name_that_is_there_twice_the_last_value_counts(
    ask: Any, annotation: Any, body: bytes, expected: Any
) -> None:
    async def endpoint(body: Any) -> Any:
        return body

    endpoint.__annotations__["body"] = annotation
    app = FastAPI()
    app.post("/")(endpoint)
    headers = [(b"content-type", b"application/json")]
    answer = anyio.run(partial(ask, app, "POST", headers=headers, body=body))
    assert (answer.status, json.loads(answer.body)) == (200, expected)
