"""The application of test_servers.py: streams that tell how they end.

Each line of the file that `ENDINGS` names is the JSON of what one `Ending` tells, or of a download
that has begun to make its last item.
"""

import asyncio
import gc
import json
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from types import AsyncGeneratorType, GeneratorType
from typing import Any

import anyio.to_thread
from pydantic import BaseModel

from ferroapi import APIRouter, Depends, FastAPI, HTTPException, Request
from ferroapi.responses import EventSourceResponse, StreamingResponse
from ferroapi.sse import ServerSentEvent
from ferroapi.streaming import delivery, set_grace_period

gc.disable()
set_grace_period(2.0)
# On a machine that has other things to do a first item takes longer than a tenth of a second.
delivery.START_DELAY = 10.0

LONG = 0.9
"""Seconds between the items of a download: longer than processes may take to hear of a signal, for
uvicorn looks every half second, and within the time that a download has then."""

file = os.open(os.environ["ENDINGS"], os.O_WRONLY | os.O_APPEND)
variable: ContextVar[str] = ContextVar("variable")
produced = 0


def current_task() -> object:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


class Ending:
    """Tells when a block was left, by `time.monotonic`, and whether it was where it was entered."""

    def __init__(self, of: str) -> None:
        self._of = of
        self._task = current_task()
        self._token = variable.set(of)

    def tell(self) -> None:
        ending = {"of": self._of, "at": time.monotonic(), "task": self._task is current_task()}
        try:
            variable.reset(self._token)
        except ValueError:
            ending["context"] = False
        else:
            ending["context"] = True
        write(ending)


def write(line: dict[str, Any]) -> None:
    os.write(file, json.dumps(line).encode() + b"\n")


class ItemError(Exception):
    pass


class Item(BaseModel):
    number: int
    text: str = ""


class Events(EventSourceResponse):
    @classmethod
    def failure_event(cls, error: Exception) -> ServerSentEvent:
        return ServerSentEvent(event="error", raw_data=type(error).__name__)


class Script:
    """What a stream yields: so many items, and then what `how` says."""

    def __init__(self, request: Request, how: str = "wait", items: int = 1) -> None:
        self.raw = request.url.path.endswith("raw")
        self.how = how
        self.items = range(items)

    def item(self, number: int, text: str = "") -> Any:
        return f"{number}{text}\n" if self.raw else {"number": number, "text": text}

    def fail(self) -> Any:
        """The item that cannot be sent, if there is one."""
        if self.how == "http exception":
            raise HTTPException(404)
        if self.how == "exception":
            raise ItemError("it failed")
        return 5

    def chunk(self) -> Any:
        global produced
        produced += 1024
        return self.item(0, "x" * 1024)


async def stream(script: Script = Depends()) -> AsyncIterator[Item]:
    ending = Ending("generator")
    try:
        for number in script.items:
            yield script.item(number)
        while script.how == "go on":
            yield script.chunk()
        if script.how == "end":
            write({"of": "last item"})
            await asyncio.sleep(LONG)
            yield script.item(1)
            return
        if script.how != "wait":
            yield script.fail()
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(0.01)
        ending.tell()


def stream_in_thread(script: Script = Depends()) -> Iterator[Item]:
    """The same. What blocks a thread cannot be interrupted, so it waits for a short time only."""
    ending = Ending("generator")
    try:
        for number in script.items:
            yield script.item(number)
        while script.how == "go on":
            yield script.chunk()
        if script.how == "end":
            write({"of": "last item"})
            time.sleep(LONG)
            yield script.item(1)
            return
        if script.how != "wait":
            yield script.fail()
        while True:
            time.sleep(0.02)
            yield script.item(-1)
    finally:
        time.sleep(0.01)
        ending.tell()


async def dependency() -> AsyncIterator[None]:
    ending = Ending("dependency")
    try:
        yield
    finally:
        await asyncio.sleep(0.01)
        ending.tell()


async def return_stream(script: Script = Depends()) -> StreamingResponse:
    return StreamingResponse(stream(script))


def return_stream_in_thread(script: Script = Depends()) -> StreamingResponse:
    return StreamingResponse(stream_in_thread(script))


app = FastAPI()
router = APIRouter(dependencies=[Depends(dependency)])
for kind, options in {
    "sse": {"response_class": Events},
    "jsonl": {},
    "raw": {"response_class": StreamingResponse},
}.items():
    router.get(f"/async/{kind}", **options)(stream)
    router.get(f"/sync/{kind}", **options)(stream_in_thread)
router.get("/async/returned-raw")(return_stream)
router.get("/sync/returned-raw")(return_stream_in_thread)
app.include_router(router)
behind = FastAPI()
behind.include_router(router)
app.mount("/behind", behind)


@behind.middleware("http")
async def pass_on(request: Request, call_next: Any) -> Any:
    return await call_next(request)


@app.post("/echo", response_class=StreamingResponse)
async def echo(request: Request) -> AsyncIterator[bytes]:
    yield b"begin"
    await asyncio.sleep(0.02)
    async for part in request.stream():
        yield part
        await asyncio.sleep(0.002)


@app.get("/produced")
async def read_produced() -> int:
    """Characters that streams that go on have yielded."""
    return produced


@app.get("/left")
async def read_left() -> dict[str, int]:
    """What there is of requests, this one included."""
    generators = [
        each
        for each in gc.get_objects()
        if isinstance(each, GeneratorType | AsyncGeneratorType)
        and each.__name__ in (stream.__name__, stream_in_thread.__name__, dependency.__name__)
    ]
    return {
        "tasks": len(asyncio.all_tasks()),
        "threads": anyio.to_thread.current_default_thread_limiter().borrowed_tokens,
        "generators": len(generators),
    }
