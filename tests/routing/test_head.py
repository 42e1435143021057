"""HEAD for GET operations: what answers, what is sent, and what stays as it is."""

import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import anyio.from_thread
import anyio.lowlevel
import pytest
from starlette.convertors import CONVERTOR_TYPES, Convertor, register_url_convertor
from starlette.routing import Host, Mount, Route
from starlette.types import Message, Receive, Scope, Send
from tests.conftest import EXAMPLES, Ask

from ferroapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException, Request
from ferroapi.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from ferroapi.routing import APIRoute
from ferroapi.sse import EventSourceResponse
from ferroapi.testclient import TestClient

done: list[str] = []


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    done.clear()


def header_dependency(request: Request) -> Iterator[str]:
    try:
        yield request.method
    finally:
        done.append("left")


app = FastAPI(auto_head=True)


@app.get("/json/{number}")
async def read_json(number: int) -> dict[str, Any]:
    return {"number": number}


@app.get("/plain")
def read_plain() -> str:
    return "in a thread"


@app.get("/html", response_class=HTMLResponse)
async def read_html() -> str:
    return "<p>"


@app.get("/file")
async def read_file() -> FileResponse:
    return FileResponse(EXAMPLES.parent / "LICENSE")


@app.get("/none", status_code=204)
async def read_none() -> None: ...


@app.get("/refused")
async def read_refused(how: str = Depends(header_dependency)) -> None:
    raise HTTPException(403, "no", {"X-Method": how})


@app.get("/background")
async def read_background(tasks: BackgroundTasks) -> int:
    tasks.add_task(done.append, "task")
    return 1


async def endless(tasks: BackgroundTasks, _how: str = Depends(header_dependency)) -> Any:
    tasks.add_task(done.append, "task")
    try:
        while True:
            done.append("item")
            yield "x"
    finally:
        done.append("closed")


async def waiting() -> AsyncIterator[str]:
    try:
        yield "x"
        await anyio.sleep_forever()
    finally:
        done.append("closed")


def threaded() -> Iterator[str]:
    try:
        while True:
            yield "x"
    finally:
        done.append("closed")


async def returned() -> StreamingResponse:
    return StreamingResponse(waiting(), headers={"X-Kind": "returned"})


async def failing() -> AsyncIterator[str]:
    raise HTTPException(409)
    yield ""


app.get("/endless")(endless)
app.get("/waiting")(waiting)
app.get("/threaded")(threaded)
app.get("/events", response_class=EventSourceResponse)(endless)
app.get("/raw", response_class=StreamingResponse)(waiting)
app.get("/returned")(returned)
app.get("/failing")(failing)

# name: (path, status)
WHOLE = {
    "json": ("/json/3", 200),
    "does_not_fit": ("/json/x", 422),
    "thread": ("/plain", 200),
    "html": ("/html", 200),
    "file": ("/file", 200),
    "no_content": ("/none", 204),
    "handled": ("/refused", 403),
    "fails_before_its_first_item": ("/failing", 409),
    "starlette": ("/openapi.json", 200),
    "nothing": ("/nothing", 404),
}


@pytest.mark.parametrize(("path", "status"), WHOLE.values(), ids=WHOLE)
def test_status_and_headers_are_those_of_get(loop: dict[str, Any], path: str, status: int) -> None:
    with TestClient(app, **loop) as client:
        get, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (status, b"")
    assert get.status_code == status
    told = [{**answer.headers, "x-method": ""} for answer in (get, head)]
    assert told[0] == told[1]


def test_the_endpoint_sees_the_method_and_tasks_run() -> None:
    client = TestClient(app)
    assert client.head("/refused").headers["x-method"] == "HEAD"
    assert client.head("/background").headers["content-length"] == "1"
    assert done == ["left", "task"]


# name: (path, content type)
STREAMS = {
    "json_lines": ("/endless", "application/jsonl"),
    "events": ("/events", "text/event-stream; charset=utf-8"),
    "waiting": ("/waiting", "application/jsonl"),
    "raw": ("/raw", None),
    "thread": ("/threaded", "application/jsonl"),
    "returned": ("/returned", None),
}


@pytest.mark.parametrize(("path", "content_type"), STREAMS.values(), ids=STREAMS)
def test_a_stream_is_closed_after_its_first_chunk(
    loop: dict[str, Any], path: str, content_type: str | None
) -> None:
    with TestClient(app, **loop) as client:
        response = client.head(path)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers.get("content-type") == content_type
    assert done.count("closed") == 1
    assert done.count("item") < 10
    if "item" in done:
        assert done[-2:] == ["task", "left"]


