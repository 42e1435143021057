"""From the generator of an endpoint to the response that sends its items."""

import typing
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from starlette.types import Message, Receive, Scope, Send

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    FastAPI,
    HTTPException,
    Request,
    Response,
)
from ferroapi.exceptions import ResponseValidationError
from ferroapi.responses import (
    EventSourceResponse,
    FileResponse,
    PlainTextResponse,
    RedirectResponse,
    StreamingResponse,
)
from ferroapi.routing import APIRoute
from ferroapi.sse import ServerSentEvent
from ferroapi.testclient import TestClient


class Item(BaseModel):
    name: str
    note: str | None = None


async def typed() -> AsyncIterable[Item]:
    yield Item(name="a")
    yield {"name": "b", "more": 1}  # type: ignore[misc]  # validated like any other


def typed_sync() -> Iterable[Item]:
    yield Item(name="a")


async def untyped():  # type: ignore[no-untyped-def]  # that is the point
    yield {"a": 1}
    yield Item(name="a")


def bare() -> typing.Iterator:  # type: ignore[type-arg]  # that is the point
    yield "a"


async def nothing() -> AsyncIterator[int]:
    for number in ():
        yield number


async def text() -> AsyncIterator[str]:
    yield "a"
    yield b"b"  # type: ignore[misc]  # bytes go as they are
    yield memoryview(b"c")  # type: ignore[misc]  # these too


def text_sync() -> Iterator[str]:
    yield "a"
    yield "b"


async def events() -> AsyncIterator[Any]:
    yield {"a": 1}
    yield ServerSentEvent(data="x", event="e", id="1", retry=5, comment="c")


async def event_objects() -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(raw_data="raw")


class Csv(StreamingResponse):
    media_type = "text/csv"


class Own(StreamingResponse):
    """It does more than to name a media type."""

    def __init__(self, content: Any, **options: Any) -> None:
        super().__init__(content, **options)
        self.headers["x-own"] = "1"


class Latin(StreamingResponse):
    media_type = "text/csv"
    charset = "latin-1"


class OwnHeaders(Csv):
    def init_headers(self, headers: Any = None) -> None:
        super().init_headers({"x-own": "1"})


class OnlyByName(StreamingResponse):
    def __init__(self, *, content: Any, status_code: int = 200, background: Any = None) -> None:
        super().__init__(content, status_code, {"x-own": "1"}, "text/csv", background)


SSE = "text/event-stream; charset=utf-8"

# name: (endpoint, options, content type, body)
STREAMS: dict[str, tuple[Any, dict[str, Any], str | None, bytes]] = {
    "typed": (
        *(typed, {}, "application/jsonl"),
        b'{"name":"a","note":null}\n{"name":"b","note":null}\n',
    ),
    "typed_sync": (typed_sync, {}, "application/jsonl", b'{"name":"a","note":null}\n'),
    "options": (
        *(typed, {"response_model_exclude_none": True}, "application/jsonl"),
        b'{"name":"a"}\n{"name":"b"}\n',
    ),
    "untyped": (
        *(untyped, {}, "application/jsonl"),
        b'{"a": 1}\n{"name": "a", "note": null}\n',
    ),
    "bare": (bare, {}, "application/jsonl", b'"a"\n'),
    "nothing": (nothing, {}, "application/jsonl", b""),
    "raw": (text, {"response_class": StreamingResponse}, None, b"abc"),
    "raw_sync": (text_sync, {"response_class": StreamingResponse}, None, b"ab"),
    "raw_media_type": (text, {"response_class": Csv}, "text/csv; charset=utf-8", b"abc"),
    "own_class": (text_sync, {"response_class": Own}, None, b"ab"),
    "own_charset": (text, {"response_class": Latin}, "text/csv; charset=latin-1", b"abc"),
    "own_headers": (
        *(text, {"response_class": OwnHeaders}, "text/csv; charset=utf-8"),
        b"abc",
    ),
    "own_parameters": (
        *(text, {"response_class": OnlyByName}, "text/csv; charset=utf-8"),
        b"abc",
    ),
    "events": (
        *(events, {"response_class": EventSourceResponse}, SSE),
        b'data: {"a":1}\n\n: c\nevent: e\ndata: "x"\nid: 1\nretry: 5\n\n',
    ),
    "event_objects": (
        *(event_objects, {"response_class": EventSourceResponse}, SSE),
        b"data: raw\n\n",
    ),
    "typed_events": (
        *(typed_sync, {"response_class": EventSourceResponse}, SSE),
        b'data: {"name":"a","note":null}\n\n',
    ),
}


