"""Readers of server-sent events: one event a second for all of them, some vanish midway.

Every reader has to get every event, in order; a reader that waits may cost 20 KB and one task.
"""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only.

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

from cases.sending import send_json, send_part, send_start, wait_for_disconnect
from harness.case import ASGIApp, Request
from harness.chunks import ChunkedBody
from harness.departures import abort
from harness.findings import (
    FASTAPI,
    FLOOR,
    GRANIAN,
    GRANIAN_FLOOR,
    OURS,
    OURS_FLOOR,
    UVICORN,
    Findings,
)
from harness.ledger import Generation, Ledger
from harness.load import wire
from harness.scenario import Scenario
from harness.serving import PATIENCE, SETTLED, Served, Soak, until

WARM_UP = 20
MEMORY = 20.0
"""KB that a reader may cost behind uvicorn."""

WAITING = "memory of a reader that waits"
OVER = 10.0
"""KB that it may cost over bare ASGI, behind any server."""


def app(framework: ModuleType, ledger: Ledger) -> ASGIApp:
    api = framework.FastAPI()
    latest = 0
    news = asyncio.Event()

    @api.get("/events", response_class=framework.sse.EventSourceResponse)
    async def read_events() -> AsyncIterator[int]:
        with Generation(ledger):
            number = latest
            while True:
                while number < latest:
                    number += 1
                    yield number
                await news.wait()

    @api.get("/tick")
    async def tick() -> int:
        nonlocal latest, news
        latest += 1
        news.set()
        news = asyncio.Event()
        return latest

    return api


def floor(ledger: Ledger) -> ASGIApp:
    """Sends the head, and waits for the end."""
    headers = [(b"content-type", b"text/event-stream; charset=utf-8")]

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["path"] == "/tick":
            await send_json(send, b"0")
            return
        await send_start(send, list(headers))
        await send_part(send, b":\n\n", more=True)
        await wait_for_disconnect(receive)

    return application


class Reader(asyncio.Protocol):
    """Keeps the numbers of its events in order, or says that they are not."""

    _event = re.compile(rb"data: (\d+)\r?\n\r?\n")

    def __init__(self) -> None:
        self.started = asyncio.get_running_loop().create_future()
        self.lost = asyncio.get_running_loop().create_future()
        self.first = self.last = 0
        self.events = 0
        self.disordered = 0
        self.transport: Any = None
        self._body = ChunkedBody()
        self._text = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.transport.write(wire(Request("/events")))

    def data_received(self, data: bytes) -> None:
        text = self._text + self._body.feed(data)
        if self._body.status and not self.started.done():
            self.started.set_result(None)
        end = 0
        for event in self._event.finditer(text):
            number, end = int(event[1]), event.end()
            self.first = self.first or number
            self.disordered += self.events > 0 and number != self.last + 1
            self.last = number
            self.events += 1
        self._text = text[end:]

    def connection_lost(self, error: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)


async def connect(served: Served, count: int) -> list[Reader]:
    """So many readers whose answers have begun."""
    return await served.connect(Reader, count, lambda reader: reader.started)


async def leave(readers: list[Reader]) -> None:
    """Closes the connections, and waits until they are closed."""
    for reader in readers:
        reader.transport.close()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(reader.lost for reader in readers))


async def load(
    served: Served, findings: Findings, count: int, vanishing: int, seconds: int
) -> None:
    """Puts one server under the load."""
    subject = served.subject
    warm = await connect(served, WARM_UP)
    await asyncio.to_thread(served.ask, "/tick")
    await leave(warm)
    await asyncio.to_thread(served.begin)
    before = served.resident()
    readers = await connect(served, count)
    await asyncio.sleep(SETTLED)
    tasks = served.state()["tasks"] - served.before["tasks"]
    added = (served.resident() - before) / count / 1000
    findings.size(subject, WAITING, added, "KB", MEMORY if subject in (UVICORN, OURS) else None)
    findings.size(subject, "tasks of a reader that waits", tasks / count, "", 1)
    loop = asyncio.get_running_loop()
    vanished: list[Reader] = []
    if seconds:
        due = loop.time()
        for second in range(seconds):
            if second == seconds // 2:
                vanished = readers[:: count // vanishing][:vanishing]
                for reader in vanished:
                    abort(reader.transport)
            await asyncio.to_thread(served.ask, "/tick")
            due += 1
            await asyncio.sleep(max(due - loop.time(), 0))
    gone = {id(reader) for reader in vanished}
    rest = [reader for reader in readers if id(reader) not in gone]
    await until(lambda: all(reader.events >= seconds for reader in rest))
    findings.count(subject, "events missed", sum(seconds - reader.events for reader in rest))
    findings.count(subject, "events out of order", sum(reader.disordered for reader in readers))
    findings.count(subject, "readers cut off", sum(reader.lost.done() for reader in rest))
    await leave(rest)
    await asyncio.to_thread(served.leavings, findings, 3.0)


def run(soak: Soak) -> Findings:
    """The load, and what FastAPI and no framework make of readers that wait."""
    findings = Findings(soak.quick)
    count, vanishing = soak.sized(2000, 100), soak.sized(500, 25)
    seconds = soak.sized(60, 2)

    async def both(loaded: list[Served]) -> None:
        async with asyncio.TaskGroup() as group:
            for served in loaded:
                group.create_task(load(served, findings, count, vanishing, seconds))

    with soak.serving("sse", (UVICORN, OURS, GRANIAN)) as loaded:
        soak.run(both(loaded))
    for subject, events in ((FASTAPI, 3), (FLOOR, 0), (OURS_FLOOR, 0), (GRANIAN_FLOOR, 0)):
        with soak.serving("sse", (subject,)) as compared:
            for served in compared:
                fewer = min(500, count) if events else count
                soak.run(load(served, findings, fewer, fewer // 4, events))
    findings.over_bare(WAITING, OVER)
    return findings


SCENARIO = Scenario(
    title="2,000 readers of server-sent events, one event a second for a minute; 500 vanish midway",
    app=app,
    floor=floor,
    run=run,
)