def operation(text: str) -> Any:
    async def operate() -> Response:
        return Response(headers={"X-Answer": text})

    return operate


def answer_of(app: Any, path: str) -> tuple[int, str | None]:
    response = TestClient(app).head(path)
    return response.status_code, response.headers.get("x-answer")


def one(method: str, path: str, text: str, **options: Any) -> APIRoute:
    return APIRoute(path, operation(text), methods=[method], **options)


# name: (routes, path, answer)
ORDERS: dict[str, tuple[list[Any], str, tuple[int, str | None]]] = {
    "first_get": ([one("GET", "/{x}", "a"), one("GET", "/b", "b")], "/b", (200, "a")),
    "declared_later": ([one("GET", "/x", "get"), one("HEAD", "/x", "head")], "/x", (200, "head")),
    "declared_before": ([one("HEAD", "/x", "head"), one("GET", "/x", "get")], "/x", (200, "head")),
    "declared_later_for_less": (
        [one("GET", "/{x}", "get"), one("HEAD", "/x", "head")],
        *("/x", (200, "head")),
    ),
    "declared_later_for_more": (
        [one("GET", "/x", "get"), one("HEAD", "/{x}", "head"), one("GET", "/y", "y")],
        *("/x", (200, "head")),
    ),
    "another_path": ([one("GET", "/x", "get"), one("HEAD", "/y", "head")], "/x", (200, "get")),
    "before_what_is_mounted_behind": (
        [one("GET", "/x", "get"), Mount("/", Response(headers={"X-Answer": "mount"}))],
        *("/x", (200, "get")),
    ),
    "behind_what_is_mounted_before": (
        [Mount("/x", Response(headers={"X-Answer": "mount"})), one("GET", "/x/y", "get")],
        *("/x/y", (200, "mount")),
    ),
    "not_before_what_is_mounted": (
        [
            one("GET", "/x", "get"),
            Mount("/m", Response(headers={"X-Answer": "mount"})),
            one("HEAD", "/{path:path}", "head"),
        ],
        *("/m/x", (200, "mount")),
    ),
    "over_what_is_mounted_elsewhere": (
        [
            one("GET", "/x", "get"),
            Mount("/m", Response(headers={"X-Answer": "mount"})),
            one("HEAD", "/{path:path}", "head"),
        ],
        *("/x", (200, "head")),
    ),
    "not_before_a_route_of_starlette": (
        [
            one("GET", "/x", "get"),
            Route("/s", Response(headers={"X-Answer": "starlette"}), methods=["GET", "HEAD"]),
            one("HEAD", "/{path:path}", "head"),
        ],
        *("/s", (200, "starlette")),
    ),
    "not_of_the_operation": ([one("GET", "/x", "get", auto_head=False)], "/x", (405, None)),
    "other_methods": ([one("POST", "/x", "post")], "/x", (405, None)),
}


@pytest.mark.parametrize(("routes", "path", "wanted"), ORDERS.values(), ids=ORDERS)
def test_which_route_answers(routes: list[Any], path: str, wanted: tuple[int, str | None]) -> None:
    assert answer_of(FastAPI(routes=routes, auto_head=True), path) == wanted


def nested(**options: bool | None) -> FastAPI:
    """An operation in a router that is included, with `auto_head` at any of the four places."""
    app = FastAPI(auto_head=options.get("application"))
    router = APIRouter(auto_head=options.get("router"))
    router.get("/x", auto_head=options.get("operation"))(operation("get"))
    app.include_router(router, auto_head=options.get("inclusion"))
    return app


# name: (the settings, whether HEAD is answered)
SETTINGS: dict[str, tuple[dict[str, bool], bool]] = {
    "none": ({}, False),
    "application": ({"application": True}, True),
    "inclusion": ({"inclusion": True}, True),
    "router": ({"router": True}, True),
    "operation": ({"operation": True}, True),
    "operation_wins": ({"application": True, "router": True, "operation": False}, False),
    "router_wins": ({"application": True, "inclusion": True, "router": False}, False),
    "inclusion_wins": ({"application": False, "inclusion": True}, True),
}


@pytest.mark.parametrize(("settings", "answered"), SETTINGS.values(), ids=SETTINGS)
def test_the_innermost_setting_wins(settings: dict[str, bool], answered: bool) -> None:
    wanted = (200, "get") if answered else (405, None)
    assert answer_of(nested(**settings), "/x") == wanted


