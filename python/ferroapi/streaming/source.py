"""The generators that streams come from, and how their items are gathered."""

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextvars import Context, copy_context
from typing import Any, Protocol

import anyio.to_thread

from ferroapi._core import FrameBuffer
from ferroapi.streaming.encoder import Encode

THREAD_SLICE = 0.01
"""Seconds after which a synchronous generator gives its worker thread back, between two items."""


Flush = Callable[[], Awaitable[float | None]]
"""Sends what was gathered, and says for how many seconds to gather now; `None` for not at all."""


class Source(Protocol):
    """A generator whose items are gathered."""

    async def gather(self, flush: Flush) -> None:
        """Appends the frames of all items, and awaits `flush` when it is time to send.

        The first item is flushed by itself; what comes last is left to the caller. Raises what the
        generator or the encoder raises; the frames of the items before are there then.
        """
        ...

    def pause(self) -> None:
        """Has `gather` flush after the next item."""

    async def close(self) -> None:
        """Closes the generator where it ran. It is not advancing any more, or never did."""


class AsyncSource:
    """An asynchronous generator. It is advanced and closed in the task that calls."""

    __slots__ = ("_encode", "_exhausted", "_frames", "_generator")

    def __init__(self, generator: AsyncIterator[Any], encode: Encode, frames: FrameBuffer) -> None:
        self._generator: Any = generator
        self._encode = encode
        self._frames = frames
        self._exhausted = False

    async def gather(self, flush: Flush) -> None:
        encode, frames = self._encode, self._frames
        async for item in self._generator:
            if encode(frames, item):
                seconds = await flush()
                if seconds is None:
                    return
                frames.gather_for(seconds)
        self._exhausted = True

    def pause(self) -> None:
        self._frames.gather_for(0.0)

    async def close(self) -> None:
        if not self._exhausted and hasattr(self._generator, "aclose"):
            try:
                await self._generator.aclose()
            except* GeneratorExit:
                # A task group around the `yield` has wrapped what closes the generator.
                pass


class ThreadSource:
    """A synchronous generator. It is advanced and closed in worker threads, one at a time.

    All of it runs in one copy of the context. `announce` is called from the thread when there are
    frames where there were none.
    """

    def __init__(
        self,
        generator: Iterator[Any],
        encode: Encode,
        frames: FrameBuffer,
        announce: Callable[[], None],
    ) -> None:
        self._generator: Any = generator
        self._encode = encode
        self._frames = frames
        self._announce = announce
        self._context: Context | None = None
        self._exhausted = False
        # A task that is cancelled by its event loop does not wait for the thread it started.
        self._advancing = threading.Lock()

    async def gather(self, flush: Flush) -> None:
        seconds = 0.0
        while await anyio.to_thread.run_sync(self._in_context, self._advance, seconds):
            if await flush() is None:
                return
            seconds = THREAD_SLICE

    def pause(self) -> None:
        self._frames.gather_for(0.0)

    async def close(self) -> None:
        if not self._exhausted and hasattr(self._generator, "close"):
            await anyio.to_thread.run_sync(self._in_context, self._generator.close)

    def _in_context(self, function: Callable[..., Any], *arguments: object) -> Any:
        with self._advancing:
            if self._context is None:
                self._context = copy_context()
            return self._context.run(function, *arguments)

    def _advance(self, seconds: float) -> bool:
        """Gathers for that long, and returns whether there may be more."""
        encode, frames = self._encode, self._frames
        frames.gather_for(seconds)
        for item in self._generator:
            unannounced = not frames
            if encode(frames, item):
                return True
            if unannounced:
                self._announce()
        self._exhausted = True
        return False
