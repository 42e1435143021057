"""Exceptions on their way out: which handler answers, and what happens when none does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from ferroapi import (
    APIRouter,
    Body,
    Depends,
    FastAPI,
    HTTPException,
    Request,
    Response,
    WebSocket,
    WebSocketDisconnect,
)
from ferroapi.connection.exchange import Exchange
from ferroapi.exception_handlers import (
    http_exception_handler,
    request_validation_exception_handler,
)
from ferroapi.exceptions import (
    RequestValidationError,
    ResponseValidationError,
    ValidationException,
)
from ferroapi.failures import Failures
from ferroapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from ferroapi.streaming import current_thread_limiter
from ferroapi.testclient import TestClient


class OwnError(Exception):
    """An exception of the user's."""


class DerivedError(OwnError):
    """One below it."""


class Teapot(HTTPException):
    """One with a status."""

    def __init__(self) -> None:
        super().__init__(418, "short and stout")


class PureMiddleware:
    """ASGI and nothing else."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


async def passing(request: Request, call_next: Any) -> Any:
    return await call_next(request)


def no_middleware(app: FastAPI) -> None: ...


def pure_middleware(app: FastAPI) -> None:
    app.add_middleware(PureMiddleware)


def function_middleware(app: FastAPI) -> None:
    app.middleware("http")(passing)


def cors_middleware(app: FastAPI) -> None:
    app.add_middleware(CORSMiddleware, allow_origins=["*"])


MIDDLEWARE = (no_middleware, pure_middleware, function_middleware, cors_middleware)
around = pytest.mark.parametrize("around", MIDDLEWARE, ids=lambda made: made.__name__)


def raising(error: Any, around: Callable[[FastAPI], None], **options: Any) -> FastAPI:
    """An application whose endpoint raises."""
    app = FastAPI(**options)
    around(app)

    @app.get("/")
    async def read() -> None:
        raise error

    @app.get("/sync")
    def read_sync() -> None:
        raise error

    return app


def saying(text: str, status: int = 400) -> Any:
    async def handle(request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"{text} {type(error).__name__}", status)

    return handle


def saying_in_a_thread(text: str) -> Any:
    def handle(request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"{text} {type(error).__name__}", 400)

    return handle


# name: (the handlers, what is raised, what is answered)
HANDLERS: dict[str, tuple[dict[Any, Any], Exception, str]] = {
    "class": ({OwnError: saying("base")}, OwnError(), "base OwnError"),
    "class_above": ({OwnError: saying("base")}, DerivedError(), "base DerivedError"),
    "nearest_class": (
        {OwnError: saying("base"), DerivedError: saying("derived")},
        *(DerivedError(), "derived DerivedError"),
    ),
    "nearest_class_first": (
        {DerivedError: saying("derived"), OwnError: saying("base")},
        *(DerivedError(), "derived DerivedError"),
    ),
    "status": ({418: saying("status")}, Teapot(), "status Teapot"),
    "status_before_class": (
        {418: saying("status"), Teapot: saying("class")},
        *(Teapot(), "status Teapot"),
    ),
    "class_for_another_status": (
        {404: saying("status"), Teapot: saying("class")},
        *(Teapot(), "class Teapot"),
    ),
    "starlettes_http_exception": (
        {StarletteHTTPException: saying("starlette")},
        *(Teapot(), "starlette Teapot"),
    ),
    "own_http_exception_for_starlettes": (
        {HTTPException: saying("own")},
        *(StarletteHTTPException(418), '{"detail":"I\'m a Teapot"}'),
    ),
    "thread": ({OwnError: saying_in_a_thread("thread")}, DerivedError(), "thread DerivedError"),
    "thread_by_status": ({418: saying_in_a_thread("thread")}, Teapot(), "thread Teapot"),
    "default": ({}, Teapot(), '{"detail":"short and stout"}'),
}


@around
@pytest.mark.parametrize("path", ["/", "/sync"])
@pytest.mark.parametrize(("handlers", "error", "text"), HANDLERS.values(), ids=HANDLERS)
def test_handler(handlers: Any, error: Exception, text: str, path: str, around: Any) -> None:
    app = raising(error, around, exception_handlers=handlers)
    assert TestClient(app).get(path).text == text


def by_decorator(app: FastAPI, handler: Any) -> None:
    assert app.exception_handler(OwnError)(handler) is handler


def by_method(app: FastAPI, handler: Any) -> None:
    app.add_exception_handler(OwnError, handler)


def by_dictionary(app: FastAPI, handler: Any) -> None:
    app.exception_handlers[OwnError] = handler


@pytest.mark.parametrize("declare", [by_decorator, by_method, by_dictionary])
def test_ways_to_add_a_handler(declare: Any) -> None:
    app = raising(OwnError(), no_middleware)
    declare(app, saying("added"))
    assert TestClient(app).get("/").text == "added OwnError"


@pytest.mark.parametrize("declare", [by_decorator, by_method])
@around
def test_handlers_may_come_late(declare: Any, around: Any) -> None:
    """After the first request. (FastAPI ignores them.)"""
    app = raising(OwnError(), around)
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/").status_code == 500
    declare(app, saying("late"))
    assert client.get("/").text == "late OwnError"


@around
def test_what_nobody_handles(around: Any, loop: dict[str, Any]) -> None:
    """The client gets a 500 in text, and the server the exception."""
    app = raising(OwnError("unexpected"), around)
    with pytest.raises(OwnError, match="unexpected"):
        TestClient(app, **loop).get("/")
    headers = {"origin": "http://elsewhere"}
    response = TestClient(app, raise_server_exceptions=False, **loop).get("/", headers=headers)
    assert (response.status_code, response.text) == (500, "Internal Server Error")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    allowed = response.headers.get("access-control-allow-origin")
    assert allowed == ("*" if around is cors_middleware else None)


@around
@pytest.mark.parametrize("key", [500, Exception])
@pytest.mark.parametrize("make", [saying, saying_in_a_thread])
def test_handlers_of_everything(key: Any, make: Any, around: Any, loop: dict[str, Any]) -> None:
    """They answer, and the exception still reaches the server."""
    app = raising(OwnError("unexpected"), around, exception_handlers={key: make("caught")})
    with pytest.raises(OwnError, match="unexpected"):
        TestClient(app, **loop).get("/")
    response = TestClient(app, raise_server_exceptions=False, **loop).get("/")
    assert response.text == "caught OwnError"


@around
def test_an_http_exception_with_status_500_is_an_ordinary_one(around: Any) -> None:
    app = raising(HTTPException(500, "own"), around, exception_handlers={500: saying("all")})
    assert TestClient(app).get("/").json() == {"detail": "own"}


@around
def test_a_handler_of_everything_leaves_the_others(around: Any) -> None:
    app = raising(
        OwnError(), around, exception_handlers={Exception: saying("all"), OwnError: saying("b")}
    )
    assert TestClient(app).get("/").text == "b OwnError"


@around
@pytest.mark.parametrize(
    ("accept", "start", "content_type"),
    [("text/html", "<html>", "text/html"), ("*/*", "Traceback", "text/plain")],
)
def test_debug(accept: str, start: str, content_type: str, around: Any) -> None:
    """The traceback, for people in HTML."""
    app = raising(OwnError("unexpected"), around, debug=True)
    client = TestClient(app, raise_server_exceptions=False)
    response = client.get("/", headers={"accept": accept})
    assert response.status_code == 500
    assert response.headers["content-type"].startswith(content_type)
    assert response.text.strip().startswith(start)
    assert "unexpected" in response.text


@around
def test_a_handler_that_fails(around: Any) -> None:
    """Its exception is the one that counts."""

    async def broken(request: Request, error: OwnError) -> Response:
        raise KeyError("broken handler")

    app = raising(OwnError(), around, exception_handlers={OwnError: broken})
    with pytest.raises(KeyError, match="broken handler"):
        TestClient(app).get("/")
    assert TestClient(app, raise_server_exceptions=False).get("/").status_code == 500


@around
def test_a_handler_that_raises_what_another_takes(around: Any) -> None:
    async def convert(request: Request, error: OwnError) -> Response:
        raise HTTPException(409, "converted")

    app = raising(OwnError(), around, exception_handlers={OwnError: convert})
    response = TestClient(app, raise_server_exceptions=False).get("/")
    assert (response.status_code, response.json()) == (409, {"detail": "converted"})


@around
def test_after_the_response_started(around: Any, loop: dict[str, Any]) -> None:
    """The server is told that what was caught could not be answered."""

    class Items:
        """No generator, which would be sent as one that is yielded."""

        def __init__(self) -> None:
            self.items = [b"item"]

        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> bytes:
            if not self.items:
                raise HTTPException(418)
            return self.items.pop()

    app = FastAPI()
    around(app)
    app.get("/")(lambda: StreamingResponse(Items()))
    with pytest.raises(RuntimeError) as caught:
        TestClient(app, **loop).get("/")
    assert str(caught.value) == "Caught handled exception, but response already started."
    assert isinstance(caught.value.__cause__, HTTPException)


@around
def test_unhandled_after_the_response_started(around: Any, loop: dict[str, Any]) -> None:
    async def items() -> AsyncIterator[bytes]:
        yield b"item"
        raise OwnError("in the middle")

    app = FastAPI()
    around(app)
    app.get("/")(lambda: StreamingResponse(items()))
    with pytest.raises(OwnError, match="in the middle"):
        TestClient(app, **loop).get("/")
    response = TestClient(app, raise_server_exceptions=False, **loop).get("/")
    assert (response.status_code, response.content) == (200, b"item")


@around
def test_a_handler_of_everything_sees_what_comes_too_late(around: Any) -> None:
    seen: list[Exception] = []
    app = FastAPI()

    @app.exception_handler(Exception)
    async def handle(request: Request, error: Exception) -> Response:
        seen.append(error)
        return PlainTextResponse("too late", 500)

    @app.get("/")
    async def read() -> AsyncIterator[int]:
        yield 1
        raise OwnError

    around(app)
    response = TestClient(app, raise_server_exceptions=False).get("/")
    assert (response.status_code, response.text) == (200, "1\n")
    assert [type(error) for error in seen] == [OwnError]


@around
@pytest.mark.anyio
async def test_what_a_websocket_raises_is_told_although_its_close_is_cancelled(
    around: Any,
) -> None:
    """Its client may leave while it is closed: the log needs it anyway."""
    app = FastAPI()
    around(app)

    @app.websocket("/")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        raise OwnError

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        if message["type"] == "websocket.close":
            server.cancel()
            await anyio.lowlevel.checkpoint()

    connection = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
    with pytest.raises(OwnError), anyio.CancelScope() as server:
        await app(connection, receive, send)


@around
@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_handler_that_is_cancelled_ends_the_request(around: Any) -> None:
    async def wait(request: Request, error: Exception) -> Response:
        asyncio.get_running_loop().call_soon(request_task.cancel)
        await asyncio.sleep(10)
        raise AssertionError

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        raise AssertionError

    app = raising(OwnError(), around, exception_handlers={Exception: wait})
    connection = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    request_task = asyncio.create_task(app(connection, receive, send))
    with pytest.raises(asyncio.CancelledError):
        await request_task


def test_detail_and_headers() -> None:
    """Any JSON as detail; no body for a status that has none."""
    app = FastAPI()

    @app.get("/{status}")
    async def read(status: int) -> None:
        raise HTTPException(status, {"a": [1]}, {"x-a": "b"})

    client = TestClient(app)
    assert client.get("/400").json() == {"detail": {"a": [1]}}
    for status in (400, 204, 304):
        response = client.get(f"/{status}")
        assert (response.status_code, response.headers["x-a"]) == (status, "b")
    assert client.get("/204").content == b""


def test_validation_errors_are_handled_like_others() -> None:
    app = FastAPI()

    @app.exception_handler(RequestValidationError)
    async def request_error(request: Request, error: RequestValidationError) -> Response:
        return JSONResponse([wrong["loc"][-1] for wrong in error.errors()], 400)

    @app.exception_handler(ResponseValidationError)
    async def response_error(request: Request, error: ResponseValidationError) -> Response:
        return JSONResponse(error.body, 502)

    @app.get("/")
    async def read(q: int) -> int:
        return "no number"  # type: ignore[return-value]  # that is the point

    client = TestClient(app)
    assert (client.get("/").status_code, client.get("/").json()) == (400, ["q"])
    assert (client.get("/?q=1").status_code, client.get("/?q=1").json()) == (502, "no number")


def test_handlers_see_the_request() -> None:
    """With its body, its state, and what was set before."""
    app = FastAPI()

    @app.exception_handler(OwnError)
    async def handle(request: Request, error: OwnError) -> Response:
        body = await request.body()
        return JSONResponse([request.url.path, request.state.seen, body.decode()], 400)

    @app.post("/x")
    async def create(request: Request, item: dict[str, int]) -> None:
        request.state.seen = True
        raise OwnError

    assert TestClient(app).post("/x", content=b'{"a":1}', headers={
        "content-type": "application/json"
    }).json() == ["/x", True, '{"a":1}']  # fmt: skip


class OuterError(OwnError):
    """Only the outer application knows it."""


def mounted(around: Any, *, inner_handlers: Any = None) -> TestClient:
    """An application below another, each with handlers of its own."""
    inner = FastAPI(exception_handlers=inner_handlers)
    around(inner)

    @inner.get("/{what}")
    async def read(what: str) -> None:
        raise {"base": OwnError, "outer": OuterError, "http": Teapot}[what]()

    outer = FastAPI(exception_handlers={OwnError: saying("outer"), 404: saying("outer 404", 404)})
    outer.mount("/sub", inner)
    return TestClient(outer, raise_server_exceptions=False)


@around
def test_mounted_applications_have_handlers_of_their_own(around: Any) -> None:
    client = mounted(around, inner_handlers={OwnError: saying("inner")})
    assert client.get("/sub/base").text == "inner OwnError"
    assert client.get("/sub/http").json() == {"detail": "short and stout"}
    assert client.get("/sub/a/b").json() == {"detail": "Not Found"}
    assert client.get("/elsewhere").text == "outer 404 HTTPException"


@around
def test_what_a_mounted_application_does_not_handle_is_its_500(around: Any) -> None:
    """It answers, and the exception goes on to the outer one, which can only tell the server."""
    client = mounted(around)
    response = client.get("/sub/outer")
    assert (response.status_code, response.text) == (500, "Internal Server Error")


def test_routes_of_starlette_and_mounts_use_the_handlers() -> None:
    async def fail(request: Request) -> Response:
        raise OwnError

    router = APIRouter(routes=[Route("/in", fail)])
    app = FastAPI(exception_handlers={OwnError: saying("app")})
    app.add_route("/plain", fail)
    app.mount("/mount", router)
    client = TestClient(app)
    assert client.get("/plain").text == client.get("/mount/in").text == "app OwnError"


def test_middleware_sees_answers_of_handlers() -> None:
    seen: list[int] = []
    app = raising(OwnError(), no_middleware, exception_handlers={OwnError: saying("handled")})

    @app.middleware("http")
    async def note(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        seen.append(response.status_code)
        return response

    assert TestClient(app).get("/").text == "handled OwnError"
    assert seen == [400]


def test_an_exception_raised_again_and_again_keeps_no_frames() -> None:
    """A reused exception object does not collect the frames of every request."""
    error = Teapot()
    client = TestClient(raising(error, no_middleware))
    for _ in range(3):
        client.get("/")
    frames, traceback = 0, error.__traceback__
    while traceback is not None:
        frames, traceback = frames + 1, traceback.tb_next
    assert frames < 20


@around
def test_websockets_behind_middleware(around: Any, loop: dict[str, Any]) -> None:
    """Handlers close them; what nobody handles reaches the server."""
    app = FastAPI()
    around(app)

    @app.exception_handler(OwnError)
    async def handle(websocket: WebSocket, error: OwnError) -> None:
        await websocket.close(4000)

    @app.websocket("/{what}")
    async def talk(websocket: WebSocket, what: str) -> None:
        await websocket.accept()
        raise OwnError if what == "own" else KeyError(what)

    client = TestClient(app, **loop)
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        client.websocket_connect("/own") as websocket,
    ):
        websocket.receive_text()
    assert caught.value.code == 4000
    with pytest.raises(KeyError), client.websocket_connect("/other") as websocket:
        websocket.receive_text()


@around
def test_groups_are_not_taken_apart(around: Any) -> None:
    group = ExceptionGroup("several", [HTTPException(418)])
    client = TestClient(raising(group, around), raise_server_exceptions=False)
    assert client.get("/").status_code == 500
    handlers = {ExceptionGroup: saying("group")}
    client = TestClient(raising(group, around, exception_handlers=handlers))
    assert client.get("/").text == "group ExceptionGroup"


def in_thread() -> int:
    return 1


def generator_in_thread() -> Iterator[int]:
    yield 1


def handle_in_thread(request: Request, error: OwnError) -> Response:
    return PlainTextResponse("handled")


async def fails_for_a_handler() -> None:
    raise OwnError


async def asynchronous_generator() -> AsyncIterator[int]:
    yield 1


async def returns_its_dependency(value: Any = None) -> int:
    return 1


# name: (endpoint, dependencies)
IN_THREADS: dict[str, tuple[Callable[..., Any], list[Callable[..., Any]]]] = {
    "endpoint": (in_thread, []),
    "endpoint behind a generator": (in_thread, [asynchronous_generator]),
    "dependency": (returns_its_dependency, [in_thread]),
    "dependency behind a generator": (returns_its_dependency, [asynchronous_generator, in_thread]),
    "generator of a dependency": (returns_its_dependency, [generator_in_thread]),
    "stream": (generator_in_thread, []),
    "stream behind a generator": (generator_in_thread, [asynchronous_generator]),
    "handler": (fails_for_a_handler, []),
}


@pytest.mark.parametrize(
    "anyio_backend",
    [("asyncio", {"use_uvloop": False}), ("asyncio", {"use_uvloop": True})],
    ids=["asyncio", "uvloop"],
)
async def status_of(app: FastAPI, path: str = "/") -> int:
    """The status that a client gets which does not leave."""
    sent: list[Any] = []
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if not asked:
            await anyio.sleep_forever()
        return asked.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    await app(scope, receive, send)
    status: int = sent[0]["status"]
    return status


ASYNCIO = pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])


@ASYNCIO
@around
@pytest.mark.parametrize(("endpoint", "dependencies"), IN_THREADS.values(), ids=IN_THREADS)
@pytest.mark.anyio
async def test_no_thread_can_be_started(
    endpoint: Any,
    dependencies: list[Any],
    around: Any,
    no_threads: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each request is a 503 with a line in the log, and threads are used as soon as there are."""
    # However long it takes: the response of a stream has not started.
    monkeypatch.setattr("ferroapi.streaming.delivery.START_DELAY", 30)
    app = FastAPI(exception_handlers={OwnError: handle_in_thread})
    around(app)
    app.get("/", dependencies=[Depends(each) for each in dependencies])(endpoint)
    app.get("/thread")(in_thread)

    with anyio.fail_after(20):
        with no_threads():
            assert {await status_of(app) for _ in range(45)} == {503}
        assert [record.getMessage() for record in caplog.records] == [
            "can't start new thread: answered with 503"
        ] * 45
        assert await status_of(app) == 200
        assert await status_of(app, "/thread") == 200
    assert anyio.to_thread.current_default_thread_limiter().borrowed_tokens == 0
    assert current_thread_limiter().borrowed_tokens == 0


