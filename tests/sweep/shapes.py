"""Shapes of handlers, each an application with one path `/`, that tell a ledger what they open."""

import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Annotated, Any

import anyio
import anyio.lowlevel
from pydantic import BaseModel
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.sweep.ledger import Ledger, Opened

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    FastAPI,
    File,
    Form,
    HTTPException,
    Request,
    Response,
    UploadFile,
    WebSocket,
)
from ferroapi.responses import EventSourceResponse, FileResponse, StreamingResponse
from ferroapi.routing import APIRoute

Make = Callable[[FastAPI, Ledger], None]

SHAPES: dict[str, Make] = {}


def shape(make: Make) -> Make:
    SHAPES[make.__name__] = make
    return make


class Item(BaseModel):
    name: str = ""


def generators(ledger: Ledger, scope: Any = None) -> tuple[Any, Any]:
    """A `def` dependency and an `async def` one."""
    return (
        Depends(ledger.generator("sync"), scope=scope),
        Depends(ledger.async_generator("async"), scope=scope),
    )


def _plain(make_first: int, scope: Any, *, in_thread: bool) -> Make:
    def make(app: FastAPI, ledger: Ledger) -> None:
        first, second = generators(ledger, scope)[:: 1 if make_first == 0 else -1]

        if in_thread:

            @app.post("/")
            def endpoint(a: Opened = first, b: Opened = second) -> str:
                ledger.use(a, b)
                return "done"

        else:

            @app.post("/")
            async def coroutine(a: Opened = first, b: Opened = second) -> str:
                await ledger.hold(a, b)
                return "done"

    return make


for number, order in enumerate(("sync_first", "async_first")):
    for scope in ("request", "function"):
        for in_thread in (True, False):
            kind = "def" if in_thread else "async_def"
            SHAPES[f"{kind}_{order}_{scope}"] = _plain(number, scope, in_thread=in_thread)


@shape
def two_in_one_visit(app: FastAPI, ledger: Ledger) -> None:
    first, second = Depends(ledger.generator("a")), Depends(ledger.generator("b"), scope="function")

    @app.post("/")
    def endpoint(item: Item, a: Opened = first, b: Opened = second) -> Item:
        ledger.use(a, b)
        return item


@shape
def limited_uses(app: FastAPI, ledger: Ledger) -> None:
    first = Depends(ledger.generator("a"), max_concurrency=1)
    second = Depends(ledger.async_generator("b"), max_concurrency=1)

    @app.post("/")
    def endpoint(a: Opened = first, b: Opened = second) -> None:
        ledger.use(a, b)


async def items(ledger: Ledger, *opened: Opened) -> AsyncIterator[str]:
    async with ledger.in_task("items"):
        for _ in range(3):
            await ledger.hold(*opened)
            yield "item"


def items_in_thread(ledger: Ledger, *opened: Opened) -> Iterator[str]:
    with ledger.in_thread("items"):
        for _ in range(3):
            ledger.use(*opened)
            yield "item"


def _stream(options: dict[str, Any], *, in_thread: bool) -> Make:
    def make(app: FastAPI, ledger: Ledger) -> None:
        first, second = generators(ledger)

        if in_thread:

            @app.post("/", **options)
            def endpoint(a: Opened = first, b: Opened = second) -> Iterator[str]:
                yield from items_in_thread(ledger, a, b)

        else:

            @app.post("/", **options)
            async def generator(a: Opened = first, b: Opened = second) -> AsyncIterator[str]:
                async with ledger.in_task("items"):
                    for _ in range(3):
                        await ledger.hold(a, b)
                        yield "item"

    return make


for kind, options in {
    "json_lines": {},
    "events": {"response_class": EventSourceResponse},
    "raw_stream": {"response_class": StreamingResponse},
}.items():
    SHAPES[kind] = _stream(options, in_thread=False)
    SHAPES[f"{kind}_in_thread"] = _stream(options, in_thread=True)


@shape
def returned_stream(app: FastAPI, ledger: Ledger) -> None:
    first, second = generators(ledger)

    @app.post("/")
    async def endpoint(a: Opened = first, b: Opened = second) -> StreamingResponse:
        return StreamingResponse(items(ledger, a, b))


@shape
def returned_stream_in_thread(app: FastAPI, ledger: Ledger) -> None:
    first, second = generators(ledger)

    @app.post("/")
    async def endpoint(a: Opened = first, b: Opened = second) -> StreamingResponse:
        return StreamingResponse(items_in_thread(ledger, a, b))


@shape
def returned_stream_with_a_scope(app: FastAPI, ledger: Ledger) -> None:
    dependency = Depends(ledger.async_generator("async"))

    async def inner(opened: Opened) -> AsyncGenerator[str, None]:
        async with ledger.in_task("inner"):
            with anyio.move_on_after(60):
                for _ in range(3):
                    await ledger.hold(opened)
                    yield "item"

    async def outer(opened: Opened) -> AsyncIterator[str]:
        async with ledger.in_task("outer"):
            with anyio.CancelScope():
                async with aclosing(inner(opened)) as nested:
                    async for item in nested:
                        yield item

    @app.post("/")
    async def endpoint(opened: Opened = dependency) -> StreamingResponse:
        return StreamingResponse(outer(opened))


