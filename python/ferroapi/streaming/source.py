"""The generators that streams come from, and how their items are gathered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NoReturn, Protocol

from starlette.types import Send

from ferroapi._core import FrameBuffer
from ferroapi.streaming.encoder import Encode
from ferroapi.streaming.worker import Worker

THREAD_SLICE = 0.01
"""Seconds after which a synchronous generator lets another have its turn in a worker thread."""


class Sender(ABC):
    """What takes the frames that a source has gathered."""

    __slots__ = ("send",)

    send: Send
    """The ASGI `send`, for large chunks in the stream's own task. Nobody else sends then: there is
    nothing gathered, and streams that are kept alive have no such chunks."""

    @abstractmethod
    async def flush(self) -> float | None:
        """Sends what was gathered, in the stream's own task.

        Lets other tasks run when it is time. Returns for how many seconds to gather now, or `None`
        when no more is wanted.
        """

    @abstractmethod
    def broken(self, error: BaseException) -> NoReturn:
        """Raises what `send` has raised: its `error`, or that the client has left."""
        ...


class Source(Protocol):
    """A generator whose items are gathered."""

    exhausted: bool
    """Whether it has ended by itself, so that there is nothing to close."""

    async def gather(self, sender: Sender) -> None:
        """Appends the frames of all items, and has `sender` send them when it is time.

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

    __slots__ = ("_encode", "_frames", "_generator", "exhausted")

    def __init__(self, generator: AsyncIterator[Any], encode: Encode, frames: FrameBuffer) -> None:
        self._generator: Any = generator
        self._encode = encode
        self._frames = frames
        self.exhausted = False

    async def gather(self, sender: Sender) -> None:
        encode, frames, send = self._encode, self._frames, sender.send
        async for item in self._generator:
            due = encode(frames, item)
            if due:
                # As `flush` does, without a coroutine around each send of a large chunk.
                try:
                    await send({"type": "http.response.body", "body": due, "more_body": True})
                except BaseException as error:
                    sender.broken(error)
            elif due is not None:
                seconds = await sender.flush()
                if seconds is None:
                    return
                frames.gather_for(seconds)
        self.exhausted = True

    def pause(self) -> None:
        self._frames.gather_for(0.0)

    async def close(self) -> None:
        if hasattr(self._generator, "aclose"):
            try:
                await self._generator.aclose()
            except* GeneratorExit:
                # A task group around the `yield` has wrapped what closes the generator.
                pass


class ThreadSource:
    """A synchronous generator. It is advanced and closed in one worker thread.

    `announce` is called from the thread when there are frames where there were none.
    """

    def __init__(
        self,
        generator: Iterator[Any],
        encode: Encode,
        frames: FrameBuffer,
        worker: Worker,
        announce: Callable[[], None],
    ) -> None:
        self._generator: Any = generator
        self._encode = encode
        self._frames = frames
        self._worker = worker
        self._announce = announce
        self.exhausted = False

    async def gather(self, sender: Sender) -> None:
        seconds = 0.0
        while await self._worker.call(self._advance, seconds):
            if await sender.flush() is None:
                return
            seconds = THREAD_SLICE
        self.exhausted = True
        self._worker.end()

    def pause(self) -> None:
        self._frames.gather_for(0.0)

    async def close(self) -> None:
        try:
            if hasattr(self._generator, "close"):
                await self._worker.finish(self._generator.close)
        finally:
            self._worker.end()

    def _advance(self, seconds: float) -> bool:
        """Gathers for that long, or until there is much to send. Returns whether there is more."""
        encode, frames = self._encode, self._frames
        frames.gather_for(seconds)
        for item in self._generator:
            unannounced = not frames
            due = encode(frames, item)
            if due is not None:
                frames.append(due)
                return True
            if unannounced:
                self._announce()
        return False