@ASYNCIO
@pytest.mark.anyio
async def test_no_thread_can_be_started_and_somebody_handles_that(no_threads: Any) -> None:
    app = FastAPI()
    app.get("/")(in_thread)

    @app.exception_handler(RuntimeError)
    async def handle(request: Request, error: RuntimeError) -> Response:
        return PlainTextResponse(str(error), 418)

    with no_threads():
        assert await status_of(app) == 418


# name: (how the handlers are changed, the status and text of an HTTPException)
WITHOUT_THE_DEFAULT: dict[str, tuple[Callable[[FastAPI], object], str]] = {
    "cleared": (lambda app: app.exception_handlers.clear(), "plain"),
    "replaced": (lambda app: setattr(app, "exception_handlers", {}), "plain"),
    "others": (
        lambda app: setattr(app, "exception_handlers", {ValueError: saying("own")}),
        "plain",
    ),
    "deleted": (lambda app: app.exception_handlers.pop(StarletteHTTPException), "plain"),
    "of_everything": (
        lambda app: setattr(app, "exception_handlers", {Exception: saying("own")}),
        "plain",
    ),
    "replaced_by_own": (
        lambda app: setattr(app, "exception_handlers", {StarletteHTTPException: saying("own")}),
        "own",
    ),
}


@around
@pytest.mark.parametrize(("change", "text"), WITHOUT_THE_DEFAULT.values(), ids=WITHOUT_THE_DEFAULT)
def test_without_the_default_handlers(
    change: Callable[[FastAPI], object], text: str, around: Any
) -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/{status}")
    def fail(status: int) -> None:
        raise HTTPException(status, "plain", {"x-own": "1"})

    around(app)
    change(app)
    client = TestClient(app, raise_server_exceptions=False)
    for path in ("/none/such", "/418"):
        answer = client.get(path)
        expected = "Not Found" if text == "plain" and path == "/none/such" else text
        assert answer.text.startswith(expected)
    if text == "plain":
        assert client.post("/1").status_code == 405
        assert client.get("/418").headers["x-own"] == "1"
        assert client.get("/418").headers["content-type"] == "text/plain; charset=utf-8"
        assert client.get("/304").content == b""


