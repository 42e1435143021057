"""What a validator has refused stays refused, whatever it says when it is asked again."""

import json
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Json, field_validator
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.websockets import WebSocketDisconnect

from ferroapi import Body, Cookie, Depends, FastAPI, File, Form, Header, Path, Query, WebSocket
from ferroapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from ferroapi.testclient import TestClient

asked: list[Any] = []


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    asked.clear()


def second_time(value: Any) -> Any:
    """Takes what was refused once."""
    asked.append(value)
    if asked.count(value) == 1:
        raise ValueError("first time")
    return value


def once(value: Any) -> Any:
    """Takes each value once, as what protects against replays does."""
    asked.append(value)
    if asked.count(value) > 1:
        raise ValueError("replayed")
    return value


def split(value: str) -> list[str]:
    """The words of what is taken the second time."""
    text: str = second_time(value)
    return text.split(".")


Token = Annotated[str, BeforeValidator(second_time)]
Nonce = Annotated[str, BeforeValidator(once)]


class Model(BaseModel):
    token: Token
    other: int = 0


class Other(BaseModel):
    other: int


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    other: int


class Checked(BaseModel):
    token: str

    @field_validator("token")
    @classmethod
    def is_known(cls, value: str) -> str:
        result: str = second_time(value)
        return result


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    token: Token


Declared = dict[str, tuple[Any, dict[str, Any], tuple[Any, ...]]]

PLACES: Declared = {
    "path": (Annotated[Token, Path()], {}, ("path", "p")),
    "query": (Annotated[Token, Query()], {"params": {"p": "v"}}, ("query", "p")),
    "query_alias": (Annotated[Token, Query(alias="q")], {"params": {"q": "v"}}, ("query", "q")),
    "header": (Annotated[Token, Header(alias="x-p")], {"headers": {"x-p": "v"}}, ("header", "x-p")),
    "cookie": (Annotated[Token, Cookie()], {"headers": {"cookie": "p=v"}}, ("cookie", "p")),
    "cookie_list": (
        Annotated[list[str], BeforeValidator(split), Cookie()],
        {"headers": {"cookie": "p=v"}},
        ("cookie", "p"),
    ),
    "default": (
        Annotated[Token, Query(validate_default=True, default_factory=lambda: "d")],
        {},
        ("query", "p"),
    ),
    "query_model": (Annotated[Model, Query()], {"params": {"token": "v"}}, ("query", "token")),
    "open_model": (Annotated[Open, Query()], {"params": {"token": "v"}}, ("query", "token")),
    "headers": (Annotated[Model, Header()], {"headers": {"token": "v"}}, ("header", "token")),
    "body": (Model, {"json": {"token": "v"}}, ("body", "token")),
    "body_as_text": (Checked, {"json": {"token": "v"}}, ("body", "token")),
    "embedded": (
        Annotated[Model, Body(embed=True)],
        {"json": {"p": {"token": "v"}}},
        ("body", "p", "token"),
    ),
    "single": (Annotated[Token, Body()], {"json": "v"}, ("body",)),
    "form": (Annotated[Token, Form()], {"data": {"p": "v"}}, ("body", "p")),
    "form_model": (Annotated[Model, Form()], {"data": {"token": "v"}}, ("body", "token")),
}


def _positive(value: int) -> int:
    if value < 0:
        raise ValueError("negative")
    return value


async def _accept(websocket: WebSocket) -> None:
    await websocket.accept()


async def unrelated() -> None:
    """Asks for nothing."""


def _handled(_request: Request, error: Any) -> JSONResponse:
    return JSONResponse({"detail": error.errors()}, 422)


def _application(declared: Any, around: str) -> tuple[FastAPI, list[str]]:
    """An application whose `/v` takes what is declared, and the calls of what is given it."""
    app = FastAPI()
    calls: list[str] = []

    async def taker(p: Any) -> None:
        calls.append("taker")

    taker.__annotations__["p"] = declared

    async def endpoint() -> None: ...

    path = "/{p}" if "Path" in repr(declared) else "/v"
    if around == "dependency":
        app.post(path, dependencies=[Depends(taker)])(endpoint)
    elif around == "behind":
        app.post(path, dependencies=[Depends(unrelated)])(taker)
    else:
        app.post(path)(taker)
    if around == "handler":
        app.exception_handler(RequestValidationError)(_handled)
    return app, calls


@pytest.mark.parametrize("around", ["alone", "behind", "dependency", "handler"])
@pytest.mark.parametrize(("declared", "sent", "loc"), PLACES.values(), ids=PLACES)
def test_a_refusal_is_not_lost(
    declared: Any, sent: dict[str, Any], loc: tuple[Any, ...], around: str
) -> None:
    """The answer is that of the first time, and nobody is called."""
    app, calls = _application(declared, around)
    answer = TestClient(app).post("/v", **sent)
    assert answer.status_code == 422
    (error,) = answer.json()["detail"]
    assert (tuple(error["loc"]), error["msg"]) == (loc, "Value error, first time")
    assert calls == []
    assert TestClient(app).post("/v", **sent).status_code == 200


