"""One request from its route to its last byte."""

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import anyio
import anyio.lowlevel
import pytest
from pydantic import BaseModel

from ferroapi import BackgroundTasks, Depends, FastAPI, Form, Request, Response, UploadFile
from ferroapi.plan.operation import endpoint_context
from ferroapi.responses import PlainTextResponse
from ferroapi.testclient import TestClient


class Item(BaseModel):
    a: int


def application() -> FastAPI:
    """One operation of each shape a plan has."""
    app = FastAPI()

    async def opened() -> Any:
        yield "open"

    @app.get("/constant")
    async def constant() -> Any:
        return {"a": 1}

    @app.get("/thread")
    def thread() -> dict[str, int]:
        return {"a": 1}

    @app.get("/parameters/{a}")
    async def parameters(a: int, b: int = 0) -> Item:
        return Item(a=a + b)

    @app.post("/body")
    async def body(item: Item) -> Item:
        return item

    @app.post("/members")
    async def members(item: Item, b: Annotated[Item, Depends()]) -> Any:
        return {"a": item.a + b.a}

    @app.post("/form")
    async def form(a: Annotated[int, Form()]) -> Item:
        return Item(a=a)

    @app.get("/generator")
    async def generator(value: Annotated[str, Depends(opened)]) -> Any:
        return {"a": value}

    @app.get("/response")
    async def response(response: Response) -> Any:
        response.headers["x-a"] = "1"
        return {"a": 1}

    @app.get("/request")
    async def request(request: Request) -> Any:
        return {"a": request.method}

    return app


# name: (method, path, keywords of the client, the body)
SHAPES: dict[str, tuple[str, str, dict[str, Any], Any]] = {
    "constant": ("GET", "/constant", {}, {"a": 1}),
    "thread": ("GET", "/thread", {}, {"a": 1}),
    "parameters": ("GET", "/parameters/1?b=2", {}, {"a": 3}),
    "body": ("POST", "/body", {"json": {"a": 1}}, {"a": 1}),
    "members": ("POST", "/members?a=2", {"json": {"a": 1}}, {"a": 3}),
    "form": ("POST", "/form", {"data": {"a": "1"}}, {"a": 1}),
    "generator": ("GET", "/generator", {}, {"a": "open"}),
    "response": ("GET", "/response", {}, {"a": 1}),
    "request": ("GET", "/request", {}, {"a": "GET"}),
}


@pytest.mark.parametrize(("method", "path", "options", "body"), SHAPES.values(), ids=SHAPES)
def test_shape(method: str, path: str, options: Any, body: Any, loop: dict[str, Any]) -> None:
    """Every kind of operation on every event loop, again and again."""
    client = TestClient(application(), **loop)
    for _ in range(3):
        response = client.request(method, path, **options)
        assert (response.status_code, response.json()) == (200, body)
        assert response.headers["content-type"] == "application/json"
        assert response.headers["content-length"] == str(len(response.content))


@pytest.mark.anyio
async def test_requests_at_the_same_time() -> None:
    """They share the plan and nothing else."""
    app = FastAPI()
    barrier = anyio.Event()
    waiting = 0

    async def dependency(q: int) -> int:
        nonlocal waiting
        waiting += 1
        if waiting == 20:
            barrier.set()
        await barrier.wait()
        return q * 10

    @app.get("/")
    async def read(q: int, value: Annotated[int, Depends(dependency)]) -> list[int]:
        return [q, value]

    answers: dict[int, bytes] = {}

    async def request(number: int) -> None:
        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                answers[number] = message["body"]

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "query_string": b"q=%d" % number,
            "headers": [],
        }
        await app(scope, receive, send)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(request, number)
    assert answers == {number: b"[%d,%d]" % (number, number * 10) for number in range(20)}


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/constant", "/response", "/generator", "/thread"])
async def test_messages(path: str) -> None:
    """One start and one body, and a request without a body is not read."""
    app = application()
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("nothing is to be read")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    await app(scope, receive, send)
    start, body = sent
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    assert body["type"] == "http.response.body"
    assert not body.get("more_body", False)


def test_background_tasks(loop: dict[str, Any]) -> None:
    """One object for dependencies and endpoint; in order, after the response."""
    calls: list[str] = []

    def dependency(tasks: BackgroundTasks) -> None:
        tasks.add_task(calls.append, "dependency")

    async def asynchronous(name: str, *, more: str) -> None:
        await anyio.lowlevel.checkpoint()
        calls.append(name + more)

    app = FastAPI()

    @app.get("/", dependencies=[Depends(dependency)])
    async def read(tasks: BackgroundTasks) -> int:
        tasks.add_task(asynchronous, "endpoint", more="!")
        tasks.add_task(calls.append, "last")
        calls.append("returned")
        return 1

    assert TestClient(app, **loop).get("/").json() == 1
    assert calls == ["returned", "dependency", "endpoint!", "last"]


def test_a_background_task_that_fails_stops_the_rest() -> None:
    calls: list[str] = []

    def fail() -> None:
        raise ValueError("failed")

    app = FastAPI()

    @app.get("/")
    async def read(tasks: BackgroundTasks) -> int:
        tasks.add_task(calls.append, "first")
        tasks.add_task(fail)
        tasks.add_task(calls.append, "never")
        return 1

    with pytest.raises(ValueError, match="failed"):
        TestClient(app).get("/")
    assert TestClient(app, raise_server_exceptions=False).get("/").json() == 1
    assert calls == ["first", "first"]


def test_uploads_are_open_in_background_tasks() -> None:
    read: list[bytes] = []
    app = FastAPI()

    @app.post("/")
    async def create(file: UploadFile, tasks: BackgroundTasks) -> int:
        async def later() -> None:
            read.append(await file.read())

        tasks.add_task(later)
        return 1

    assert TestClient(app).post("/", files={"file": b"abc"}).json() == 1
    assert read == [b"abc"]


def plain() -> None: ...


class Endpoint:
    def __call__(self) -> None: ...


def test_context_of_an_endpoint() -> None:
    assert endpoint_context(plain) == {
        "file": __file__,
        "line": plain.__code__.co_firstlineno,
        "function": "plain",
    }


@pytest.mark.parametrize("endpoint", [Endpoint(), functools.partial(plain), len])
def test_an_endpoint_without_source_has_no_context(endpoint: Any) -> None:
    assert endpoint_context(endpoint) == {}


def test_state_of_the_lifespan_reaches_requests(loop: dict[str, Any]) -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        yield {"name": "state"}

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def read(request: Request) -> Response:
        return PlainTextResponse(request.state.name)

    with TestClient(app, **loop) as client:
        assert client.get("/").text == "state"


@pytest.mark.parametrize("status", [200, 204, 205, 304])
def test_headers_that_middleware_adds_are_of_one_request(status: int) -> None:
    app = FastAPI()

    @app.middleware("http")
    async def add(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers.append("set-cookie", f"of={request.query_params['user']}")
        return response

    async def generator() -> AsyncIterator[None]:
        yield

    @app.get("/", status_code=status)
    async def read() -> None: ...

    @app.get("/generator", status_code=status, dependencies=[Depends(generator)])
    async def read_with_generator() -> None: ...

    @app.get("/stream", status_code=status)
    async def stream() -> AsyncIterator[int]:
        for _ in ():
            yield 1

    client = TestClient(app)
    for path in ("/", "/generator", "/stream"):
        for user in ("first", "second"):
            headers = client.get(path, params={"user": user}).headers
            assert headers.get_list("set-cookie") == [f"of={user}"]
