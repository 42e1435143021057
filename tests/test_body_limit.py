"""Limits of request bodies: which of them counts, and how requests beyond it are answered."""

import itertools
from typing import Annotated, Any

import anyio
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ferroapi import APIRouter, Body, Depends, FastAPI, HTTPException, Request, WebSocket
from ferroapi._core import AsgiTable
from ferroapi.body_limit import (
    AlreadyRefusedError,
    body_limit_error,
    with_body_limit,
)
from ferroapi.exceptions import RequestBodyTooLarge
from ferroapi.responses import FileResponse, PlainTextResponse, StreamingResponse
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient

pytestmark = pytest.mark.anyio

REFUSED = (413, b'{"detail":"Content Too Large"}')


async def echo(request: Request) -> Any:
    return PlainTextResponse(await request.body())


async def parameter(data: Annotated[bytes, Body(media_type="text/plain")]) -> Any:
    return PlainTextResponse(data)


async def ignore() -> Any:
    return PlainTextResponse("ignored")


async def post(
    app: ASGIApp, body: bytes, path: str = "/", *, declared: bool = False, chunk: int = 3
) -> tuple[int, bytes]:
    """Status and body of the answer to a request in chunks, with or without its length declared."""
    chunks = [body[start : start + chunk] for start in range(0, len(body), chunk)]
    messages: list[Message] = [
        {"type": "http.request", "body": part, "more_body": True} for part in chunks
    ]
    messages = [*messages, {"type": "http.request"}][::-1]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"text/plain")]
    if declared:
        headers.append((b"content-length", b"%d" % len(body)))
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "root_path": "",
        "query_string": b"q=" + b"x" * 100,
        "headers": headers,
    }
    with anyio.fail_after(5):
        await app(scope, receive, send)
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], content


# What may be a limit


@pytest.mark.parametrize("value", [-1, True, False, 1.5, "5"])
def test_a_wrong_limit_is_refused_where_it_is_declared(value: Any) -> None:
    for declare in (
        lambda: FastAPI(max_body_size=value),
        lambda: APIRouter(max_body_size=value),
        lambda: FastAPI().include_router(APIRouter(), max_body_size=value),
        lambda: FastAPI().post("/", max_body_size=value)(echo),
        lambda: APIRoute("/", echo, max_body_size=value),
    ):
        with pytest.raises(ValueError, match="max_body_size must be a non-negative integer"):
            declare()


# Which limit counts

