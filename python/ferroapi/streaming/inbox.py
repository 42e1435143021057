"""The messages of one request, for its function and for who waits until its client leaves."""

from collections.abc import Awaitable, Callable

import anyio
from starlette.types import Message, Receive

PATIENCE = 10.0
"""Seconds in which a function has to begin to read a body of which more is to come."""


class Inbox:
    """What a server's `receive` gives, shared by two readers.

    A function may read its request while it streams, and while it does not, somebody has to ask for
    messages to hear that the client has left. With `keeps` what comes meanwhile is kept for the
    function: nothing of a request is lost. Not more than one part of a body is kept, so that a
    client that sends much is slowed down.

    Until that part is read nobody can tell whether the client has left. So a function that does not
    begin to read is not waited for: after `PATIENCE` seconds `discard` gives its request up.
    """

    __slots__ = (
        "_discarded",
        "_keeps",
        "_kept",
        "_left",
        "_listens",
        "_news",
        "_reads",
        "is_read",
        "server_receive",
    )

    def __init__(self, receive: Receive, *, keeps: bool) -> None:
        self.server_receive = receive
        """The ASGI `receive` of the server."""
        self._keeps = keeps
        self._kept: list[Message] = []
        self.is_read = False
        """Whether the function has begun to read."""
        self._discarded = False
        self._left: Message | None = None
        self._reads = False
        self._listens = False
        self._news: anyio.Event | None = None

    async def receive(self) -> Message:
        """The next message, for the function of the request.

        Raises `RuntimeError` when its request was given up.
        """
        self.is_read = True
        if self._discarded:
            raise RuntimeError(
                f"The request was not read: its function has to begin within {PATIENCE:g} seconds"
            )
        while not self._kept:
            if self._left is not None:
                return self._left
            if self._listens:
                if self._news is None:
                    self._news = anyio.Event()
                await self._news.wait()
                continue
            self._reads = True
            try:
                return await self.server_receive()
            finally:
                self._reads = False
        return self._kept.pop(0)

    def begin_to_listen(self) -> bool:
        """Whether `listen` is to be called now: nobody asks, and what was kept has been read."""
        if self._listens or self._reads or self._left is not None or self._has_more():
            return False
        self._listens = True
        return True

    async def listen(
        self, give_way: Callable[[], Awaitable[None]], heard: Callable[[bool], None]
    ) -> None:
        """Waits until the client leaves, and calls `heard` with whether it has.

        It has not when something was kept that is to be read first. `give_way` lets other tasks
        run: not every server waits when there is nothing to receive.
        """
        while self._left is None and not self._has_more():
            message = await self.server_receive()
            if message["type"] == "http.disconnect":
                self._left = message
            else:
                if self._keeps:
                    self._kept.append(message)
                    self._tell()
                await give_way()
        self.stop_listening()
        heard(self._left is not None)

    def _has_more(self) -> bool:
        """Whether what was kept is not the end of the request."""
        return bool(self._kept) and self._kept[-1].get("more_body", False)

    def discard(self) -> None:
        """Gives up what was kept, and what is to come, unless it is read by now."""
        if not self.is_read:
            self._keeps = False
            self._discarded = True
            self._kept.clear()

    def stop_listening(self) -> None:
        """Leaves the messages to the function: nobody listens any more."""
        self._listens = False
        self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, None
        if news is not None:
            news.set()
