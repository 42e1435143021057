"""Generators of dependencies: when they are left, and what they see on the way."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from threading import Event
from typing import Annotated, Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from ferroapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response, WebSocket
from ferroapi.exceptions import FastAPIError
from ferroapi.responses import StreamingResponse
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient

Events = list[str]
Make = Callable[..., Any]


def sync(name: str, events: Events, *, below: Any = None) -> Any:
    def dependency(value: Any = below or Depends(lambda: None)) -> Iterator[str]:
        events.append(f"enter {name}")
        try:
            yield name
        except BaseException as error:
            events.append(f"{name} got {type(error).__name__}")
            raise
        finally:
            events.append(f"leave {name}")

    return dependency


def asynchronous(name: str, events: Events, *, below: Any = None) -> Any:
    async def dependency(value: Any = below or Depends(lambda: None)) -> AsyncIterator[str]:
        events.append(f"enter {name}")
        try:
            yield name
        except BaseException as error:
            events.append(f"{name} got {type(error).__name__}")
            raise
        finally:
            events.append(f"leave {name}")

    return dependency


KINDS = {"sync": sync, "async": asynchronous}
kinds = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


class Noting(Response):
    """Writes down that it is sent."""

    events: Events

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.events.append("send")
        await super().__call__(scope, receive, send)


def noting(events: Events) -> Noting:
    response = Noting("x")
    response.events = events
    return response


@kinds
def test_order(make: Make, loop: dict[str, Any]) -> None:
    """Scope function before sending; background tasks; then scope request, the last first."""
    events: Events = []
    outer = make("outer", events)
    inner = make("inner", events, below=Depends(outer))
    function = make("function", events)
    app = FastAPI()

    @app.get("/")
    async def read(
        tasks: BackgroundTasks,
        a: Annotated[str, Depends(inner)],
        b: Annotated[str, Depends(function, scope="function")],
    ) -> Response:
        events.append("endpoint")
        tasks.add_task(events.append, "background")
        return noting(events)

    assert TestClient(app, **loop).get("/").text == "x"
    assert events == [
        *("enter outer", "enter inner", "enter function", "endpoint", "leave function"),
        *("send", "background", "leave inner", "leave outer"),
    ]


@kinds
def test_a_stream_keeps_them_open(make: Make, loop: dict[str, Any]) -> None:
    events: Events = []
    app = FastAPI()

    @app.get("/")
    async def read(
        a: Annotated[str, Depends(make("request", events))],
        b: Annotated[str, Depends(make("function", events), scope="function")],
    ) -> StreamingResponse:
        async def items() -> AsyncIterator[str]:
            events.append("item")
            yield "item"

        return StreamingResponse(items())

    assert TestClient(app, **loop).get("/").text == "item"
    assert events == [
        *("enter request", "enter function", "leave function", "item", "leave request"),
    ]


class OwnError(Exception):
    """Raised by endpoints."""


@kinds
@pytest.mark.parametrize("scope", ["request", "function"])
def test_exceptions_are_thrown_in(make: Make, scope: Any, loop: dict[str, Any]) -> None:
    """The last opened first; then the handlers answer."""
    events: Events = []
    outer = make("outer", events)
    inner = make("inner", events, below=Depends(outer, scope=scope))
    app = FastAPI()

    @app.exception_handler(OwnError)
    async def handle(request: Request, error: OwnError) -> Response:
        events.append("handler")
        return Response(status_code=418)

    @app.get("/")
    def read(value: Annotated[str, Depends(inner, scope=scope)]) -> None:
        raise OwnError

    assert TestClient(app, **loop).get("/").status_code == 418
    assert events == [
        *("enter outer", "enter inner", "inner got OwnError", "leave inner"),
        *("outer got OwnError", "leave outer", "handler"),
    ]


@kinds
def test_exceptions_of_later_dependencies_are_thrown_in(make: Make) -> None:
    events: Events = []

    def refuse() -> None:
        raise HTTPException(403)

    app = FastAPI()

    @app.get("/")
    def read(
        a: Annotated[str, Depends(make("a", events))], b: Annotated[None, Depends(refuse)]
    ) -> None: ...

    assert TestClient(app).get("/").status_code == 403
    assert events == ["enter a", "a got HTTPException", "leave a"]


@kinds
def test_validation_errors_are_thrown_in(make: Make) -> None:
    """A dependency that has run is left also when a parameter after it is wrong."""
    events: Events = []
    app = FastAPI()

    @app.get("/")
    def read(a: Annotated[str, Depends(make("a", events))], q: int) -> None: ...

    assert TestClient(app).get("/?q=x").status_code == 422
    assert events == ["enter a", "a got RequestValidationError", "leave a"]


@kinds
def test_response_validation_errors_are_thrown_in(make: Make) -> None:
    events: Events = []
    app = FastAPI()

    @app.get("/")
    def read(a: Annotated[str, Depends(make("a", events))]) -> int:
        return "x"  # type: ignore[return-value]  # that is the point

    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/").status_code == 500
    assert events == ["enter a", "a got ResponseValidationError", "leave a"]


def converting(scope: Any, *, late: bool) -> FastAPI:
    """A dependency that raises another exception: for one that comes, or when it is left."""

    async def convert() -> AsyncIterator[None]:
        try:
            yield
        except OwnError:
            raise HTTPException(409, "converted") from None
        if late:
            raise HTTPException(410, "late")

    app = FastAPI()

    @app.get("/")
    def read(fail: bool, _: Annotated[None, Depends(convert, scope=scope)]) -> str:
        if fail:
            raise OwnError
        return "fine"

    return app


@pytest.mark.parametrize("scope", ["request", "function"])
def test_an_exception_may_be_converted(scope: Any, loop: dict[str, Any]) -> None:
    client = TestClient(converting(scope, late=False), **loop)
    assert client.get("/?fail=1").status_code == 409
    assert client.get("/?fail=0").json() == "fine"


def test_an_exception_before_sending_is_the_answer(loop: dict[str, Any]) -> None:
    client = TestClient(converting("function", late=True), **loop)
    assert client.get("/?fail=0").status_code == 410


def test_an_exception_after_sending_cannot_be(loop: dict[str, Any]) -> None:
    """The response is with the client; the server is told."""
    app = converting("request", late=True)
    with pytest.raises(RuntimeError) as caught:
        TestClient(app, **loop).get("/?fail=0")
    assert str(caught.value) == "Caught handled exception, but response already started."
    response = TestClient(app, raise_server_exceptions=False, **loop).get("/?fail=0")
    assert (response.status_code, response.json()) == (200, "fine")


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("scope", ["request", "function"])
def test_swallowing_an_exception_is_an_error(kind: str, scope: Any, loop: dict[str, Any]) -> None:
    """Nobody would know what to answer. (With scope function FastAPI fails on its way to tell.)"""

    def swallow_sync() -> Iterator[None]:
        with contextlib.suppress(OwnError):
            yield

    async def swallow_async() -> AsyncIterator[None]:
        with contextlib.suppress(OwnError):
            yield

    app = FastAPI()
    swallow = swallow_sync if kind == "sync" else swallow_async

    @app.get("/")
    def read(_: Annotated[None, Depends(swallow, scope=scope)]) -> None:
        raise OwnError

    with pytest.raises(FastAPIError) as caught:
        TestClient(app, **loop).get("/")
    assert str(caught.value) == (
        "Response not awaited. There's a high chance that the application code is raising an "
        "exception and a dependency with yield has a block with a bare except, or a block with "
        "except Exception, and is not raising the exception again. Read more about it in the "
        "docs: https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/"
        "#dependencies-with-yield-and-except"
    )
    response = TestClient(app, raise_server_exceptions=False, **loop).get("/")
    assert (response.status_code, response.text) == (500, "Internal Server Error")


def test_generators_around_one_that_swallows_see_the_error() -> None:
    """A transaction around it must not be committed."""
    seen: list[type[Exception]] = []

    def transaction() -> Iterator[None]:
        try:
            yield
        except Exception as error:
            seen.append(type(error))
            raise

    def swallow(_: Annotated[None, Depends(transaction)]) -> Iterator[None]:
        with contextlib.suppress(OwnError):
            yield

    app = FastAPI()

    @app.get("/")
    def read(_: Annotated[None, Depends(swallow, scope="function")]) -> None:
        raise OwnError

    response = TestClient(app, raise_server_exceptions=False).get("/")
    assert (response.status_code, seen) == (500, [FastAPIError])


@kinds
def test_background_tasks_that_fail(make: Make, loop: dict[str, Any]) -> None:
    """Teardown still runs, with the exception."""
    events: Events = []

    def fail() -> None:
        raise OwnError

    app = FastAPI()

    @app.get("/")
    def read(tasks: BackgroundTasks, a: Annotated[str, Depends(make("a", events))]) -> str:
        tasks.add_task(fail)
        return "sent"

    assert TestClient(app, raise_server_exceptions=False, **loop).get("/").json() == "sent"
    assert events == ["enter a", "a got OwnError", "leave a"]


NAME: ContextVar[str] = ContextVar("name", default="unset")


def test_context_variables_are_reset_where_they_were_set(loop: dict[str, Any]) -> None:
    seen: list[str] = []

    async def dependency() -> AsyncIterator[None]:
        token = NAME.set("set")
        try:
            yield
        finally:
            NAME.reset(token)
            seen.append(NAME.get())

    app = FastAPI()
    app.get("/", dependencies=[Depends(dependency)])(lambda: NAME.get())
    assert TestClient(app, **loop).get("/").json() == "set"
    assert seen == ["unset"]


def test_task_groups_are_left_in_their_task(loop: dict[str, Any]) -> None:
    events: Events = []

    async def group() -> AsyncIterator[Any]:
        async with anyio.create_task_group() as tasks:
            yield tasks
            events.append("leaving")

    async def work() -> None:
        await anyio.lowlevel.checkpoint()
        events.append("work")

    app = FastAPI()

    @app.get("/")
    async def read(tasks: Annotated[Any, Depends(group)]) -> None:
        tasks.start_soon(work)

    assert TestClient(app, **loop).get("/").status_code == 200
    assert sorted(events) == ["leaving", "work"]


SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "query_string": b"",
    "headers": [],
    "http_version": "1.1",
    "scheme": "http",
    "server": ("testserver", 80),
}


@pytest.mark.anyio
@pytest.mark.parametrize("where", ["endpoint", "send"])
@pytest.mark.parametrize("scope", ["request", "function"])
async def test_cancelled_requests_are_torn_down(where: str, scope: Any) -> None:
    """To the end, however long it takes; then the cancellation goes on."""
    events: Events = []
    reached = anyio.Event()

    async def dependency() -> AsyncIterator[None]:
        try:
            yield
        finally:
            await anyio.lowlevel.checkpoint()
            events.append("left")

    async def wait() -> None:
        reached.set()
        await anyio.sleep_forever()

    app = FastAPI()

    @app.get("/")
    async def read(_: Annotated[None, Depends(dependency, scope=scope)]) -> None:
        if where == "endpoint":
            await wait()

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        if where == "send":
            await wait()

    async def serve() -> None:
        await app(dict(SCOPE), receive, send)
        events.append("went on")

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve)
            await reached.wait()
            tasks.cancel_scope.cancel()
    assert events == ["left"]


@contextlib.asynccontextmanager
async def left_in(events: Events) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await anyio.lowlevel.checkpoint()
        events.append("left")


async def enter(stack: contextlib.AsyncExitStack, manager: Any) -> None:
    await stack.enter_async_context(manager)


async def push_exit(stack: contextlib.AsyncExitStack, manager: Any) -> None:
    await manager.__aenter__()
    stack.push_async_exit(manager)


async def push_callback(stack: contextlib.AsyncExitStack, manager: Any) -> None:
    await manager.__aenter__()
    stack.push_async_callback(manager.__aexit__, None, None, None)


@pytest.mark.anyio
@pytest.mark.parametrize("put", [enter, push_exit, push_callback])
@pytest.mark.parametrize("stack", ["fastapi_inner_astack", "fastapi_function_astack"])
@pytest.mark.parametrize("cancelled", [True, False])
async def test_what_a_handler_puts_on_a_stack_is_left(
    put: Callable[..., Any], stack: str, cancelled: bool
) -> None:
    """To the end, as what a dependency opens, and a cancellation is delivered at once after it."""
    events: Events = []

    class Opening(APIRoute):
        def get_route_handler(self) -> Any:
            handle = super().get_route_handler()

            async def opening(request: Request) -> Any:
                await put(request.scope[stack], left_in(events))
                response = await handle(request)
                if cancelled:
                    tasks.cancel_scope.cancel()
                return response

            return opening

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        events.append(message["type"])

    async def serve() -> None:
        await app(dict(SCOPE), receive, send)
        events.append("went on")

    app = FastAPI()
    app.router.route_class = Opening
    app.get("/")(lambda: "x")
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve)
    sent = ["http.response.start", "http.response.body"]
    if stack == "fastapi_function_astack":
        assert events == (["left"] if cancelled else ["left", *sent, "went on"])
    else:
        assert events == [*sent, "left", *(() if cancelled else ("went on",))]


@kinds
@pytest.mark.parametrize("scope", ["request", "function"])
def test_websockets(make: Make, scope: Any, loop: dict[str, Any]) -> None:
    events: Events = []
    app = FastAPI()

    @app.websocket("/")
    async def talk(
        websocket: WebSocket, a: Annotated[str, Depends(make("a", events), scope=scope)]
    ) -> None:
        await websocket.accept()
        await websocket.send_text(a)
        await websocket.close()
        events.append("endpoint")

    with TestClient(app, **loop).websocket_connect("/") as websocket:
        assert websocket.receive_text() == "a"
    assert events == ["enter a", "endpoint", "leave a"]


@kinds
def test_websockets_that_fail(make: Make, loop: dict[str, Any]) -> None:
    events: Events = []
    app = FastAPI()

    @app.websocket("/")
    async def talk(websocket: WebSocket, a: Annotated[str, Depends(make("a", events))]) -> None:
        raise OwnError

    with pytest.raises(OwnError), TestClient(app, **loop).websocket_connect("/"):
        pass
    assert events == ["enter a", "a got OwnError", "leave a"]


@pytest.mark.anyio
@pytest.mark.parametrize("scope", ["function", "request"])
async def test_who_leaves_while_a_generator_is_entered_has_no_endpoint_called(scope: Any) -> None:
    began, goes_on = Event(), Event()
    events: Events = []

    def entering() -> Iterator[None]:
        began.set()
        assert goes_on.wait(5)
        yield
        events.append("not reached")

    app = FastAPI()

    @app.get("/", dependencies=[Depends(sync("first", events)), Depends(entering, scope=scope)])
    def endpoint() -> None:
        events.append("endpoint")

    async def nothing(*_: Any) -> Any:
        return {"type": "http.request", "body": b""}

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(app, scope, nothing, nothing)
        await anyio.to_thread.run_sync(began.wait)
        tasks.cancel_scope.cancel()
        goes_on.set()
    assert events[0] == "enter first"
    assert events[2:] == ["leave first"]
