"""Sending the items of one generator as one HTTP response.

Items are gathered while the generator has the next one ready, and sent together

- when the generator waits: by a child task, since the stream's own task is inside the generator
  then and must not wait for anything else;
- when they are many, or have been gathered for long: by the stream's own task, which then lets
  other tasks run. The first item is always sent alone.

The generator is advanced and closed by the stream's own task. The start of the response is sent
with the first item, so that an exception before it can still have its own answer; an event stream
whose first event takes long sends it without.
"""

import math
import types
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

import anyio
import anyio.lowlevel
from starlette.types import Message, Receive, Send

from ferroapi._core import FrameBuffer
from ferroapi.streaming.scope import stream_scope
from ferroapi.streaming.source import TASK_SLICE, Source

START_DELAY = 0.1
"""Seconds after which an event stream that has no event yet sends the start of its response."""

THREAD_GAP = 0.001
"""Seconds after something was sent until what a worker thread gathers meanwhile is sent.

The thread and the event loop would otherwise take turns at every item.
"""


class Disconnected(Exception):  # noqa: N818 - the client may leave whenever it likes
    """The server said, by an `OSError` from `send`, that the client has left (ASGI 2.4)."""


class Delivery:
    """One response: what was sent of it, and what is to be sent.

    `start` makes the response's first message when it is due, `source` fills `frames`, and `fail`
    appends what a started response ends with when that raises. With `keep_alive` that frame is sent
    when nothing was sent for `ping_interval` seconds. With `send_raises` an `OSError` that `send`
    raises says that the client has left.
    """

    def __init__(
        self,
        start: Callable[[], Message],
        frames: FrameBuffer,
        receive: Receive,
        send: Send,
        *,
        fail: Callable[[FrameBuffer, Exception], None],
        keep_alive: bytes | None,
        ping_interval: float,
        send_raises: bool,
    ) -> None:
        self._start: Callable[[], Message] | None = start
        self._frames = frames
        self._receive = receive
        self._asgi_send = send
        self._fail = fail
        self._keep_alive = keep_alive
        self._ping_interval = ping_interval
        self._send_raises = send_raises
        self._scope = stream_scope()
        self._listening = False
        self._waited = False
        self._attending_soon = False
        self._sending = False
        self._sent: anyio.Event | None = None
        self._sent_at = -math.inf
        self._complete = False
        self._ended_here = False

    async def run(self, source: Source) -> None:
        """Sends everything, or as much as the client takes; `source` is closed at the end.

        Raises what the generator, the encoder or `send` raises, after what was yielded before it
        was sent.
        """
        with suppress(Disconnected):
            await self._scope.run(partial(self._deliver_and_close, source))
        if self._ended_here and self._keep_alive is not None and not self._complete:
            await self._transmit(final=True)

    def end(self) -> None:
        """Ends the stream early, from any thread: its generator is interrupted and closed.

        An event stream ends in order, since its readers come back. Any other is left incomplete,
        so that its reader can tell.
        """
        self._scope.call_from_thread(self._end)

    def _end(self) -> None:
        self._ended_here = self._scope.stop()

    def attend(self) -> None:
        """Has what was gathered sent by a child task, if there is anything and nobody does it."""
        if self._frames and not self._sending:
            self._send_in_child()

    def attend_from_thread(self) -> None:
        """The same, called in a worker thread. Not more often than every `THREAD_GAP` seconds."""
        self._scope.call_from_thread(self._attend_soon)

    def _attend_soon(self) -> None:
        if not self._attending_soon:
            self._attending_soon = True
            self._scope.spawn(self._send_soon)

    async def _send_soon(self) -> None:
        gap = self._sent_at + THREAD_GAP - monotonic()
        if gap > 0:
            await anyio.sleep(gap)
        self._attending_soon = False
        self.attend()

    async def _deliver_and_close(self, source: Source) -> None:
        try:
            await self._deliver(source)
        finally:
            self._scope.allow_clean_up()
            await source.close()

    async def _deliver(self, source: Source) -> None:
        first = more = True
        turn = -math.inf
        while more:
            self._waited = False
            try:
                more = await self._gather(source, one=first)
            except Exception as error:
                if not self._scope.stopped and self._has_begun():
                    self._fail(self._frames, error)
                    with suppress(Disconnected):
                        await self._flush()
                raise
            if self._scope.stopped:
                return
            if more:
                await self._flush()
                if self._waited or first:
                    turn = monotonic()
                elif monotonic() - turn >= TASK_SLICE:
                    await anyio.lowlevel.checkpoint()
                    turn = monotonic()
                first = False
        await self._flush(final=True)

    def _has_begun(self) -> bool:
        """Whether the start of the response was sent, or is about to be."""
        return self._start is None or self._sending or bool(self._frames)

    @types.coroutine
    def _gather(self, source: Source, *, one: bool) -> Generator[Any, Any, bool]:
        """Has `source` gather, in this task, and attends each time it is about to wait."""
        gathering = source.gather(one=one)
        try:
            awaited = gathering.send(None)
            while True:
                self._before_wait()
                try:
                    answer = yield awaited
                except BaseException as interruption:
                    if self._scope.stopped:
                        # Trio never gets here: it resumes its tasks with what interrupts them.
                        self._scope.allow_clean_up()
                        source.pause()
                    awaited = gathering.throw(interruption)
                else:
                    awaited = gathering.send(answer)
        except StopIteration as end:
            more: bool = end.value
            return more

    def _before_wait(self) -> None:
        self._waited = True
        self._listen()
        self.attend()

    def _listen(self) -> None:
        if not self._listening:
            self._listening = True
            self._scope.spawn(self._stop_on_disconnect)
            if self._keep_alive is not None:
                self._scope.call_later(START_DELAY, self._break_silence)

    async def _stop_on_disconnect(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            # There is at most one message more to wait for, but not every server waits.
            await anyio.lowlevel.checkpoint()
        self._scope.stop()

    def _break_silence(self) -> None:
        silence = 0.0 if self._sending else monotonic() - self._sent_at
        if silence >= self._ping_interval:
            # Silence is infinite before anything was sent: then it is the start that is due.
            if self._start is None and self._keep_alive is not None and not self._frames:
                self._frames.raw(self._keep_alive)
            self._send_in_child()
            silence = 0.0
        self._scope.call_later(self._ping_interval - silence, self._break_silence)

    def _send_in_child(self) -> None:
        self._sending = True
        self._scope.spawn(self._send_gathered)

    async def _send_gathered(self) -> None:
        try:
            await self._transmit()
            while self._frames:
                await self._transmit()
        except Disconnected:
            self._scope.stop()
        finally:
            self._sending = False
            if self._sent is not None:
                self._sent.set()

    async def _flush(self, *, final: bool = False) -> None:
        if not final:
            self._listen()
        while self._sending:
            self._sent = anyio.Event()
            await self._sent.wait()
        self._sending = True
        try:
            await self._transmit(final=final)
        finally:
            self._sending = False

    async def _transmit(self, *, final: bool = False) -> None:
        if self._start is not None:
            start, self._start = self._start, None
            await self._send(start())
        self._complete = final
        body = self._frames.take()
        if body or final:
            await self._send({"type": "http.response.body", "body": body, "more_body": not final})
        self._sent_at = monotonic()

    async def _send(self, message: Message) -> None:
        try:
            await self._asgi_send(message)
        except OSError as error:
            if self._send_raises:
                raise Disconnected from error
            raise
