"""Streams of 64 and of 1,000 chunks of 64 KiB: what a stream costs, and what a chunk costs."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import cycle, islice
from types import ModuleType
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cases.sending import send_part, send_start
from harness.case import ASGIApp, Case, Expected, Request, Row, Within

CHUNKS = [bytes([number]) * 65536 for number in range(64)]


def first(count: int) -> Iterator[bytes]:
    return islice(cycle(CHUNKS), count)


async def read_file() -> AsyncIterator[bytes]:
    for chunk in first(64):
        yield chunk


async def read_archive() -> AsyncIterator[bytes]:
    for chunk in first(1000):
        yield chunk


READERS = {"/file": read_file, "/archive": read_archive}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()
    for path, read in READERS.items():
        api.get(path, response_class=StreamingResponse)(read)
    return api


def starlette() -> ASGIApp:
    async def stream(request: StarletteRequest) -> StreamingResponse:
        return StreamingResponse(READERS[request.url.path]())

    return Starlette(routes=[Route(path, stream) for path in READERS])


def litestar() -> ASGIApp:
    from litestar import Litestar, get
    from litestar import Request as LitestarRequest
    from litestar.response import Stream

    @get(list(READERS))
    async def stream(request: LitestarRequest[Any, Any, Any]) -> Stream:
        return Stream(READERS[request.url.path]())

    return Litestar([stream])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router, StreamedContent
    from blacksheep import Response as BlackSheepResponse

    api = Application(router=Router())

    def streaming(read: Callable[[], AsyncIterator[bytes]]) -> Any:
        async def stream() -> BlackSheepResponse:
            content = StreamedContent(b"application/octet-stream", read)
            return BlackSheepResponse(200, None, content)

        return stream

    for path, read in READERS.items():
        api.router.add_get(path, streaming(read))
    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    class Stream:
        async def on_get(self, request: Any, response: Any) -> None:
            response.stream = READERS[request.path]()

    api = App()
    for path in READERS:
        api.add_route(path, Stream())
    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        await send_start(send, [])
        async for chunk in READERS[scope["path"]]():
            await send_part(send, chunk, more=True)
        await send_part(send, b"", more=False)

    return application


CASE = Case(
    rows=(
        Row(
            name="raw",
            title="raw stream, 64 chunks of 64 KiB",
            request=Request("/file"),
            expected=Expected(b"".join(first(64)), form="bytes", headers={}),
        ),
        Row(
            name="raw_long",
            title="raw stream, 1,000 chunks of 64 KiB",
            request=Request("/archive"),
            expected=Expected(b"".join(first(1000)), form="bytes", headers={}),
            goals=(Within("floor", 1 / 0.95),),
        ),
    ),
    app=app,
    floor=floor,
    others={
        "starlette": starlette,
        "litestar": litestar,
        "blacksheep": blacksheep,
        "falcon": falcon,
    },
)
