"""A thousand models as JSON Lines, of a plain generator."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cases.items import ITEMS, VALUES, Item
from cases.sending import send_part, send_start
from harness.case import ASGIApp, Case, Expected, Request, Row, Within


def read_items() -> Iterable[Item]:
    yield from ITEMS


def lines() -> Iterator[bytes]:
    """The lines by hand."""
    to_json = Item.__pydantic_serializer__.to_json
    for item in read_items():
        yield to_json(item) + b"\n"


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


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/items"
        await send_start(send, [(b"content-type", b"application/jsonl")])
        body = await anyio.to_thread.run_sync(lambda: b"".join(lines()))
        await send_part(send, body, more=False)

    return application


CASE = Case(
    rows=(
        Row(
            name="sync_generator",
            title="JSON Lines of a sync generator, 1,000",
            request=Request("/items"),
            expected=Expected(VALUES, form="jsonl", headers={"content-type": "application/jsonl"}),
            goals=(Within("fastapi", 1 / 20),),
        ),
    ),
    app=app,
    floor=floor,
    others={"starlette": starlette, "litestar": litestar},
)
