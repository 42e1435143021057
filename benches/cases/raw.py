"""A stream of 64 chunks of 64 KiB."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cases.sending import send_part, send_start
from harness.case import ASGIApp, Case, Expected, Request, Row, Within

CHUNKS = [bytes([number]) * 65536 for number in range(64)]


async def read_chunks() -> AsyncIterator[bytes]:
    for chunk in CHUNKS:
        yield chunk


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()
    api.get("/file", response_class=StreamingResponse)(read_chunks)
    return api


def starlette() -> ASGIApp:
    async def read_file(request: StarletteRequest) -> StreamingResponse:
        return StreamingResponse(read_chunks())

    return Starlette(routes=[Route("/file", read_file)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get
    from litestar.response import Stream

    @get("/file")
    async def read_file() -> Stream:
        return Stream(read_chunks())

    return Litestar([read_file])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router, StreamedContent
    from blacksheep import Response as BlackSheepResponse

    api = Application(router=Router())

    @api.router.get("/file")
    async def read_file() -> BlackSheepResponse:
        content = StreamedContent(b"application/octet-stream", read_chunks)
        return BlackSheepResponse(200, None, content)

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    class File:
        async def on_get(self, request: Any, response: Any) -> None:
            response.stream = read_chunks()

    api = App()
    api.add_route("/file", File())
    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/file"
        await send_start(send, [])
        async for chunk in read_chunks():
            await send_part(send, chunk, more=True)
        await send_part(send, b"", more=False)

    return application


CASE = Case(
    rows=(
        Row(
            name="raw",
            title="raw stream, 64 chunks of 64 KiB",
            request=Request("/file"),
            expected=Expected(b"".join(CHUNKS), form="bytes", headers={}),
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
