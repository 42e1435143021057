"""A thousand models as JSON Lines."""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"
# The framework is known at run time; most applications annotate no result.

from collections.abc import AsyncIterable, AsyncIterator
from types import ModuleType
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cases.items import FULL, ITEMS, VALUES, Item
from cases.sending import send_part, send_start
from harness.case import ASGIApp, Case, Expected, Goal, Request, Row


async def read_items() -> AsyncIterable[Item]:
    for item in ITEMS:
        yield item


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()
    api.get("/items")(read_items)
    return api  # type: ignore[no-any-return]


def starlette() -> ASGIApp:
    async def lines() -> AsyncIterator[bytes]:
        async for item in read_items():
            yield Item.__pydantic_serializer__.to_json(item) + b"\n"

    async def stream(request: StarletteRequest) -> StreamingResponse:
        return StreamingResponse(lines(), media_type="application/jsonl")

    return Starlette(routes=[Route("/items", stream)])


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
            goal=Goal("floor", 1.5),
        ),
    ),
    app=app,
    starlette=starlette,
    floor=floor,
)
