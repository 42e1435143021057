"""The answer to HEAD: what a plan answers to GET, without its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi.cancellation import cancel_scope
from ferroapi.incomplete import INCOMPLETE

if TYPE_CHECKING:
    import anyio
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CONTENT = frozenset({"http.response.body", "http.response.pathsend", "http.response.zerocopysend"})


class HeadPlan:
    """Runs the plan of a GET operation for a HEAD request (RFC 9110, section 9.3.2).

    The headers are those of GET, with the length where that is known before the content. A stream
    is told after its first chunk that the client has left: its generator is closed, and what runs
    after the response runs then.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asgi = scope.get("asgi", {})
        # Of servers of that version a stream asks whether the client has left.
        scope["asgi"] = {**asgi, "spec_version": "2.0"}
        head = _Head(receive, send)
        try:
            await self.app(scope, head.receive, head.send)
        finally:
            scope["asgi"] = asgi
            # The stream is cut, the response is whole.
            scope.pop(INCOMPLETE, None)


class _Head:
    """What is received and sent for one HEAD request."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._sent = False
        self._waiting: set[anyio.CancelScope] = set()

    async def receive(self) -> Message:
        """The next message of the client, which has left once the response was sent."""
        message: Message = {"type": "http.disconnect"}
        if self._sent:
            return message
        with cancel_scope() as waiting:
            self._waiting.add(waiting)
            try:
                message = await self._receive()
            finally:
                self._waiting.discard(waiting)
        return message

    async def send(self, message: Message) -> None:
        """Sends what is no content."""
        if message["type"] not in _CONTENT:
            await self._send(message)
            return
        if not self._sent:
            self._sent = True
            await self._send({"type": "http.response.body", "body": b""})
            for waiting in [*self._waiting]:
                waiting.cancel()
        if message.get("more_body", False):
            # Who waits for the client to leave has to hear of it.
            from anyio.lowlevel import checkpoint

            await checkpoint()
