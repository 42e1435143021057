"""Streams that have an item now and then: each item says when it was yielded."""

# mypy: disable-error-code="no-any-return, untyped-decorator"
# Frameworks are known at run time only.

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from time import perf_counter
from types import ModuleType
from typing import Any

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cases.sending import send_part, send_start
from harness.case import ASGIApp, Case, Expected, Request, Row

ITEMS = 10
PAUSE = 0.002
"""Seconds between two items."""


class Moment(BaseModel):
    """Seconds of the clock that all processes of a machine share."""

    at: float


async def read_moments() -> AsyncIterable[Moment]:
    for _ in range(ITEMS):
        yield Moment(at=perf_counter())
        await asyncio.sleep(PAUSE)


async def lines() -> AsyncIterator[bytes]:
    """The lines of `/lines`, by hand."""
    async for moment in read_moments():
        yield b"%b\n" % Moment.__pydantic_serializer__.to_json(moment)


async def events() -> AsyncIterator[bytes]:
    """The events of `/events`, by hand."""
    async for moment in read_moments():
        yield b"data: %b\n\n" % Moment.__pydantic_serializer__.to_json(moment)


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()
    api.get("/lines")(read_moments)
    api.get("/events", response_class=framework.sse.EventSourceResponse)(read_moments)
    return api


def starlette() -> ASGIApp:
    async def read_lines(request: StarletteRequest) -> StreamingResponse:
        return StreamingResponse(lines())

    async def read_events(request: StarletteRequest) -> StreamingResponse:
        return StreamingResponse(events())

    return Starlette(routes=[Route("/lines", read_lines), Route("/events", read_events)])


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        await send_start(send, [])
        async for frame in lines() if scope["path"] == "/lines" else events():
            await send_part(send, frame, more=True)
        await send_part(send, b"", more=False)

    return application


def row(name: str, title: str, path: str) -> Row:
    return Row(name=name, title=title, request=Request(path), expected=Expected(None))


CASE = Case(
    rows=(
        row("slow_jsonl", "JSON Lines, one each 2 ms", "/lines"),
        row("slow_events", "server-sent events, one each 2 ms", "/events"),
    ),
    app=app,
    floor=floor,
    others={"starlette": starlette},
)
