"""One says it, everyone who listens gets it."""

import asyncio
import itertools
import time
from collections import deque
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Message(NamedTuple, Generic[T]):
    id: int
    content: T


class Channel(Generic[T]):
    """The latest messages, and a signal for those who wait for the next one.

    Listeners keep their own position, so a slow one costs nothing and holds nobody up: when it
    falls more than `size` messages behind, it misses the oldest. All in one process: a shop with
    several needs a broker in this place.
    """

    def __init__(self, size: int = 1000) -> None:
        self._messages: deque[Message[T]] = deque(maxlen=size)
        # Numbers that also grow from one start of the server to the next.
        self._ids = itertools.count(time.time_ns() // 1_000_000)
        self._arrival = asyncio.Event()
        self.position = next(self._ids)
        self.closed = False

    async def publish(self, content: T) -> None:
        """Wakes all listeners. A coroutine, so that background tasks run it in the event loop."""
        self.position = next(self._ids)
        self._messages.append(Message(self.position, content))
        self._wake()

    def close(self) -> None:
        """Wakes all listeners for the last time."""
        self.closed = True
        self._wake()

    async def after(self, position: int) -> list[Message[T]]:
        """Waits for messages later than `position`; none come when the channel is closed."""
        while True:
            messages = [message for message in self._messages if message.id > position]
            if messages or self.closed:
                return messages
            await self._arrival.wait()

    def _wake(self) -> None:
        self._arrival.set()
        self._arrival = asyncio.Event()