@around
@pytest.mark.parametrize("key", [Teapot, 418], ids=["class", "status"])
def test_a_dependency_may_add_a_handler(key: Any, around: Any) -> None:
    """In the scope, where Starlette's middleware leaves the handlers: it counts from then on."""

    def add(request: Request) -> None:
        by_class, by_status = request.scope["starlette.exception_handlers"]
        assert by_class[StarletteHTTPException] is http_exception_handler
        (by_class if key is Teapot else by_status)[key] = saying("added")

    app = FastAPI()

    @app.get("/added", dependencies=[Depends(add)])
    @app.get("/")
    def fail() -> None:
        raise Teapot

    around(app)
    client = TestClient(app)
    assert client.get("/").status_code == 418
    assert client.get("/added").text == "added Teapot"
    assert client.get("/").text == "added Teapot"


async def tell_handled(request: Request) -> PlainTextResponse:
    by_class, by_status = request.scope["starlette.exception_handlers"]
    return PlainTextResponse(f"{Teapot in by_class} {list(by_status)}")


@around
@pytest.mark.parametrize(
    ("path", "told"),
    [("/plain", "True [418]"), ("/inner/plain", "False [419]"), ("/inner/own", "False [419]")],
)
def test_what_is_no_operation_has_the_handlers_in_its_scope(
    path: str, told: str, around: Any
) -> None:
    handle = saying("handled")
    app = FastAPI(exception_handlers={Teapot: handle, 418: handle})
    inner = FastAPI(exception_handlers={419: handle})
    for each in (app, inner):
        each.router.routes.append(Route("/plain", tell_handled))
        around(each)
    inner.add_api_route("/own", tell_handled)
    app.mount("/inner", inner)
    assert TestClient(app).get(path).text == told


