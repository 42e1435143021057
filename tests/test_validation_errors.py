"""How much an answer says of a request that does not fit: in errors, and in bytes."""

import json
from functools import partial
from typing import Annotated, Any, Literal
from unittest.mock import patch

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr, model_validator
from starlette.websockets import WebSocketDisconnect
from tests.properties import examples

from ferroapi import (
    APIRouter,
    Body,
    Depends,
    FastAPI,
    Form,
    Query,
    Request,
    UploadFile,
    WebSocket,
)
from ferroapi.exception_handlers import request_validation_exception_handler
from ferroapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from ferroapi.plan.reading.first_errors import LARGE
from ferroapi.responses import JSONResponse
from ferroapi.testclient import TestClient
from ferroapi.validation_errors import ROOM

SHORTCUT = "ferroapi.plan.reading.shortcut.Shortcut.compile"
JSON = [(b"content-type", b"application/json")]


class Item(BaseModel):
    name: str
    password: str = Field(default="", min_length=8)
    sizes: list[int] = []
    inner: "Item | None" = None


class Wide(BaseModel):
    """A hundred errors that show all of the body each."""

    __annotations__ = {f"field_{number}": int for number in range(100)}


class Unhappy(BaseModel):
    inner: "Unhappy | None" = None

    @model_validator(mode="before")
    @classmethod
    def refuse(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("inner") is None:
            raise ValueError("not this")
        return value


async def numbers(body: list[int]) -> None: ...
async def item(body: Item) -> None: ...
async def items(body: list[Item]) -> None: ...
async def wide(body: Wide) -> None: ...
async def unhappy(body: list[Unhappy]) -> None: ...
async def keyed(body: dict[str, dict[str, int]]) -> None: ...
async def secret(body: SecretStr, n: Annotated[int, Query()] = 1) -> None: ...


def depended(body: list[int]) -> list[int]:
    return body


async def behind(body: Annotated[list[int], Depends(depended)]) -> None: ...
async def form(
    numbers: Annotated[list[int], Form()], password: Annotated[str, Form(min_length=8)]
) -> None: ...


def application(endpoint: Any, **options: Any) -> FastAPI:
    app = FastAPI(**options)
    app.post("/")(endpoint)
    return app


def post(app: FastAPI, body: bytes, ask: Any, headers: Any = JSON, query: bytes = b"") -> Any:
    answer = anyio.run(partial(ask, app, "POST", headers=headers, body=body, query=query))
    assert answer.status == 422, answer.body
    return answer


def encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def nested(depth: int, leaf: Any) -> Any:
    for _ in range(depth):
        leaf = {"inner": leaf, "junk": "x" * 100}
    return leaf


# name: (the endpoint, what makes a body of some size)
AMPLIFIED: dict[str, tuple[Any, Any]] = {
    "many_errors": (numbers, lambda size: ["x"] * size),
    "whole_body_in_each": (wide, lambda size: {"a": "x" * size}),
    "nested": (item, lambda size: nested(min(size, 150), {"sizes": ["x"] * (size // 10)})),
    "repeated_keys": (keyed, lambda size: {"k" * size: dict.fromkeys(map(str, range(200)), "x")}),
    "many_objects": (items, lambda size: [{"password": "hunter2"}] * size),
    "not_plain": (unhappy, lambda size: [{"a": "x" * 20}] * size),
    "escapes": (wide, lambda size: {"a": "\x00" * size}),
    "behind_a_dependency": (behind, lambda size: ["x"] * size),
}


@pytest.mark.parametrize("size", [10, 1_000, 5_000])
@pytest.mark.parametrize(("endpoint", "body"), AMPLIFIED.values(), ids=AMPLIFIED)
def test_an_answer_is_not_much_larger_than_its_request(
    ask: Any, endpoint: Any, body: Any, size: int
) -> None:
    sent = encoded(body(size))
    answer = post(application(endpoint), sent, ask)
    detail = json.loads(answer.body)["detail"]
    assert len(answer.body) <= ROOM + len(sent) + len(b"content-typeapplication/json/")
    assert len(detail) <= 101

    everything = post(application(endpoint, error_limit=None), sent, ask)
    errors = json.loads(everything.body)["detail"]
    kept = len(detail)
    if detail[-1]["type"] == "too_many_errors":
        kept -= 1
        summary = detail.pop()
        omitted = summary["ctx"]["omitted"]
        assert summary == {
            "type": "too_many_errors",
            "loc": ["body"],
            "msg": summary["msg"],
            "input": None,
            "ctx": {"omitted": omitted},
        }
        left = len(errors) - kept
        # Of large bodies not all errors are found.
        counted = "at least" not in summary["msg"] or len(sent) <= LARGE
        assert omitted == left if counted else 1 <= omitted <= left
    assert kept == len(detail) >= 1
    for shown, error in zip(detail, errors, strict=False):
        assert shown in (error, {key: error[key] for key in error if key != "input"})


def test_the_room_may_be_used_up_exactly(ask: Any) -> None:
    """One of these paddings leaves as much as one more error takes."""

    async def chosen(body: list[Literal["one of those that are expected", "another"]]) -> None: ...

    app = application(chosen)
    for padding in range(400):
        body = encoded(["x"] * 100) + b" " * padding
        answer = post(app, body, ask)
        assert len(answer.body) <= ROOM + len(body) + 100


@pytest.mark.parametrize(
    ("omitted", "said"), [(1, "1 more error is not listed"), (2, "2 more errors are not listed")]
)
def test_how_many_are_left_out(ask: Any, omitted: int, said: str) -> None:
    answer = post(application(numbers, error_limit=3), encoded(["x"] * (3 + omitted)), ask)
    *errors, summary = json.loads(answer.body)["detail"]
    assert [error["loc"] for error in errors] == [["body", 0], ["body", 1], ["body", 2]]
    assert summary["msg"] == said


def test_as_many_as_the_limit_are_all_listed(ask: Any) -> None:
    detail = json.loads(post(application(numbers), encoded(["x"] * 100), ask).body)["detail"]
    assert [error["type"] for error in detail] == ["int_parsing"] * 100


def test_the_summary_shows_no_input_where_errors_do_not(ask: Any) -> None:
    app = application(numbers, error_limit=1, error_input=False)
    *_, summary = json.loads(post(app, encoded(["x"] * 3), ask).body)["detail"]
    assert summary.keys() == {"type", "loc", "msg", "ctx"}


BODIES = st.one_of(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from(["a", 1, "é" * 3000]),
                "password": st.sampled_from(["short", "long enough"]),
                "sizes": st.lists(st.sampled_from([1, "x"]), max_size=9),
                "token": st.just("t"),
            },
        ),
        max_size=60,
    ),
    st.just({"password": "hunter2"}),
)
SETTINGS = st.fixed_dictionaries(
    {
        "error_limit": st.sampled_from([None, 1, 5, 100]),
        "error_input": st.sampled_from([True, False, "all"]),
    }
)


@given(body=BODIES, options=SETTINGS, text=st.booleans())
@settings(max_examples=examples(60), deadline=None)
def test_all_ways_say_the_same(ask: Any, body: Any, options: Any, text: bool) -> None:
    """At once, in the exact order, and by the handler of somebody who delegates."""
    headers = [(b"content-type", b"text/plain")] if text else JSON

    async def endpoint(body: list[Item]) -> None: ...

    def answers() -> Any:
        app = application(endpoint, **options)
        return anyio.run(partial(ask, app, "POST", headers=headers, body=encoded(body)))

    at_once = answers()
    with patch(SHORTCUT, return_value=None):
        assert answers() == at_once
    app = application(endpoint, **options)

    @app.exception_handler(RequestValidationError)
    async def handle(request: Request, error: RequestValidationError) -> JSONResponse:
        return await request_validation_exception_handler(request, error)

    delegated = anyio.run(partial(ask, app, "POST", headers=headers, body=encoded(body)))
    assert delegated.body == at_once.body


def test_handlers_and_middleware_see_what_is_shown(ask: Any) -> None:
    app = application(items)
    seen: list[RequestValidationError] = []

    @app.exception_handler(RequestValidationError)
    async def handle(_request: Request, error: RequestValidationError) -> JSONResponse:
        seen.append(error)
        return JSONResponse(None, 422)

    body = [{"name": "a", "password": "hunter2"}] * 200
    post(app, encoded(body), ask)
    (error,) = seen
    assert len(error.errors()) == 101
    assert "hunter2" not in str(error)
    assert error.body == body


def test_errors_that_somebody_raises_are_bounded(ask: Any) -> None:
    """By the default handler: who handles them by himself gets what was raised."""
    raised = [{"type": "mine", "loc": ("body", "token"), "msg": "no", "input": "abc"}] * 150

    async def endpoint() -> None:
        raise RequestValidationError(raised)

    detail = json.loads(post(application(endpoint), b"", ask).body)["detail"]
    assert len(detail) == 101
    assert detail[0]["input"] == "**********"
    assert raised[0]["input"] == "abc"


@pytest.mark.parametrize("raised", [["text"] * 3, ({"a": 1},) * 3, [{"input": [{1: 2}]}] * 3])
def test_errors_may_be_anything(ask: Any, raised: Any) -> None:
    async def endpoint() -> None:
        raise RequestValidationError(raised)

    answer = post(application(endpoint, error_limit=2), b"", ask)
    *_, summary = json.loads(answer.body)["detail"]
    assert (summary["type"], summary["loc"]) == ("too_many_errors", [])


def test_a_length_that_nobody_can_send_is_no_length(ask: Any) -> None:
    async def endpoint() -> None:
        raise RequestValidationError([{"input": "x" * 30_000}])

    headers = [(b"content-length", b"9" * 5000)]
    answer = post(application(endpoint), b"", ask, headers)
    assert answer.body == b'{"detail":[{}]}'


def test_forms(ask: Any) -> None:
    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    body = b"&".join([b"numbers=x"] * 300) + b"&password=hunter2"
    answer = post(application(form), body, ask, headers)
    detail = json.loads(answer.body)["detail"]
    assert len(detail) == 101
    assert b"hunter2" not in answer.body


def test_a_file_is_shown_and_read_as_if_it_had_not_been(ask: Any) -> None:
    class Model(BaseModel):
        number: int

    def reading(_request: Request, error: Any) -> JSONResponse:
        (shown,) = error.raw_errors()
        return JSONResponse([shown["input"].file.read().decode(), shown["loc"]], 422)

    async def endpoint(model: Annotated[Model, Body()], file: UploadFile) -> None: ...

    boundary = [(b"content-type", b"multipart/form-data; boundary=B")]
    body = (
        b'--B\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n1\r\n'
        b'--B\r\ncontent-disposition: form-data; name="model"; filename="f"\r\n\r\ntext\r\n--B--'
    )
    shown = json.loads(post(application(endpoint), body, ask, boundary).body)["detail"]
    assert shown[0]["input"]["file"].keys() >= {"_file", "_max_size"}
    app = FastAPI(exception_handlers={RequestValidationError: reading})
    app.post("/")(endpoint)
    assert json.loads(post(app, body, ask, boundary).body) == ["text", ["body", "model", "number"]]


def test_websockets() -> None:
    app = FastAPI(error_limit=2)
    seen: list[WebSocketRequestValidationError] = []

    @app.exception_handler(WebSocketRequestValidationError)
    async def handle(websocket: WebSocket, error: WebSocketRequestValidationError) -> None:
        seen.append(error)
        await websocket.close()

    @app.websocket("/")
    async def endpoint(
        websocket: WebSocket, n: Annotated[list[int], Query()], token: Annotated[int, Query()]
    ) -> None: ...

    with TestClient(app) as client, pytest.raises(WebSocketDisconnect):  # noqa: SIM117
        with client.websocket_connect("/?token=abc&n=x&n=y&n=z"):
            pass
    assert [error["type"] for error in seen[0].errors()] == [
        "int_parsing",
        "int_parsing",
        "too_many_errors",
    ]


def test_included_routers_have_the_settings_of_the_application(ask: Any) -> None:
    router = APIRouter()
    router.post("/")(numbers)
    app = FastAPI(error_limit=1, error_input=False)
    app.include_router(router)
    detail = json.loads(post(app, encoded(["x"] * 5), ask).body)["detail"]
    assert [len(detail), "input" in detail[0]] == [2, False]
