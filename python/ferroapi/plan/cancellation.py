"""Hearing that a client has left before its request is answered, and cancelling what is done.

What a stream does by itself, for an operation that does not stream and for a WebSocket.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import fail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi.dependencies.models import Dependant

CLIENT_LEFT_KEY = "ferroapi.client_left"
"""Where the scope has the event that is set when the client leaves."""
CLIENT_CLOSED_REQUEST = 499
"""The status that middleware sees of what was cancelled, as nginx logs it: nobody gets it."""


async def client_left(connection: HTTPConnection) -> Event:
    """Whether the client has left: an event that is set when it has, for `Depends(client_left)`.

    It may be asked, and waited for, in any thread. While nobody reads the body of a request that
    has one, or more than 32 messages of a WebSocket, nobody hears that its client has left.

    Raises:
        RuntimeError: the operation was not compiled with it.
    """
    event: Event | None = connection.scope.get(CLIENT_LEFT_KEY)
    if event is None:
        raise RuntimeError("client_left is a dependency of path operations and WebSockets only")
    return event


def with_cancellation(
    plan: ASGIApp, dependants: Iterable[Dependant], *, cancels: bool, reads_body: bool = False
) -> ASGIApp:
    """`plan` with somebody who hears when the client leaves; `plan` itself if nobody wants to know.

    Args:
        plan: what answers.
        dependants: the dependencies that it runs.
        cancels: whether the work is cancelled then.
        reads_body: whether the plan reads the whole body before it does anything else.
    """
    if cancels or any(dependant.call is client_left for dependant in dependants):
        return Cancellation(plan, cancels=cancels, reads_body=reads_body)
    return plan


class Cancellation:
    """Runs a plan, and cancels it when its client leaves before the response has started.

    Whoever waits for a message of the client gets the one that says so, and is not cancelled.
    """

    __slots__ = ("_cancels", "_reads_body", "app")

    def __init__(self, app: ASGIApp, *, cancels: bool, reads_body: bool) -> None:
        self.app = app
        self._cancels = cancels
        self._reads_body = reads_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers; a request that was cancelled is answered 499, for the middleware around it."""
        # Part of what a plain service does not import.
        from ferroapi.streaming.scope import stream_scope
        from ferroapi.streaming.watch import Watch

        is_http = scope["type"] == "http"
        children = stream_scope()
        watch = Watch(receive, children, send, cancels=self._cancels, is_http=is_http)
        scope[CLIENT_LEFT_KEY] = watch.client_left
        async with children:
            if not self._reads_body:
                watch.begin()
            try:
                await self.app(scope, watch.receive, watch.send)
            finally:
                watch.end()
        if children.failure is not None and not watch.has_answered:
            exchange = Exchange(scope, receive, send)
            exchange.started = watch.responds
            await fail(children.failure, exchange)
        elif children.stopped and is_http and not watch.responds:
            with suppress(OSError):
                await send(
                    {
                        "type": "http.response.start",
                        "status": CLIENT_CLOSED_REQUEST,
                        "headers": [(b"content-length", b"0")],
                    }
                )
                await send({"type": "http.response.body", "body": b""})