LEVELS = ["mounting", "app", "parent", "including", "child", "operation"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("others", [0, 9])
@pytest.mark.parametrize("declared", [False, True])
async def test_the_innermost_limit_counts(level: str, others: int, declared: bool) -> None:
    """Those further out do not, be they larger or smaller."""
    limits: dict[str, int | None] = dict.fromkeys(LEVELS)
    limits |= dict.fromkeys(LEVELS[: LEVELS.index(level)], others)
    limits[level] = 5
    child = APIRouter(max_body_size=limits["child"])
    child.post("/echo", max_body_size=limits["operation"])(echo)
    parent = APIRouter(max_body_size=limits["parent"])
    parent.include_router(child, max_body_size=limits["including"])
    app = FastAPI(max_body_size=limits["app"])
    app.include_router(parent)
    outer = FastAPI(max_body_size=limits["mounting"])
    outer.mount("/mounted", app)
    assert await post(outer, b"12345", "/mounted/echo", declared=declared) == (200, b"12345")
    assert await post(outer, b"123456", "/mounted/echo", declared=declared) == REFUSED


@pytest.mark.parametrize("level", ["router", "operation"])
async def test_a_limit_goes_where_its_route_goes(level: str) -> None:
    router = APIRouter(max_body_size=5 if level == "router" else 9)
    router.post("/", max_body_size=5 if level == "operation" else None)(echo)
    extended = FastAPI(max_body_size=3)
    extended.router.routes.extend(router.routes)
    for app in (FastAPI(routes=router.routes), extended):
        assert await post(app, b"12345") == (200, b"12345")
        assert await post(app, b"123456") == REFUSED


@pytest.mark.parametrize(("limit", "size"), [(None, 99), (0, 0), (5, 4), (5, 5)])
async def test_what_is_not_larger_passes(limit: int | None, size: int) -> None:
    app = FastAPI(max_body_size=limit)
    app.post("/")(echo)
    assert await post(app, b"x" * size, declared=True) == (200, b"x" * size)


async def test_everything_in_an_included_router_is_limited() -> None:
    mounted = FastAPI()
    mounted.post("/")(echo)
    router = APIRouter(routes=[APIRoute("/direct", echo, methods=["POST"])])
    router.mount("/mounted", mounted)
    router.add_route("/plain", echo, methods=["POST"])
    app = FastAPI()
    app.include_router(router, max_body_size=5)
    app.include_router(router, prefix="/free")
    for path in ("/direct", "/mounted/", "/plain"):
        assert (await post(app, b"123456", path))[0] == 413
        assert await post(app, b"123456", "/free" + path) == (200, b"123456")


async def test_a_router_by_itself() -> None:
    """Without an application around it nobody has handlers, and the answer is text."""
    router = APIRouter(max_body_size=5)
    router.post("/")(echo)
    assert await post(router, b"12345") == (200, b"12345")
    assert await post(router, b"123456") == (413, b"Content Too Large")
    starlette = Starlette()
    starlette.mount("/in", router)
    assert (await post(starlette, b"123456", "/in/"))[0] == 413


# How it is answered


@pytest.mark.parametrize("declared", [False, True])
@pytest.mark.parametrize("endpoint", [echo, parameter])
async def test_handlers_answer(endpoint: Any, declared: bool) -> None:
    """The same whether a length was declared, and whoever reads."""
    app = FastAPI(max_body_size=5)
    app.post("/")(endpoint)
    assert await post(app, b"123456", declared=declared) == REFUSED

    @app.exception_handler(413)
    async def handle(_request: Request, error: StarletteHTTPException) -> Any:
        return PlainTextResponse("mine: " + error.detail, 400)

    assert await post(app, b"123456", declared=declared) == (400, b"mine: Content Too Large")


async def test_who_does_not_read_is_limited_by_the_declared_length() -> None:
    app = FastAPI(max_body_size=5)
    app.post("/")(ignore)
    for path in ("/", "/missing"):
        assert await post(app, b"123456", path, declared=True) == REFUSED
    assert await post(app, b"123456") == (200, b"ignored")


async def test_who_hides_the_error_is_refused_all_the_same() -> None:
    app = FastAPI(max_body_size=5)

    @app.post("/")
    async def hide(request: Request) -> str:
        try:
            await request.body()
        except StarletteHTTPException:
            return "hidden"
        return "read"

    assert await post(app, b"123456", declared=True) == REFUSED


@pytest.mark.parametrize("behind_middleware", [False, True])
@pytest.mark.parametrize("level", ["app", "router"])
async def test_what_is_refused_is_no_error_of_the_server(
    level: str, behind_middleware: bool
) -> None:
    app = FastAPI(max_body_size=5 if level == "app" else 9)
    router = APIRouter(max_body_size=5 if level == "router" else None)
    router.post("/")(ignore)
    app.include_router(router)
    if behind_middleware:
        app.add_middleware(Passing)
    seen: list[Exception] = []

    @app.exception_handler(Exception)
    async def handle(_request: Request, error: Exception) -> Any:
        seen.append(error)
        return PlainTextResponse("mine", 500)

    assert await post(app, b"123456", declared=True) == REFUSED
    assert seen == []


class Passing:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.mark.parametrize("level", ["app", "router"])
@pytest.mark.parametrize("endpoint", [echo, parameter, ignore])
async def test_handlers_of_routers_answer(level: str, endpoint: Any) -> None:
    app = FastAPI(max_body_size=5 if level == "app" else None)
    router = APIRouter(max_body_size=5 if level == "router" else None)
    router.post("/")(endpoint)

    @router.exception_handler(413)
    async def handle(_request: Request, error: StarletteHTTPException) -> Any:
        return PlainTextResponse("router: " + error.detail, 413)

    app.include_router(router)
    wanted = (413, b"router: Content Too Large")
    assert await post(app, b"123456", declared=True) == wanted


async def waiting() -> Any:
    yield "1"
    await anyio.sleep(0.01)
    yield "2"


async def returned() -> Any:
    return StreamingResponse(waiting())


async def file() -> Any:
    return FileResponse(__file__)


@pytest.mark.parametrize("endpoint", [waiting, returned, file])
async def test_a_stream_lets_the_handler_answer(endpoint: Any) -> None:
    """It hears of what it receives, and stops, while the handler waits; so does a file."""
    app = FastAPI(max_body_size=5)
    app.post("/", response_model=None)(endpoint)

    @app.exception_handler(413)
    async def handle(_request: Request, error: StarletteHTTPException) -> Any:
        await anyio.sleep(0.01)
        return PlainTextResponse("late: " + error.detail, 413)

    wanted = (413, b"late: Content Too Large")
    assert await post(app, b"123456", declared=True) == wanted


async def test_an_error_of_the_server_is_seen() -> None:
    app = FastAPI(max_body_size=5)

    @app.post("/")
    async def fail() -> None:
        raise RuntimeError("failed")

    with pytest.raises(RuntimeError, match="failed"):
        await post(app, b"123456", declared=True)


async def test_what_was_opened_is_closed() -> None:
    closed = []

    async def dependency() -> Any:
        try:
            yield 1
        finally:
            closed.append(True)

    app = FastAPI(max_body_size=5, dependencies=[Depends(dependency)])
    app.post("/echo")(echo)
    app.post("/ignore")(ignore)
    assert await post(app, b"123456", "/echo") == REFUSED
    assert await post(app, b"123456", "/ignore", declared=True) == REFUSED
    assert closed == [True, True]


async def test_nothing_is_read_beyond_the_limit() -> None:
    app = FastAPI(max_body_size=5)
    app.post("/")(parameter)
    left: list[bytes] = [b"never", b"456", b"123"]

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": True}

    async def send(_message: Message) -> None: ...

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}
    await app(scope, receive, send)
    assert left == [b"never"]