@pytest.mark.parametrize(
    ("endpoint", "options", "content_type", "body"), STREAMS.values(), ids=STREAMS
)
def test_stream(
    endpoint: Any, options: Any, content_type: str | None, body: bytes, loop: dict[str, Any]
) -> None:
    app = FastAPI()
    app.get("/", **options)(endpoint)
    response = TestClient(app, **loop).get("/")
    assert (response.status_code, response.content) == (200, body)
    assert response.headers.get("content-type") == content_type
    own = options.get("response_class") in (Own, OwnHeaders, OnlyByName)
    assert ("x-own" in response.headers) is own
    if content_type == SSE:
        assert response.headers["cache-control"] == "no-cache"
        assert response.headers["x-accel-buffering"] == "no"


# name: (options of the decorator)
CLASSES: dict[str, dict[str, Any]] = {
    "jsonl": {},
    "events": {"response_class": EventSourceResponse},
    "raw": {"response_class": StreamingResponse},
    "own": {"response_class": Own},
}
classes = pytest.mark.parametrize("options", CLASSES.values(), ids=CLASSES)


@classes
def test_status_and_headers(options: dict[str, Any], loop: dict[str, Any]) -> None:
    """The declared status, or that of a dependency, with its headers and cookies."""

    async def dependency(response: Response, change: bool = False) -> None:
        response.headers["x-a"] = "1"
        response.set_cookie("a", "b")
        if change:
            response.status_code = 203

    app = FastAPI()
    app.get("/", status_code=202, dependencies=[Depends(dependency)], **options)(text_sync)
    client = TestClient(app, **loop)
    response = client.get("/")
    assert (response.status_code, response.headers["x-a"]) == (202, "1")
    assert response.cookies["a"] == "b"
    assert client.get("/?change=1").status_code == 203


@pytest.mark.parametrize("name", ["jsonl", "events", "raw"])
def test_the_injected_response_until_the_first_item(name: str) -> None:
    """What the generator sets before it counts, and changes what dependencies have set."""

    async def dependency(response: Response) -> None:
        response.headers["x-a"] = "dependency"
        response.headers["x-b"] = "dependency"
        response.status_code = 201

    app = FastAPI()

    @app.get("/", dependencies=[Depends(dependency)], **CLASSES[name])
    async def stream(response: Response) -> AsyncIterator[str]:
        response.headers["x-b"] = "generator"
        response.set_cookie("a", "b")
        response.status_code = 202
        yield "item"
        response.headers["x-c"] = "too late"

    response = TestClient(app).get("/")
    assert (response.status_code, response.cookies["a"]) == (202, "b")
    assert response.headers["x-a"] == "dependency"
    assert response.headers.get_list("x-b") == ["generator"]
    assert "x-c" not in response.headers


@pytest.mark.parametrize("name", ["jsonl", "events", "raw"])
def test_a_route_handler_has_the_last_word_on_a_stream(name: str) -> None:
    """What it changed stays as it is, beside what the generator sets later."""

    class Route(APIRoute):
        def get_route_handler(self) -> Any:
            inner = super().get_route_handler()

            async def handle(request: Request) -> Response:
                response: Response = await inner(request)
                response.headers["x-a"] = "handler"
                response.status_code = 203
                return response

            return handle

    async def dependency(response: Response) -> None:
        response.headers["x-a"] = "dependency"
        response.status_code = 201

    app = FastAPI()
    app.router.route_class = Route

    @app.get("/", dependencies=[Depends(dependency)], **CLASSES[name])
    async def stream(response: Response) -> AsyncIterator[str]:
        response.headers["x-b"] = "generator"
        yield "item"

    response = TestClient(app).get("/")
    assert (response.status_code, response.headers["x-b"]) == (203, "generator")
    assert response.headers.get_list("x-a") == ["handler"]


@pytest.mark.parametrize("name", ["jsonl", "events", "raw"])
def test_a_route_handler_may_send_a_stream_by_a_function_of_its_own(name: str) -> None:
    sent: list[Message] = []

    class Route(APIRoute):
        def get_route_handler(self) -> Any:
            inner = super().get_route_handler()

            async def handle(request: Request) -> Any:
                response = await inner(request)

                async def send_by_own(scope: Scope, receive: Receive, send: Send) -> None:
                    async def own_send(message: Message) -> None:
                        sent.append(message)
                        await send(message)

                    await response(scope, receive, own_send)

                return send_by_own

            return handle

    app = FastAPI()
    app.router.route_class = Route

    @app.get("/", **CLASSES[name])
    async def stream() -> AsyncIterator[str]:
        yield "item"

    body = TestClient(app).get("/").content
    assert b"item" in body
    assert b"".join(message.get("body", b"") for message in sent) == body
    assert sent[0]["type"] == "http.response.start"