DETAILS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=5,
)
OWN_HEADERS = st.dictionaries(
    st.sampled_from(["X-Own", "content-type", "Content-Length"]) | st.text(max_size=3),
    st.text(max_size=3) | st.integers(),
    max_size=2,
)
STATUSES = st.sampled_from([*HTTPStatus, 100, 204, 205, 304, 400, 404, 418, 422, 599, 1000])


@given(STATUSES, DETAILS, st.none() | OWN_HEADERS)
def test_a_default_answer_is_that_of_the_default_handler(
    status: int, detail: Any, headers: Any
) -> None:
    error = HTTPException(status, detail, headers)
    assert_answered_as_by_handler(error, http_exception_handler)


@given(st.lists(st.fixed_dictionaries({"type": st.text(), "input": DETAILS}), max_size=2))
def test_a_default_refusal_is_that_of_the_default_handler(errors: Any) -> None:
    error = RequestValidationError(errors)
    assert_answered_as_by_handler(error, request_validation_exception_handler)


def assert_answered_as_by_handler(error: Any, handler: Any) -> None:
    """The same messages with the handler, and with one that only calls it."""

    async def call(request: Request, error: Exception) -> Any:
        return await handler(request, error)

    async def answers(kind: Any, handler: Any) -> list[Any]:
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        handlers = {kind: handler}
        failures = Failures(handlers, debug=False, outermost=False)
        exchange = Exchange({"type": "http", "method": "GET"}, receive_nothing, send)
        with suppress(Exception):
            await failures.answer(error, exchange)
            return messages
        return ["raises", *messages]

    async def both() -> list[Any]:
        kind = StarletteHTTPException if isinstance(error, HTTPException) else type(error)
        return [await answers(kind, handler), await answers(kind, call)]

    by_default, by_call = anyio.run(both)
    assert by_default == by_call