# With middleware


class Copying:
    """Gives the application a scope of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(dict(scope), receive, send)


def with_middleware(app: FastAPI, kind: str) -> None:
    async def dispatch(request: Request, call_next: Any) -> Any:
        if kind == "reading":
            await request.body()
        return await call_next(request)

    if kind == "copying":
        app.add_middleware(Copying)
    else:
        app.middleware("http")(dispatch)


KINDS = ["reading", "passing on", "copying"]


@pytest.mark.filterwarnings("ignore:Async generator .starlette:ResourceWarning")
@pytest.mark.parametrize("declared", [False, True])
@pytest.mark.parametrize("kind", KINDS)
async def test_middleware_is_below_the_limit_of_the_application(kind: str, declared: bool) -> None:
    limits = [None, 5, 10]
    for of_app, of_route in itertools.product(limits, limits):
        app = FastAPI(max_body_size=of_app)
        with_middleware(app, kind)
        app.post("/", max_body_size=of_route)(echo)
        counts = of_app if of_route is None else of_route
        refused = counts == 5 or (kind == "reading" and of_app == 5)
        answer = await post(app, b"123456", declared=declared)
        assert answer == (REFUSED if refused else (200, b"123456"))


@pytest.mark.filterwarnings("ignore:Async generator .starlette:ResourceWarning")
@pytest.mark.parametrize("declared", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("outer", "inner"), [(5, None), (10, 5), (None, 5), (5, 5)])
async def test_middleware_of_a_mounted_application(
    outer: int | None, inner: int | None, kind: str, declared: bool
) -> None:
    app = FastAPI(max_body_size=inner)
    with_middleware(app, kind)
    app.post("/")(echo)
    parent = FastAPI(max_body_size=outer)
    parent.mount("/in", app)
    assert await post(parent, b"123456", "/in/", declared=declared) == REFUSED
    assert await post(parent, b"12345", "/in/", declared=declared) == (200, b"12345")


# Groups

OTHER = ValueError()
LARGE, SENT = RequestBodyTooLarge(), AlreadyRefusedError()

# name: (an error, what is found in it)
GROUPS: dict[str, tuple[Exception, Any]] = {
    "alone": (LARGE, LARGE),
    "another": (OTHER, None),
    "another 413": (ExceptionGroup("", [HTTPException(413)]), None),
    "in a group": (ExceptionGroup("", [LARGE]), LARGE),
    "in groups": (ExceptionGroup("", [ExceptionGroup("", [LARGE]), LARGE]), LARGE),
    "with another": (ExceptionGroup("", [LARGE, OTHER]), None),
    "a refusal that was sent": (ExceptionGroup("", [LARGE, ExceptionGroup("", [SENT])]), SENT),
}


@pytest.mark.parametrize(("error", "found"), GROUPS.values(), ids=GROUPS)
def test_errors_in_groups(error: Exception, found: Any) -> None:
    assert body_limit_error(error) is found


@pytest.mark.parametrize("mounted", [False, True])
async def test_groups_of_an_endpoint(mounted: bool) -> None:
    app = FastAPI(max_body_size=5)

    @app.post("/tasks")
    async def read_in_a_task(request: Request) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(request.body)

    @app.post("/other")
    async def fail() -> None:
        raise ExceptionGroup("mine", [HTTPException(413)])

    outer = FastAPI(max_body_size=10)
    outer.mount("/in", app)
    served, prefix = (outer, "/in") if mounted else (app, "")
    assert await post(served, b"123456", prefix + "/tasks") == REFUSED
    with pytest.raises(ExceptionGroup, match="mine"):
        await post(served, b"", prefix + "/other")


# What has no body


def test_websockets_and_the_lifespan_are_not_limited() -> None:
    app = FastAPI(max_body_size=0)

    @app.websocket("/")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())

    with TestClient(app) as client, client.websocket_connect("/") as websocket:
        websocket.send_text("more than nothing")
        assert websocket.receive_text() == "more than nothing"


def test_without_limits_nothing_is_in_front_of_the_routes() -> None:
    app = FastAPI()
    app.post("/")(echo)
    assert with_body_limit(app, None) is app
    TestClient(app).post("/")
    assert app._entry == app.router._serve
    assert isinstance(app._entry.__self__, AsgiTable)  # type: ignore[union-attr]  # a method


class SelfAnswering(APIRoute):
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(await Request(scope, receive).body())(scope, receive, send)


@pytest.mark.parametrize("place", ["operation", "router", "inclusion"])
async def test_a_route_of_a_class_that_answers_itself_is_limited(place: str) -> None:
    limits = {name: 4 if name == place else None for name in ("operation", "router", "inclusion")}
    router = APIRouter(route_class=SelfAnswering, max_body_size=limits["router"])
    router.post("/", max_body_size=limits["operation"])(ignore)
    app = FastAPI()
    app.include_router(router, prefix="/p", max_body_size=limits["inclusion"])
    assert await post(app, b"1234", "/p/") == (200, b"1234")
    assert await post(app, b"12345", "/p/") == REFUSED