@shape
def multipart(app: FastAPI, ledger: Ledger) -> None:
    first, second = generators(ledger)

    @app.post("/")
    def endpoint(
        name: Annotated[str, Form()],
        file: Annotated[UploadFile, File()],
        a: Opened = first,
        b: Opened = second,
    ) -> str:
        ledger.use(a, b)
        file.file.read()
        return name


@shape
def urlencoded(app: FastAPI, ledger: Ledger) -> None:
    first, second = generators(ledger)

    @app.post("/")
    def endpoint(name: Annotated[str, Form()] = "", a: Opened = first, b: Opened = second) -> str:
        ledger.use(a, b)
        return name


@shape
def background_tasks(app: FastAPI, ledger: Ledger) -> None:
    first, second = generators(ledger)

    @app.post("/")
    async def endpoint(tasks: BackgroundTasks, a: Opened = first, b: Opened = second) -> None:
        tasks.add_task(ledger.use, a)
        tasks.add_task(ledger.use, b)
        tasks.add_task(ledger.hold, a, b)


@shape
def function_middleware(app: FastAPI, ledger: Ledger) -> None:
    first, second = generators(ledger)

    @app.middleware("http")
    async def around(request: Request, call_next: Any) -> Response:
        async with ledger.in_task("middleware"):
            response: Response = await call_next(request)
            return response

    @app.post("/")
    def endpoint(item: Item, a: Opened = first, b: Opened = second) -> None:
        ledger.use(a, b)


@shape
def class_middleware_around_a_stream(app: FastAPI, ledger: Ledger) -> None:
    class Around(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            async with ledger.in_task("middleware"):
                response: Response = await call_next(request)
                return response

    app.add_middleware(Around)
    _stream({}, in_thread=False)(app, ledger)


@shape
def asgi_middleware(app: FastAPI, ledger: Ledger) -> None:
    class Around:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            async with ledger.in_task("middleware"):
                await self.app(scope, receive, send)

    app.add_middleware(Around)
    SHAPES["def_sync_first_request"](app, ledger)


@shape
def custom_route(app: FastAPI, ledger: Ledger) -> None:
    class Route(APIRoute):
        def get_route_handler(self) -> Any:
            answer = super().get_route_handler()

            async def handle(request: Request) -> Response:
                async with ledger.in_task("route"):
                    return await answer(request)

            return handle

    app.router.route_class = Route
    SHAPES["def_async_first_request"](app, ledger)


@shape
def mounted(app: FastAPI, ledger: Ledger) -> None:
    inner = FastAPI()
    SHAPES["def_sync_first_function"](inner, ledger)
    app.mount("", inner)


@shape
def included(app: FastAPI, ledger: Ledger) -> None:
    router = APIRouter(dependencies=list(generators(ledger)))

    @router.post("/")
    def endpoint(item: Item) -> Item:
        ledger.use(*ledger.opened)
        return item

    app.include_router(router)


class FailedError(Exception):
    """What an endpoint raises."""


def _handled(*, in_thread: bool) -> Make:
    def make(app: FastAPI, ledger: Ledger) -> None:
        first, second = generators(ledger)

        @app.post("/")
        def endpoint(a: Opened = first, b: Opened = second) -> None:
            ledger.use(a, b)
            raise FailedError

        def answer(request: Request, error: Exception) -> Response:
            with ledger.in_thread("handler") as opened:
                ledger.use(opened)
                return Response(status_code=418)

        async def answer_in_task(request: Request, error: Exception) -> Response:
            async with ledger.in_task("handler") as opened:
                await ledger.hold(opened)
                return Response(status_code=418)

        app.add_exception_handler(FailedError, answer if in_thread else answer_in_task)

    return make


SHAPES["exception_handler"] = _handled(in_thread=False)
SHAPES["exception_handler_in_thread"] = _handled(in_thread=True)


@shape
def refused_by_a_dependency(app: FastAPI, ledger: Ledger) -> None:
    first, second = generators(ledger)

    def refuse(a: Opened = first, b: Opened = second) -> None:
        ledger.use(a, b)
        raise HTTPException(403)

    @app.post("/", dependencies=[Depends(refuse)])
    async def endpoint() -> None:
        raise AssertionError("it is refused")


@shape
def file_response(app: FastAPI, ledger: Ledger) -> None:
    first, second = generators(ledger)

    @app.post("/")
    async def endpoint(a: Opened = first, b: Opened = second) -> FileResponse:
        await ledger.hold(a, b)
        return FileResponse(tempfile.__file__)


@shape
def websocket(app: FastAPI, ledger: Ledger) -> None:
    first, second = generators(ledger)

    @app.websocket("/")
    async def endpoint(socket: WebSocket, a: Opened = first, b: Opened = second) -> None:
        await socket.accept()
        async with ledger.in_task("endpoint"):
            while True:
                text = await socket.receive_text()
                await ledger.hold(a, b)
                await socket.send_text(text)


@shape
def websocket_closed_by_a_dependency(app: FastAPI, ledger: Ledger) -> None:
    async def closing(socket: WebSocket) -> AsyncIterator[Opened]:
        async with ledger.in_task("closing") as opened:
            yield opened
            await socket.close()

    first = Depends(closing)

    @app.websocket("/")
    async def endpoint(socket: WebSocket, opened: Opened = first) -> None:
        await socket.accept()
        await ledger.hold(opened)
        await socket.receive_text()