async def receive_nothing() -> Any:
    raise AssertionError("nothing is read")


def refusing() -> FastAPI:
    """An application that refuses a parameter and a body."""
    app = FastAPI()

    @app.post("/{number}")
    async def read(number: int, limit: Annotated[int, Body()]) -> None: ...

    return app


BODY_ERROR: Any = {"json": "x"}
BROKEN: Any = {"content": b"{", "headers": {"content-type": "application/json"}}


@around
@pytest.mark.parametrize("sent", [BODY_ERROR, BROKEN, {"json": 1}], ids=["body", "broken", "path"])
@pytest.mark.parametrize("key", [RequestValidationError, ValidationException])
def test_whoever_has_a_say_is_asked_about_what_does_not_fit(
    key: Any, sent: Any, around: Any
) -> None:
    app = refusing()
    around(app)
    client = TestClient(app)
    path = "/x" if sent == {"json": 1} else "/1"
    plain = client.post(path, **sent)
    assert plain.status_code == 422
    assert set(plain.json()) == {"detail"}
    if key is ValidationException:
        del app.exception_handlers[RequestValidationError]
    app.add_exception_handler(key, saying("mine"))
    assert client.post(path, **sent).text == "mine RequestValidationError"
    app.exception_handlers.pop(key)
    app.add_exception_handler(RequestValidationError, request_validation_exception_handler)
    assert client.post(path, **sent).content == plain.content


