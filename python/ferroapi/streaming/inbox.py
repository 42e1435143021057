"""The messages of one request, for its function and for who waits until its client leaves."""

from collections.abc import Callable

import anyio
from starlette.types import Message, Receive

from ferroapi.streaming.scope import StreamScope
from ferroapi.streaming.taskless import is_of_server

PATIENCE = 10.0
"""Seconds for which a part of a body is kept that nobody reads."""

_DISCONNECTS = frozenset({"http.disconnect", "websocket.disconnect"})


class Inbox:
    """What a server's `receive` gives while a stream is sent.

    Somebody has to ask for messages all the time, to hear that the client has left: a child of the
    stream, which stops it then. With `keeps` what comes before is kept for the function of the
    request, which may read it while it streams.

    Not more than one part of a body is kept, so that a client that sends much is slowed down. Until
    that part is read nobody can tell whether the client has left, so a function that does not read
    is not waited for: after `PATIENCE` seconds the rest of its request is thrown away.
    """

    __slots__ = (
        "_cancel_timer",
        "_discarded",
        "_keeps",
        "_kept",
        "_listening",
        "_news",
        "_receive",
        "_scope",
        "left",
    )

    def __init__(self, receive: Receive, scope: StreamScope, *, keeps: bool) -> None:
        self.left: Message | None = None
        """The message that says that the client has left, when it came."""
        self._receive = receive
        self._scope = scope
        self._keeps = keeps
        self._kept: list[Message] = []
        self._discarded = False
        self._listening = False
        self._news: anyio.Event | None = None
        self._cancel_timer: Callable[[], None] | None = None

    async def receive(self) -> Message:
        """The next message, for the function of the request.

        Raises `RuntimeError` when it was thrown away.
        """
        if self._discarded:
            raise RuntimeError(
                "The rest of the request was thrown away: "
                f"its function has not read on for {PATIENCE:g} seconds"
            )
        self.listen()
        while not self._kept:
            if self.left is not None:
                return self.left
            if not self._listening or self._scope.ended:
                # The stream has ended, or is about to.
                return await self._receive()
            if self._news is None:
                self._news = anyio.Event()
            await self._news.wait()
        message = self._kept.pop(0)
        self.stop_timer()
        self.listen()
        return message

    def listen(self) -> None:
        """Has messages asked for, unless that is so already or one is to be read first."""
        if self._listening or self.left is not None or self._has_more() or self._scope.ended:
            return
        self._listening = True
        self._scope.spawn(self._listen, taskless=is_of_server(self._receive))

    def stop_timer(self) -> None:
        """Waits no longer until what was kept is read."""
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    async def _listen(self) -> None:
        try:
            while self.left is None and not self._has_more():
                message = await self._receive()
                if message["type"] in _DISCONNECTS:
                    self.left = message
                else:
                    if self._keeps:
                        self._kept.append(message)
                        self._tell()
                    # There is at most one message more to wait for, but not every server waits.
                    await self._scope.give_way()
        finally:
            self._listening = False
            self._tell()
        if self.left is None:
            self._wait_for_reader()
        else:
            self._hear_left()

    def _hear_left(self) -> None:
        """Called once, when the client has left."""
        self._scope.stop()

    def _wait_for_reader(self) -> None:
        """Called when nothing is asked for any more, until what was kept is read."""
        self._cancel_timer = self._scope.call_later(PATIENCE, self._discard)

    def _has_more(self) -> bool:
        """Whether what was kept is not the end of the request."""
        return bool(self._kept) and self._kept[-1].get("more_body", False)

    def _discard(self) -> None:
        self._keeps = False
        self._discarded = True
        self._kept.clear()
        self.listen()

    def _tell(self) -> None:
        news, self._news = self._news, None
        if news is not None:
            news.set()