def test_a_router_by_itself_and_a_later_change() -> None:
    router = APIRouter(auto_head=True)
    router.get("/x")(operation("get"))
    assert answer_of(router, "/x") == (200, "get")
    router.auto_head = False
    assert answer_of(router, "/x") == (405, None)


class Word(Convertor[str]):
    regex = "[a-z]+"

    def convert(self, value: str) -> str:
        return value.upper()

    def to_string(self, value: str) -> str:
        return value.lower()


def test_a_path_that_only_python_can_match(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starlette.convertors.CONVERTOR_TYPES", CONVERTOR_TYPES)
    register_url_convertor("word", Word())
    try:
        app = FastAPI(auto_head=True)

        @app.get("/{word:word}")
        async def read(word: str) -> Response:
            return Response(headers={"X-Answer": word})

        app.router.routes.append(Host("other", Response(headers={"X-Answer": "host"})))
        assert answer_of(app, "/abc") == (200, "ABC")
        assert TestClient(app).put("/abc").headers["allow"] == "GET"
    finally:
        del CONVERTOR_TYPES["word"]


def test_allow_names_head() -> None:
    response = TestClient(app).post("/plain")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


def test_the_document_stays_as_it_is() -> None:
    assert nested(application=True).openapi() == nested().openapi()


def test_a_class_that_handles_its_requests_itself_is_left_alone() -> None:
    class Own(APIRoute):
        async def handle(self, scope: Any, receive: Any, send: Any) -> None:
            await Response(headers={"X-Answer": "own"})(scope, receive, send)

    app = FastAPI(auto_head=True)
    app.router.add_api_route("/x", operation("get"), route_class_override=Own)
    assert answer_of(app, "/x") == (200, "own")


def test_the_source_is_that_of_get() -> None:
    assert app.explain("/plain", "HEAD") == app.explain("/plain")


def test_middleware_sees_a_whole_response_and_the_scope_as_it_was(ask: Ask) -> None:
    seen: list[Any] = []

    class Watching:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            before = dict(scope)
            await self.app(scope, receive, send)
            seen.append((scope["asgi"] == before.get("asgi"), "ferroapi.incomplete" in scope))

    watched = FastAPI(auto_head=True)
    watched.add_middleware(Watching)
    watched.get("/endless")(endless)
    answer = anyio.run(ask, watched, "HEAD", "/endless")
    assert (answer.status, answer.body) == (200, b"")
    assert seen == [(True, False)]


@pytest.mark.parametrize("is_early", [True, False], ids=["while it is sent", "after it"])
def test_who_waits_for_the_client_hears_that_it_left(is_early: bool, loop: dict[str, Any]) -> None:
    """It is still there, but nothing more is sent to it."""
    heard: list[Any] = []

    class Waiting(Response):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            async def listen() -> None:
                heard.append((await receive())["type"])

            await receive()
            async with anyio.create_task_group() as group:
                if is_early:
                    group.start_soon(listen)
                    await anyio.lowlevel.checkpoint()
                await super().__call__(scope, receive, send)
                if not is_early:
                    group.start_soon(listen)

    waited = FastAPI(auto_head=True)

    @waited.get("/")
    async def read() -> Waiting:
        return Waiting("text")

    with anyio.from_thread.start_blocking_portal(**loop) as portal:
        portal.call(asked_by_one_that_stays, waited)
    assert heard == ["http.disconnect"]


async def asked_by_one_that_stays(app: Any) -> None:
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not messages:
            await anyio.sleep_forever()
        return messages.pop()

    async def send(_message: Message) -> None: ...

    scope = {"type": "http", "method": "HEAD", "path": "/", "query_string": b"", "headers": []}
    with anyio.fail_after(10):
        await app(scope, receive, send)


def test_over_a_socket(start_server: Any) -> None:
    """What follows the answer on a connection is the next answer, on our protocol and another."""
    for protocol in ("ferroapi.server:HTTPProtocol", "h11"):
        server = start_server(
            ["-m", "uvicorn", "tests.routing.test_head:app", "--port", "0", "--http", protocol],
            cwd=EXAMPLES.parent,
        )
        port = int(server.wait_for(r"http://127\.0\.0\.1:(\d+)")[1])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            file = connection.makefile("rb")
            for path, length in (("/json/3", b"12"), ("/endless", None), ("/plain", b"13")):
                request = f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n"
                connection.sendall(request.encode())
                lines = iter(lambda file=file: file.readline().strip(), b"")
                status, *fields = lines
                assert status == b"HTTP/1.1 200 OK", (protocol, path)
                headers = dict(field.lower().split(b": ") for field in fields)
                assert headers.get(b"content-length") == length