@around
def test_a_dependency_may_add_a_handler_for_what_does_not_fit(around: Any) -> None:
    async def add(request: Request) -> None:
        by_class, _ = request.scope["starlette.exception_handlers"]
        by_class[RequestValidationError] = saying("added")

    app = FastAPI()
    around(app)

    @app.get("/", dependencies=[Depends(add)])
    async def read(number: int) -> None: ...

    assert TestClient(app).get("/?number=x").text == "added RequestValidationError"


@pytest.mark.anyio
async def test_a_default_answer_that_cannot_be_sent_is_an_error_as_any_other() -> None:
    app, seen = FastAPI(), list[Exception]()

    @app.get("/")
    async def refuse() -> None:
        raise HTTPException(404)

    @app.exception_handler(Exception)
    async def handle(_request: Request, error: Exception) -> Response:
        seen.append(error)
        return PlainTextResponse("")

    gone = OSError("the client has left")

    async def send(_message: Any) -> None:
        raise gone

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    with pytest.raises(OSError, match="left"):
        await app(scope, receive_nothing, send)
    assert seen == [gone]


def test_an_exception_that_is_raised_again_keeps_no_frames() -> None:
    error = HTTPException(400)
    assert TestClient(raising(error, no_middleware)).get("/").status_code == 400
    assert error.__traceback__ is None


@around
def test_what_a_default_handler_raises_may_have_a_handler(around: Any) -> None:
    app = raising(HTTPException(400, headers={"x-a": "\u20ac"}), around)
    app.add_exception_handler(ValueError, saying("no header:"))
    assert TestClient(app).get("/").text == "no header: UnicodeEncodeError"
