"""Streams for a browser to follow, on a port of the system's choice. Run as a script."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import uvicorn

from ferroapi import FastAPI, Header
from ferroapi.responses import EventSourceResponse, HTMLResponse
from ferroapi.sse import ServerSentEvent

app = FastAPI()
last_event_ids: list[int | None] = []
asked_for = asyncio.Event()


class Numbers(EventSourceResponse):
    @classmethod
    def failure_event(cls, error: Exception) -> ServerSentEvent:
        return ServerSentEvent(event="problem", data=str(error))


@app.get("/", response_class=HTMLResponse)
async def read_page() -> str:
    return '<!doctype html><link rel="icon" href="data:,">'


@app.get("/numbers", response_class=Numbers)
async def follow_numbers(
    fail: bool = False, last_event_id: Annotated[int | None, Header()] = None
) -> AsyncIterator[ServerSentEvent]:
    """Three numbers a connection, from behind the last one that the client saw."""
    last_event_ids.append(last_event_id)
    first = 0 if last_event_id is None else last_event_id + 1
    for number in range(first, first + 3):
        yield ServerSentEvent(data=number, id=str(number), retry=20)
    if fail:
        raise LookupError("out of numbers")


@app.get("/last-event-ids")
async def read_last_event_ids() -> list[int | None]:
    """What the connections to `/numbers` began with, since this was asked for last."""
    read, last_event_ids[:] = last_event_ids[:], []
    return read


@app.get("/lines")
async def read_lines() -> AsyncIterator[int]:
    """Five lines, each when the client asks for it."""
    for number in range(5):
        await asked_for.wait()
        asked_for.clear()
        yield number


@app.post("/next")
async def ask_for_next() -> None:
    asked_for.set()


if __name__ == "__main__":
    uvicorn.run(app, port=0)