@classes
def test_background_tasks_run_after_the_stream(options: dict[str, Any]) -> None:
    """Before dependencies of scope request are left; those of scope function are left before."""
    order: list[str] = []

    async def request() -> AsyncIterator[None]:
        yield
        order.append("request")

    async def function() -> AsyncIterator[None]:
        yield
        order.append("function")

    app = FastAPI()

    @app.get("/", **options)
    async def stream(
        tasks: BackgroundTasks,
        a: Annotated[None, Depends(request)],
        b: Annotated[None, Depends(function, scope="function")],
    ) -> AsyncIterator[str]:
        tasks.add_task(order.append, "task")
        order.append("item")
        yield "item"

    assert TestClient(app).get("/").status_code == 200
    assert order == ["function", "item", "task", "request"]


@classes
def test_parameters_are_validated_before(options: dict[str, Any]) -> None:
    app = FastAPI()

    @app.get("/", **options)
    async def stream(q: int) -> AsyncIterator[str]:
        yield str(q)

    client = TestClient(app)
    assert client.get("/?q=x").status_code == 422
    assert client.get("/?q=1").status_code == 200


def test_items_that_do_not_fit() -> None:
    app = FastAPI()

    @app.get("/")
    async def stream() -> AsyncIterator[Item]:
        yield Item(name="a")
        yield {"nome": "b"}  # type: ignore[misc]  # that is the point

    with pytest.raises(ResponseValidationError) as caught:
        TestClient(app).get("/")
    assert caught.value.errors()[0]["loc"][-1] == "name"
    assert caught.value.endpoint_function == "stream"


def test_an_exception_before_the_first_item_is_an_answer() -> None:
    """(FastAPI has sent a 200 by then.)"""
    app = FastAPI()

    @app.get("/")
    async def stream() -> AsyncIterator[Item]:
        raise HTTPException(403)
        yield Item(name="a")

    assert TestClient(app).get("/").status_code == 403


def test_a_function_that_returns_an_iterable_is_no_stream() -> None:
    app = FastAPI()

    @app.get("/")
    def read() -> Iterable[Item]:
        return [Item(name="a")]

    response = TestClient(app).get("/")
    assert response.json() == [{"name": "a", "note": None}]
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("response_class", [FileResponse, RedirectResponse])
def test_a_response_class_without_content_takes_no_generator(response_class: Any) -> None:
    app = FastAPI()
    app.get("/", response_class=response_class)(text_sync)
    with pytest.raises(TypeError, match="unexpected keyword argument 'content'"):
        TestClient(app).get("/")


# name: (what a function that is no generator returns, body)
RETURNED: dict[str, tuple[Any, bytes]] = {
    "list": (
        [1, {"a": Item(name="b")}],
        b'data: 1\n\ndata: {"a": {"name": "b", "note": null}}\n\n',
    ),
    "generator": (text_sync, b'data: "a"\n\ndata: "b"\n\n'),
    "asynchronous generator": (
        untyped,
        b'data: {"a": 1}\n\ndata: {"name": "a", "note": null}\n\n',
    ),
    "response": (lambda: PlainTextResponse("as it is"), b"as it is"),
}


@pytest.mark.parametrize(("returned", "body"), RETURNED.values(), ids=RETURNED)
def test_events_that_a_function_returns(returned: Any, body: bytes) -> None:
    app = FastAPI()

    @app.get("/", response_class=EventSourceResponse)
    def operation() -> Any:
        return returned() if callable(returned) else returned

    @app.get("/coroutine", response_class=EventSourceResponse)
    async def coroutine() -> Any:
        return operation()

    for path in ("/", "/coroutine"):
        response = TestClient(app).get(path)
        assert response.content == body
        assert (response.headers["content-type"] == SSE) is (body != b"as it is")
    app.get("/number", response_class=EventSourceResponse)(lambda: 1)
    with pytest.raises(TypeError, match="'int' object is not iterable"):
        TestClient(app).get("/number")


def test_response_class_of_the_application() -> None:
    app = FastAPI(default_response_class=EventSourceResponse)
    app.get("/")(events)
    assert TestClient(app).get("/").headers["content-type"] == SSE


def test_a_stream_of_a_post() -> None:
    app = FastAPI()

    @app.post("/")
    async def stream(item: Item) -> AsyncIterator[Item]:
        yield item

    client = TestClient(app)
    assert client.post("/", json={"name": "a"}).content == b'{"name":"a","note":null}\n'
    assert client.head("/").status_code == 405


def test_a_stream_of_an_included_router() -> None:
    router = APIRouter()
    router.get("/stream")(typed_sync)
    app = FastAPI()
    app.include_router(router, prefix="/in")
    assert TestClient(app).get("/in/stream").content == b'{"name":"a","note":null}\n'
    content = app.openapi()["paths"]["/in/stream"]["get"]["responses"]["200"]["content"]
    assert list(content) == ["application/jsonl"]
