"""A thousand models as JSON Lines."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from collections.abc import AsyncIterable, AsyncIterator
from types import ModuleType
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cases.items import FULL, ITEMS, VALUES, Item
from cases.sending import send_part, send_start
from harness.case import ASGIApp, Case, Expected, Request, Row, Within


async def read_items() -> AsyncIterable[Item]:
    for item in ITEMS:
        yield item


async def lines() -> AsyncIterator[bytes]:
    """The lines of the contenders that have to make them by hand."""
    async for item in read_items():
        yield Item.__pydantic_serializer__.to_json(item) + b"\n"


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()
    api.get("/items")(read_items)
    return api


def starlette() -> ASGIApp:
    async def stream(request: StarletteRequest) -> StreamingResponse:
        return StreamingResponse(lines(), media_type="application/jsonl")

    return Starlette(routes=[Route("/items", stream)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get
    from litestar.response import Stream

    @get("/items")
    async def stream() -> Stream:
        return Stream(lines(), media_type="application/jsonl")

    return Litestar([stream])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router, StreamedContent
    from blacksheep import Response as BlackSheepResponse

    api = Application(router=Router())

    @api.router.get("/items")
    async def stream() -> BlackSheepResponse:
        return BlackSheepResponse(200, None, StreamedContent(b"application/jsonl", lines))

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    class Items:
        async def on_get(self, request: Any, response: Any) -> None:
            response.content_type = "application/jsonl"
            response.stream = lines()

    api = App()
    api.add_route("/items", Items())
    return api


def floor() -> ASGIApp:
    to_json = Item.__pydantic_serializer__.to_json

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/items"
        await send_start(send, [(b"content-type", b"application/jsonl")])
        gathered = bytearray()
        async for item in read_items():
            gathered += to_json(item)
            gathered += b"\n"
            if len(gathered) >= FULL:
                await send_part(send, bytes(gathered), more=True)
                gathered.clear()
        await send_part(send, bytes(gathered), more=False)

    return application


CASE = Case(
    rows=(
        Row(
            name="jsonl",
            title="JSON Lines, 1,000 models",
            request=Request("/items"),
            expected=Expected(VALUES, form="jsonl", headers={"content-type": "application/jsonl"}),
            goals=(Within("floor", 1.5),),
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