WITH_A_NONCE: dict[str, tuple[str, dict[str, Any]]] = {
    "parameter beside it": ("/query?nonce=n&other=x", {}),
    "body behind it": ("/body?nonce=n", {"json": {"other": "x"}}),
    "form behind it": ("/form?nonce=n", {"data": {"other": "x"}}),
}


@pytest.mark.parametrize("has_handler", [False, True])
@pytest.mark.parametrize(("url", "sent"), WITH_A_NONCE.values(), ids=WITH_A_NONCE)
def test_what_was_valid_is_not_asked_for_again(
    url: str, sent: dict[str, Any], has_handler: bool
) -> None:
    """A value that may be sent once is no error beside what is one."""
    app = FastAPI(dependencies=[Depends(unrelated)])
    if has_handler:
        app.exception_handler(RequestValidationError)(_handled)

    @app.post("/query")
    async def query(nonce: Annotated[Nonce, Query()], other: int) -> None: ...

    @app.post("/body")
    async def body(nonce: Annotated[Nonce, Query()], body: Other) -> None: ...

    @app.post("/form")
    async def form(nonce: Annotated[Nonce, Query()], other: Annotated[int, Form()]) -> None: ...

    errors = TestClient(app).post(url, **sent).json()["detail"]
    assert [error["loc"][-1] for error in errors] == ["other"]


TWO_OF_A_NAME: dict[str, tuple[Any, Any, Any, list[tuple[Any, ...]]]] = {
    "both": (Checked, Closed, {"other": 1, "more": 1}, [("token",), ("more",)]),
    "the first": (Checked, Closed, {"other": 1}, [("token",)]),
    "the last": (Closed, Checked, {"other": 1}, [("token",)]),
    "the first, once": (Checked, Open, {"token": "v"}, [("token",)]),
    "the last, once": (Other, Checked, {"token": "v", "other": 1}, [("token",)]),
    "one and then the other": (Checked, Model, {"token": "v"}, [("token",)]),
}


@pytest.mark.parametrize("sent_as", [Body, Form])
@pytest.mark.parametrize(
    ("first", "second", "sent", "places"), TWO_OF_A_NAME.values(), ids=TWO_OF_A_NAME
)
def test_each_of_two_fields_of_one_name_is_refused(
    first: Any, second: Any, sent: Any, places: list[tuple[Any, ...]], sent_as: Any
) -> None:
    app = FastAPI(dependencies=[Depends(unrelated)])
    calls: list[str] = []

    async def endpoint(p: Any, q: Any) -> None:
        calls.append("endpoint")

    def wrapped(model: Any) -> Any:
        return Json[model] if sent_as is Form else model

    endpoint.__annotations__["p"] = Annotated[wrapped(first), sent_as(alias="x")]
    endpoint.__annotations__["q"] = Annotated[wrapped(second), sent_as(alias="x")]
    app.post("/")(endpoint)
    client = TestClient(app)
    answer = (
        client.post("/", data={"x": json.dumps(sent)})
        if sent_as is Form
        else client.post("/", json={"x": sent})
    )
    errors = answer.json()["detail"]
    assert [tuple(error["loc"]) for error in errors] == [("body", "x", *place) for place in places]
    assert calls == []


def test_a_name_that_is_that_of_another_field_is_told_apart() -> None:
    app = FastAPI()

    @app.post("/body")
    async def body(
        p: Annotated[Token, Body(alias="q")], q: Annotated[int | None, Body()] = None
    ) -> None: ...

    @app.post("/form")
    async def form(
        p: Annotated[int, Form(alias="q")], q: Annotated[Token, Form(alias="r")]
    ) -> None: ...

    client = TestClient(app)
    errors = client.post("/body", json={}).json()["detail"]
    assert [(error["type"], error["loc"]) for error in errors] == [("missing", ["body", "q"])]
    errors = client.post("/form", data={"q": "1"}).json()["detail"]
    assert [(error["type"], error["loc"]) for error in errors] == [("missing", ["body", "r"])]


def test_errors_have_the_order_of_the_parameters() -> None:
    app = FastAPI()
    app.exception_handler(RequestValidationError)(_handled)

    @app.post("/{first}")
    async def endpoint(
        body: Model,
        first: int,
        second: Annotated[Token, Header()],
        third: Annotated[Token, Query()],
    ) -> None: ...

    sent = {"params": {"third": "t"}, "headers": {"second": "s"}, "json": {"token": "b"}}
    errors = TestClient(app).post("/x", **sent).json()["detail"]
    places = [("path", "first"), ("query", "third"), ("header", "second"), ("body", "token")]
    assert [tuple(error["loc"]) for error in errors] == places


