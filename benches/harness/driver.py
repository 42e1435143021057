"""Calls an ASGI application as uvicorn does, without a socket."""

from __future__ import annotations

import asyncio
from time import perf_counter, process_time
from typing import Any

from harness.case import ASGIApp, Message, Request, Scope


class Exchange:
    """One request: `receive` and `send` of its application."""

    __slots__ = ("_complete", "_request", "_waiter", "messages")

    def __init__(self, body: bytes) -> None:
        self.messages: list[Message] = []
        self._request: Message | None = {
            "type": "http.request",
            "body": body,
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


def scope_of(request: Request) -> Scope:
    """A scope with the keys that uvicorn 0.54 sets, all of it new."""
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
    worked, started = process_time(), perf_counter()
    for _ in range(times):
        exchange = Exchange(request.body)
        await app(scope_of(request), exchange.receive, exchange.send)
    return perf_counter() - started, process_time() - worked


async def answer(app: ASGIApp, request: Request) -> list[Message]:
    """The messages of one answer."""
    exchange = Exchange(request.body)
    await app(scope_of(request), exchange.receive, exchange.send)
    return exchange.messages
