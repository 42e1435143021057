"""Calls an ASGI application as uvicorn does, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from time import perf_counter, process_time
from typing import Any

from harness.case import ASGIApp, Message, Request, Scope


class Exchange:
    """One request: `receive` and `send` of its application."""

    __slots__ = ("_complete", "_request", "_waiter", "messages")

    def __init__(self, request: Request) -> None:
        self.messages: list[Message] = []
        self._request: Message | None = {
            "type": "http.request",
            "body": request.body,
            "more_body": False,
        }
        self._complete = False
        self._waiter: asyncio.Future[None] | None = None

    async def receive(self) -> Message:
        """The body, then the disconnect, once the answer is complete."""
        request, self._request = self._request, None
        if request is not None:
            return request
        if not self._complete:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Takes a part of the answer."""
        self.messages.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._complete = True
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(None)


class Conversation:
    """One WebSocket: its client sends every text, and leaves when as many came back."""

    __slots__ = ("_answered", "_expected", "_waiting", "messages")

    def __init__(self, request: Request) -> None:
        self.messages: list[Message] = []
        self._expected = len(request.texts) + 1  # the first is websocket.accept
        self._answered: asyncio.Future[None] | None = None
        self._waiting = self._sent(request.texts)

    @staticmethod
    def _sent(texts: tuple[str, ...]) -> Iterator[Message]:
        yield {"type": "websocket.connect"}
        for text in texts:
            yield {"type": "websocket.receive", "text": text}

    async def receive(self) -> Message:
        """The next message of the client."""
        for message in self._waiting:
            return message
        if len(self.messages) < self._expected:
            self._answered = asyncio.get_running_loop().create_future()
            await self._answered
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(self, message: Message) -> None:
        """Takes a message."""
        self.messages.append(message)
        if self._answered is not None and len(self.messages) == self._expected:
            self._answered.set_result(None)


def scope_of(request: Request) -> Scope:
    """A scope with the keys that uvicorn 0.54 sets, all of it new."""
    if request.texts:
        return {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 50000),
            "scheme": "ws",
            "root_path": "",
            "headers": list(request.headers),
            "state": {},
            "path": request.path,
            "raw_path": request.path.encode("ascii"),
            "query_string": request.query,
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
        }
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "scheme": "http",
        "root_path": "",
        "headers": list(request.headers),
        "state": {},
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode("ascii"),
        "query_string": request.query,
    }


async def empty(scope: Scope, receive: Any, send: Any) -> None:
    """Does nothing: what it takes is the driver's own cost."""


async def drive(app: ASGIApp, request: Request, times: int) -> tuple[float, float]:
    """Seconds for `times` requests, one after the other, and those that processors worked."""
    kind = Conversation if request.texts else Exchange
    worked, started = process_time(), perf_counter()
    for _ in range(times):
        exchange = kind(request)
        await app(scope_of(request), exchange.receive, exchange.send)
    return perf_counter() - started, process_time() - worked


async def answer(app: ASGIApp, request: Request) -> list[Message]:
    """The messages of one answer."""
    exchange = Conversation(request) if request.texts else Exchange(request)
    await app(scope_of(request), exchange.receive, exchange.send)
    return exchange.messages


async def start(app: ASGIApp) -> asyncio.Task[None]:
    """Starts an application's lifespan. Raises `RuntimeError` when it does not start."""
    loop = asyncio.get_running_loop()
    started: asyncio.Future[Message] = loop.create_future()
    never: asyncio.Future[Message] = loop.create_future()
    asked = iter([{"type": "lifespan.startup"}])

    async def receive() -> Message:
        for message in asked:
            return message
        return await never

    async def send(message: Message) -> None:
        if not started.done():
            started.set_result(message)

    async def run() -> None:
        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    lifespan = loop.create_task(run())
    either: list[asyncio.Future[Any]] = [lifespan, started]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not started.done() or started.result()["type"] != "lifespan.startup.complete":
        raise RuntimeError("the application did not start")
    return lifespan
