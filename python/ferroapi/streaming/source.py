"""The generators that streams come from, and how their items are gathered."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import Context, copy_context
from typing import Any, Protocol

import anyio.to_thread

from ferroapi._core import FrameBuffer

Encode = Callable[[FrameBuffer, Any], bool]
"""Appends the frame of an item, and says whether it is time to send."""

TASK_SLICE = 0.002
"""Seconds after which an asynchronous generator that never waits lets other tasks run."""

THREAD_SLICE = 0.01
"""Seconds after which a synchronous generator gives its worker thread back, between two items."""


class Source(Protocol):
    """A generator that is advanced in pieces."""

    async def gather(self, *, one: bool) -> bool:
        """Appends the frames of the next items: of `one`, or of as many as should go together.

        Returns whether there may be more. Raises what the generator or the encoder raises; the
        frames of the items before are there then.
        """
        ...

    def pause(self) -> None:
        """Has `gather` return after the next item."""

    async def close(self) -> None:
        """Closes the generator where it ran. It is not advancing any more, or never did."""


class AsyncSource:
    """An asynchronous generator. It is advanced and closed in the task that calls."""

    def __init__(self, generator: AsyncIterator[Any], encode: Encode, frames: FrameBuffer) -> None:
        self._generator: Any = generator
        self._encode = encode
        self._frames = frames
        self._exhausted = False

    async def gather(self, *, one: bool) -> bool:
        encode, frames = self._encode, self._frames
        frames.gather_for(0.0 if one else TASK_SLICE)
        async for item in self._generator:
            if encode(frames, item):
                return True
        self._exhausted = True
        return False

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

    async def gather(self, *, one: bool) -> bool:
        return await anyio.to_thread.run_sync(self._in_context, self._advance, one)

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

    def _advance(self, one: bool) -> bool:
        encode, frames = self._encode, self._frames
        frames.gather_for(0.0 if one else THREAD_SLICE)
        for item in self._generator:
            unannounced = not frames
            if encode(frames, item):
                return True
            if unannounced:
                self._announce()
        self._exhausted = True
        return False