def test_an_empty_text_that_counts_as_none_is_no_refusal() -> None:
    app = FastAPI(dependencies=[Depends(unrelated)])

    @app.get("/")
    async def endpoint(
        nonce: Annotated[Nonce, Query()],
        cookie: Annotated[list[str], BeforeValidator(split), Cookie()] = ["none"],  # noqa: B006
    ) -> list[str]:
        return cookie

    answer = TestClient(app).get("/?nonce=n", headers={"cookie": "cookie="})
    assert (answer.status_code, answer.json(), asked) == (200, ["none"], ["n"])


def test_a_form_whose_file_is_large_is_read_before_anything_is_validated() -> None:
    """Its content is taken in the exact order."""
    app = FastAPI()

    @app.post("/")
    async def endpoint(nonce: Annotated[Nonce, Query()], content: Annotated[bytes, File()]) -> int:
        return len(content)

    answer = TestClient(app).post("/?nonce=n", files={"content": b"a" * 2_000_000})
    assert (answer.status_code, answer.json(), asked) == (200, 2_000_000, ["n"])


class Plain(BaseModel):
    token: str


class Known(Plain):
    @field_validator("token")
    @classmethod
    def is_known(cls, value: str) -> str:
        return value


TEXTS = {
    "no UTF-8": b"\xff1",
    "no UTF-8 in a text": b'{"token": "\xff"}',
    "no UTF-8 behind what is refused": b'{"token": 1, "x": "\xff"}',
    "byte order mark": b'\xef\xbb\xbf{"token": "v"}',
    "UTF-16": '{"token": "v"}'.encode("utf-16"),
    "UTF-32": '{"token": "v"}'.encode("utf-32"),
    "no JSON": b'{"token": "v"',
    "two values": b'{"token": "v"} 1',
    "nothing": b"",
    "nested too deep": b"[" * 100_000,
    "nested deep behind what is refused": b'{"token": 1, "x": %b1%b}' % (b"[" * 300, b"]" * 300),
    "no finite number": b'{"token": 1, "x": 1e999}',
    "lone surrogate": b'{"token": 1, "x": "\\ud800"}',
    "long integer": b'{"token": 1, "x": %b}' % (b"1" * 5000),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize(
    "wrapped",
    [lambda model: model, lambda model: list[model], lambda _: Any],
    ids=["one", "list", "any"],
)
def test_a_text_that_cannot_be_read_is_answered_as_without_functions(
    wrapped: Any, text: bytes
) -> None:
    """Nothing was refused of it, and it may be read in the exact order."""
    app = FastAPI()

    async def endpoint(body: Any, p: Annotated[int, AfterValidator(_positive), Query()] = 1) -> Any:
        return body

    async def plain(body: Any) -> Any:
        return body

    endpoint.__annotations__["body"] = Annotated[wrapped(Known), Body()]
    plain.__annotations__["body"] = Annotated[wrapped(Plain), Body()]
    app.post("/")(endpoint)
    app.post("/plain")(plain)
    client = TestClient(app)
    headers = {"content-type": "application/json"}
    answer = client.post("/", content=text, headers=headers)
    expected = client.post("/plain", content=text, headers=headers)
    assert (answer.status_code, answer.content) == (expected.status_code, expected.content)


def test_of_a_name_that_is_there_twice_the_last_value_counts() -> None:
    """Of a text that is not decoded first, both values are validated."""
    app = FastAPI(dependencies=[Depends(unrelated)])

    @app.post("/")
    async def endpoint(body: dict[str, Annotated[int, AfterValidator(_positive)]]) -> Any:
        return body

    headers = {"content-type": "application/json"}
    answer = TestClient(app).post("/", content=b'{"a": -1, "a": 1}', headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"a": 1})


@pytest.mark.parametrize("in_dependency", [False, True])
def test_a_websocket_that_was_refused_is_not_accepted(in_dependency: bool) -> None:
    app = FastAPI()
    seen: list[Any] = []

    @app.exception_handler(WebSocketRequestValidationError)
    async def handler(websocket: WebSocket, error: WebSocketRequestValidationError) -> None:
        seen.extend(error.errors())
        await websocket.close()

    async def taker(p: Annotated[Token, Query()]) -> None:
        seen.append("taken")

    async def endpoint(websocket: WebSocket, p: Annotated[Token, Query()]) -> None:
        seen.append("accepted")

    if in_dependency:
        app.websocket("/", dependencies=[Depends(taker)])(_accept)
    else:
        app.websocket("/")(endpoint)
    with pytest.raises(WebSocketDisconnect), TestClient(app).websocket_connect("/?p=v"):
        ...
    assert [(error["loc"], error["msg"]) for error in seen] == [
        (("query", "p"), "Value error, first time")
    ]
