"""The messages of a request or a WebSocket whose function works while its client may leave."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from ferroapi.streaming.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Message, Receive, Send

    from ferroapi.streaming.scope import StreamScope

KEPT_MESSAGES = 32
"""How many messages of a WebSocket are kept that nobody reads, as uvicorn's own queue has."""

_LAST_WORDS = frozenset({"http.response.start", "websocket.close", "websocket.http.response.start"})
"""With one of these the work is done, and what follows is not cancelled."""


class Watch(Inbox):
    """Keeps what its function has not read, and stops the scope when the client has left.

    It does not while the function waits for a message, which gets the one that says so, nor after
    the response has started.
    """

    __slots__ = (
        "_cancels",
        "_dismiss",
        "_is_http",
        "_readers",
        "_send",
        "client_left",
        "has_answered",
        "responds",
    )

    def __init__(
        self, receive: Receive, scope: StreamScope, send: Send, *, cancels: bool, is_http: bool
    ) -> None:
        """
        Args:
            receive: gives the messages of the client.
            scope: what listens runs in it.
            send: takes the messages of the function.
            cancels: whether the scope is stopped; else only the event is set.
            is_http: whether it is a request, and not a WebSocket.
        """
        super().__init__(receive, scope, keeps=True)
        self.client_left = Event()
        """Set when the client has left."""
        self.responds = False
        """Whether the work is done, so that nothing is cancelled any more."""
        self.has_answered = False
        """Whether a response was sent to its end."""
        self._send = send
        self._cancels = cancels
        self._is_http = is_http
        self._readers = 0
        self._dismiss: Callable[[], None] | None = None

    def begin(self) -> None:
        """Listens from now on, as soon as the plan waits for anything."""
        self._dismiss = self._scope.call_later(0, self.listen)

    def end(self) -> None:
        """Listens no more, if it has not begun to."""
        if self._dismiss is not None:
            self._dismiss()

    async def receive(self) -> Message:
        if self._dismiss is None:
            # A body that is read at once needs nobody who listens.
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.client_left.set()
            elif not message.get("more_body", False):
                self.begin()
            return message
        self._readers += 1
        try:
            return await super().receive()
        finally:
            self._readers -= 1

    def send(self, message: Message) -> Awaitable[None]:
        """Sends, and takes note that the response starts."""
        if message["type"] in _LAST_WORDS:
            self.responds = True
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self.has_answered = True
        return self._send(message)

    async def _listen(self) -> None:
        try:
            await super()._listen()
        except Exception:
            # What is wrong with the rest of a request that is answered is nobody's concern.
            if not self.responds:
                raise

    def _hear_left(self) -> None:
        self.client_left.set()
        if self._cancels and not self._readers and not self.responds:
            self._scope.stop()

    def _wait_for_reader(self) -> None:
        """What is kept is kept for as long as it takes: the function may read it later."""

    def _has_more(self) -> bool:
        return super()._has_more() if self._is_http else len(self._kept) >= KEPT_MESSAGES
