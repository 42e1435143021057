"""What a request needed is released when it is over, and not when the garbage collector comes."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Coroutine,
    Generator,
    Iterator,
)
from contextlib import suppress
from typing import Annotated, Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from pydantic import BaseModel
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    FastAPI,
    File,
    Form,
    Header,
    HTTPException,
    Request,
    Response,
    UploadFile,
    WebSocket,
    WebSocketException,
)
from ferroapi.responses import EventSourceResponse, FileResponse, JSONResponse, StreamingResponse
from ferroapi.routing import APIRoute

REQUESTS = 5
BOUNDARY = b"boundary"


class Item(BaseModel):
    number: int


class TheirError(Exception):
    """One that has a handler."""


async def opened() -> AsyncGenerator[int, None]:
    yield 1


def opened_in_thread() -> Generator[int, None, None]:
    yield 1


async def failing() -> None:
    raise RuntimeError("failed")


def failing_in_thread() -> None:
    raise RuntimeError("failed")


async def failing_at_its_end() -> AsyncGenerator[int, None]:
    yield 1
    raise RuntimeError("failed")


async def answering_a_failure() -> AsyncGenerator[int, None]:
    try:
        yield 1
    except RuntimeError:
        raise HTTPException(400) from None


async def hiding_a_failure() -> AsyncGenerator[int, None]:
    with suppress(RuntimeError):
        yield 1


Opened = Annotated[int, Depends(opened)]
OpenedInThread = Annotated[int, Depends(opened_in_thread)]

routes = APIRouter()


@routes.get("/answer")
async def answer(request: Request, background: BackgroundTasks, a: Opened) -> int:
    return a


@routes.get("/answer_in_thread")
def answer_in_thread(a: Opened, b: OpenedInThread) -> int:
    return a + b


@routes.post("/form")
async def form(
    request: Request, number: Annotated[int, Form()], file: Annotated[UploadFile, File()]
) -> int:
    return number


@routes.post("/failing_form")
async def failing_form(number: Annotated[int, Form()], file: Annotated[UploadFile, File()]) -> None:
    raise RuntimeError("failed")


@routes.get("/file")
async def file() -> FileResponse:
    return FileResponse(__file__)


@routes.get("/lines")
async def lines() -> AsyncIterator[int]:
    yield 1


@routes.get("/lines_in_thread")
def lines_in_thread() -> Iterator[int]:
    yield 1


@routes.get("/events", response_class=EventSourceResponse)
async def events(a: Opened, b: OpenedInThread) -> AsyncIterator[int]:
    yield 1


@routes.get("/failing_lines")
async def failing_lines() -> AsyncIterator[int]:
    yield 1
    raise RuntimeError("failed")


@routes.get("/failing_lines_in_thread")
def failing_lines_in_thread() -> Iterator[int]:
    yield 1
    raise RuntimeError("failed")


@routes.get("/invalid_lines")
async def invalid_lines() -> AsyncIterator[int]:
    yield "x"  # type: ignore[misc]  # that is the point


async def failing_pieces() -> AsyncIterator[bytes]:
    yield b"x"
    raise RuntimeError("failed")


@routes.get("/pieces")
async def pieces() -> Response:
    return StreamingResponse(failing_pieces())


@routes.get("/fail")
async def fail() -> None:
    raise RuntimeError("failed")


@routes.get("/fail_in_thread")
def fail_in_thread(request: Request) -> None:
    raise RuntimeError("failed")


@routes.get("/fail_with_dependencies")
async def fail_with_dependencies(a: Opened, b: OpenedInThread) -> None:
    raise RuntimeError("failed")


@routes.get("/fail_in_thread_with_dependencies")
def fail_in_thread_with_dependencies(a: Opened, b: OpenedInThread) -> None:
    raise RuntimeError("failed")


@routes.get("/failing_dependency", dependencies=[Depends(failing)])
@routes.get("/failing_dependency_in_thread", dependencies=[Depends(failing_in_thread)])
@routes.get("/failing_end", dependencies=[Depends(failing_at_its_end)])
async def nothing() -> None:
    """Is not what fails."""


@routes.get("/answered_failure", dependencies=[Depends(answering_a_failure)])
@routes.get("/hidden_failure", dependencies=[Depends(hiding_a_failure)])
async def failing_below() -> None:
    raise RuntimeError("failed")


@routes.get("/failing_task")
async def failing_task(background: BackgroundTasks) -> None:
    background.add_task(failing)


@routes.get("/refused")
async def refuse(a: Opened) -> None:
    raise HTTPException(403)


@routes.get("/refused_in_thread")
def refuse_in_thread(b: OpenedInThread) -> None:
    raise HTTPException(403)


@routes.get("/handled")
def raise_theirs(a: Opened) -> None:
    raise TheirError


@routes.get("/group")
async def raise_group() -> None:
    raise ExceptionGroup("several", [RuntimeError("failed")])


@routes.get("/invalid/{number}")
async def parameters(number: int, tag: Annotated[int, Header()]) -> None:
    """Is not called."""


@routes.post("/model")
async def model(item: Item) -> None:
    """Is not called."""


@routes.get("/invalid_answer", response_model=Item)
async def invalid_answer() -> Any:
    return {"number": "x"}


@routes.get("/unwritable")
async def unwritable() -> Any:
    return object()


@routes.websocket("/ws/greeting")
async def greet(websocket: WebSocket, a: Opened) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


@routes.websocket("/ws/left")
async def read_one(websocket: WebSocket, b: OpenedInThread) -> None:
    await websocket.accept()
    await websocket.receive_text()


@routes.websocket("/ws/failing")
async def fail_after_the_handshake(websocket: WebSocket) -> None:
    await websocket.accept()
    raise RuntimeError("failed")


@routes.websocket("/ws/refused")
async def refuse_handshake(websocket: WebSocket) -> None:
    raise WebSocketException(1008)


@routes.websocket("/ws/invalid/{number}")
async def invalid_handshake(websocket: WebSocket, number: int) -> None:
    """Is not called."""


JSON = [(b"content-type", b"application/json")]
MULTIPART = [(b"content-type", b"multipart/form-data; boundary=" + BOUNDARY)]
PARTS = (
    b'--boundary\r\ncontent-disposition: form-data; name="number"\r\n\r\n1\r\n'
    b'--boundary\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n'
    b"--boundary--\r\n"
)
# path: (headers, body) of a POST
POSTED = {
    "/form": (MULTIPART, PARTS),
    "/failing_form": (MULTIPART, PARTS),
    "/form?cut": (MULTIPART, PARTS[:60]),
    "/model": (JSON, b'{"number": "x"}'),
    "/model?cut": (JSON, b'{"number"'),
    "/model?large": (JSON, b" " * 2_000),
}
ASKED = [route.path for route in routes.routes if route.path not in POSTED]  # type: ignore[attr-defined]  # each has a path
PATHS = [*POSTED, *ASKED, "/missing", "/ws/missing"]


async def exchange(app: ASGIApp, path: str) -> None:
    """Sends one request, or opens a WebSocket, and waits for its end."""
    headers, body = POSTED.get(path, ([], b""))
    path, _, query = path.replace("{number}", "x").partition("?")
    is_websocket = path.startswith("/ws")
    scope: Scope = {
        "type": "websocket" if is_websocket else "http",
        "asgi": {"version": "3.0"},
        "scheme": "ws" if is_websocket else "http",
        "http_version": "1.1",
        "root_path": "",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [*headers],
        "client": ("client", 1),
        "server": ("server", 80),
    }
    if not is_websocket:
        scope["method"] = "POST" if body else "GET"
    left: list[Message] = (
        [{"type": "websocket.disconnect", "code": 1000}, {"type": "websocket.connect"}]
        if is_websocket
        else [{"type": "http.request", "body": body, "more_body": False}]
    )

    async def receive() -> Message:
        if not left:
            await asyncio.sleep(60)
        return left.pop()

    async def send(message: Message) -> None:
        """Nobody looks."""

    with suppress(Exception):
        await app(scope, receive, send)


class PureMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


async def pass_on(request: Request, call_next: Callable[[Request], Any]) -> Any:
    return await call_next(request)


async def handle(request: Request, error: Exception) -> Response:
    return JSONResponse({}, 418)


async def raise_another(request: Request, error: Exception) -> Response:
    raise ValueError("also failed")


def plain(**options: Any) -> FastAPI:
    app = FastAPI(**options)
    app.include_router(routes)
    app.add_exception_handler(TheirError, handle)  # type: ignore[arg-type]  # Starlette's type says any exception
    return app


def with_http_middleware() -> FastAPI:
    app = plain()
    app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)
    return app


def with_pure_middleware() -> FastAPI:
    app = plain()
    app.add_middleware(PureMiddleware)
    return app


def with_handler_of_everything() -> FastAPI:
    app = plain()
    app.add_exception_handler(Exception, handle)
    return app


def with_handler_that_fails() -> FastAPI:
    app = plain()
    app.add_exception_handler(RuntimeError, raise_another)
    return app


def with_layers() -> FastAPI:
    app = FastAPI()
    app.include_router(
        routes, prefix="", exception_handlers={TheirError: handle}, dependencies=[Depends(opened)]
    )
    return app


class WrappedRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def call(request: Request) -> Response:
            return await handler(request)

        return call


def with_route_class() -> FastAPI:
    router = APIRouter(route_class=WrappedRoute)
    for route in routes.routes:
        if isinstance(route, APIRoute):
            router.add_api_route(
                route.path,
                route.endpoint,
                dependencies=route.dependencies,
                methods=sorted(route.methods),
                response_class=route.response_class,  # type: ignore[arg-type]  # or its default
                response_model=route.response_model,
            )
    app = FastAPI()
    app.include_router(router)
    return app


def with_cancellation() -> FastAPI:
    app = FastAPI()
    app.include_router(routes, cancel_on_disconnect=True)
    return app


def of_starlettes_routes() -> FastAPI:
    async def fail(request: Request) -> Response:
        raise RuntimeError("failed")

    def fail_in_thread(request: Request) -> Response:
        raise HTTPException(403)

    app = FastAPI()
    app.add_route("/fail", fail)
    app.add_route("/fail_in_thread", fail_in_thread)
    return app


def mounted() -> FastAPI:
    app = FastAPI()
    app.mount("/", plain())
    return app


# name: what makes the application
APPLICATIONS: dict[str, Callable[[], FastAPI]] = {
    "plain": plain,
    "debug": lambda: plain(debug=True),
    "limited": lambda: plain(max_body_size=1_000),
    "http middleware": with_http_middleware,
    "pure middleware": with_pure_middleware,
    "handler of everything": with_handler_of_everything,
    "handler that fails": with_handler_that_fails,
    "layers": with_layers,
    "route class": with_route_class,
    "cancellation": with_cancellation,
    "Starlette's routes": of_starlettes_routes,
    "telemetry": lambda: plain(telemetry={"tracer_provider": TracerProvider()}),
    "mounted": mounted,
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("make", APPLICATIONS.values(), ids=APPLICATIONS)
def test_nothing_waits_for_the_garbage_collector(
    make: Callable[[], FastAPI], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL + 1)
    app = make()

    async def left() -> dict[str, int]:
        """How many objects a request leaves, by its path."""
        found = {}
        for path in PATHS:
            for _ in range(REQUESTS):
                await exchange(app, path)
            # The task of a thread may end later than the request.
            await asyncio.sleep(0.001)
            if (count := gc.collect()) >= REQUESTS:
                found[path] = count // REQUESTS
        return found

    async def left_since_now() -> dict[str, int]:
        for path in PATHS:
            await exchange(app, path)
        gc.collect()
        gc.collect()  # for what the first one has had finish
        gc.disable()
        gc.freeze()
        try:
            return await left()
        finally:
            gc.unfreeze()
            gc.enable()

    assert asyncio.run(left_since_now()) == {}
