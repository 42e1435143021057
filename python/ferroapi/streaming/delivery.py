"""Sending the items of one generator as one HTTP response.

Items are gathered while the generator has the next one ready, and sent together

- when the generator waits: by a child, since the stream's own task is inside the generator then and
  must not wait for anything else;
- when they are many, or have been gathered for long: by the stream's own task, which then lets
  other tasks run. The first item is always sent alone.

The generator is advanced and closed by the stream's own task. The start of the response is sent
with the first item, so that an exception before it can still have its own answer; a stream whose
first item takes long sends it without.
"""

import math
import types
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, NoReturn

import anyio
from starlette.requests import ClientDisconnect
from starlette.types import Message, Send

from ferroapi._core import FrameBuffer
from ferroapi.streaming.inbox import Inbox
from ferroapi.streaming.scope import StreamScope
from ferroapi.streaming.source import Sender, Source
from ferroapi.streaming.taskless import is_of_server
from ferroapi.streaming.turn import Turn

START_DELAY = 0.1
"""Seconds after which a stream that has no item yet sends the start of its response."""

THREAD_GAP = 0.001
"""Seconds after something was sent until what a worker thread gathers meanwhile is sent.

The thread and the event loop would otherwise take turns at every item.
"""


class Disconnected(Exception):  # noqa: N818 - the client may leave whenever it likes
    """The server said, by an `OSError` from `send`, that the client has left (ASGI 2.4)."""


class Delivery(Sender):
    """One response: what was sent of it, and what is to be sent.

    Its children run in `scope`. `start` makes the response's first message when it is due, a source
    fills `frames`, and `fail` appends what a started response ends with when that raises. With
    `keep_alive` that frame is sent when nothing was sent for `ping_interval` seconds. With
    `send_raises` an `OSError` that `send` raises says that the client has left.
    """

    __slots__ = (
        "_attending_soon",
        "_broken",
        "_cancel_timer",
        "_complete",
        "_ended_here",
        "_fail",
        "_frames",
        "_has_waited",
        "_inbox",
        "_keep_alive",
        "_ping_interval",
        "_scope",
        "_send_raises",
        "_sending",
        "_sends_taskless",
        "_sent",
        "_sent_at",
        "_start",
        "_turn",
        "is_resumed",
    )

    def __init__(
        self,
        scope: StreamScope,
        start: Callable[[], Message],
        frames: FrameBuffer,
        inbox: Inbox,
        send: Send,
        *,
        fail: Callable[[FrameBuffer, Exception], None],
        keep_alive: bytes | None,
        is_resumed: bool,
        ping_interval: float,
        send_raises: bool,
    ) -> None:
        self.send = send
        self._sending = False
        self._start: Callable[[], Message] | None = start
        self._frames = frames
        self._inbox = inbox
        self._fail = fail
        self._keep_alive = keep_alive
        self.is_resumed = is_resumed
        """Whether readers come back when the stream ends."""
        self._ping_interval = ping_interval
        self._send_raises = send_raises
        self._scope = scope
        self._sends_taskless = is_of_server(send)
        self._has_waited = False
        self._broken = False
        self._turn = Turn(each_send=scope.most_chunks is not None)
        self._attending_soon = False
        self._sent: anyio.Event | None = None
        self._sent_at = -math.inf
        self._complete = False
        self._ended_here = False
        self._cancel_timer: Callable[[], None] | None = None

    async def run(self, source: Source) -> None:
        """Sends everything, or as much as the client takes; `source` is closed at the end.

        Raises what the generator, the encoder or `send` raises, after what was yielded before it
        was sent; of a client that has left only what its generator makes of that.
        """
        scope = self._scope
        try:
            async with scope:
                try:
                    try:
                        await self._gather(source)
                    finally:
                        self._stop_timer()
                    if not scope.stopped:
                        if self._sending:
                            await self._until_sent()
                        self._sending = True
                        await self._transmit(final=True)
                except (Disconnected, ClientDisconnect):
                    raise
                except Exception as error:
                    if not self._broken and not scope.stopped and self._has_begun():
                        self._fail(self._frames, error)
                        await self._flush_unless_the_client_leaves()
                    raise
                finally:
                    if not source.exhausted:
                        scope.allow_clean_up()
                        await source.close()
            scope.raise_failure()
            unfinished = not self._complete and not self._broken
            if self._ended_here and unfinished and self.is_resumed:
                await self._transmit(final=True)
            await self._begin_for_middleware()
        except Disconnected:
            pass
        finally:
            self._turn.end()
            self._inbox.stop_timer()

    async def _begin_for_middleware(self) -> None:
        """Begins the response to a client that has left: to middleware, none is an error."""
        if self._start is not None and self._inbox.left is not None and not self._sends_taskless:
            with suppress(Disconnected):
                await self._transmit()
                # Some, such as for compression, hold the start until there is more.
                await self.send({"type": "http.response.body", "body": b"", "more_body": True})

    @property
    def is_incomplete(self) -> bool:
        """Whether the response has begun and not ended."""
        return self._start is None and not self._complete

    def end(self, after: float = 0.0) -> None:
        """Ends the stream early, from any thread: its generator is interrupted and closed.

        An event stream ends in order, since its readers come back. Any other is left incomplete,
        so that its reader can tell.

        Args:
            after: seconds until then, `math.inf` for never.
        """
        self._scope.call_from_thread(partial(self._end_after, after) if after > 0 else self._end)

    def _end_after(self, seconds: float) -> None:
        if seconds < math.inf:
            self._scope.call_later(seconds, self._end)

    def _end(self) -> None:
        self._ended_here = self._scope.stop()

    async def flush(self) -> float | None:
        if self._sending:
            await self._until_sent()
        if self._scope.stopped:
            return None
        self._sending = True
        try:
            await self._transmit()
        finally:
            self._sending = False
        if self._turn.is_over(self._sent_at):
            await self._turn.give_way()
        return None if self._scope.stopped else self._turn.seconds

    def broken(self, error: BaseException) -> NoReturn:
        self._broken = True
        try:
            if self._send_raises and isinstance(error, OSError):
                raise Disconnected from error
            raise error
        finally:
            # Its traceback has this frame: the stream would wait for a garbage collection.
            del error

    def attend_from_thread(self) -> None:
        """Has what was gathered sent, called in a worker thread.

        Not more often than every `THREAD_GAP` seconds.
        """
        self._scope.call_from_thread(self._attend_soon)

    def _attend_soon(self) -> None:
        if not self._attending_soon:
            gap = self._sent_at + THREAD_GAP - monotonic()
            if gap > 0:
                self._attending_soon = True
                self._scope.call_later(gap, self._attend)
            else:
                self._attend()

    def _attend(self) -> None:
        self._attending_soon = False
        if self._frames and not self._sending:
            self._send_in_child()

    async def _flush_unless_the_client_leaves(self) -> None:
        try:
            await self.flush()
        except Disconnected:
            pass
        except anyio.get_cancelled_exc_class():
            if not self._scope.stopped:
                raise

    def _has_begun(self) -> bool:
        """Whether the start of the response was sent, or is about to be."""
        return self._start is None or self._sending or bool(self._frames)

    @types.coroutine
    def _gather(self, source: Source) -> Generator[Any, Any, None]:
        """Has `source` gather, in this task, and attends each time it is about to wait."""
        scope = self._scope
        gathering = source.gather(self)
        try:
            awaited = gathering.send(None)
            while True:
                try:
                    self._before_wait()
                    answer = yield awaited
                except BaseException as interruption:
                    if scope.stopped:
                        scope.allow_clean_up()
                        source.pause()
                    awaited = gathering.throw(interruption)
                else:
                    if scope.stopped:
                        awaited = scope.resume(gathering, answer, source.pause)
                    else:
                        awaited = gathering.send(answer)
        except StopIteration:
            pass

    def _before_wait(self) -> None:
        self._turn.pause()
        if not self._has_waited:
            self._has_waited = True
            if self._keep_alive is not None or self._start is not None:
                self._cancel_timer = self._scope.call_later(START_DELAY, self._break_silence)
        self._inbox.listen()
        if self._frames and not self._sending:
            self._send_in_child()

    def _stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()

    def _break_silence(self) -> None:
        # Silence is infinite before anything was sent: then it is the start that is due.
        silence = 0.0 if self._sending else monotonic() - self._sent_at
        if silence >= self._ping_interval:
            if self._start is None and self._keep_alive is not None and not self._frames:
                self._frames.append(self._keep_alive)
            self._send_in_child()
            silence = 0.0
        if self._keep_alive is not None and self._ping_interval < math.inf:
            wait = self._ping_interval - silence
            self._cancel_timer = self._scope.call_later(wait, self._break_silence)

    def _send_in_child(self) -> None:
        self._sending = True
        self._scope.spawn(self._send_gathered, taskless=self._sends_taskless)
        if self._sending:
            self._frames.keep_chunks()

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

    async def _until_sent(self) -> None:
        while self._sending:
            self._sent = anyio.Event()
            await self._sent.wait()

    async def _transmit(self, *, final: bool = False) -> None:
        send = self.send
        try:
            if self._start is not None:
                start, self._start = self._start, None
                await send(start())
            self._complete = final
            body = self._frames.take()
            if body or final:
                await send({"type": "http.response.body", "body": body, "more_body": not final})
        except BaseException as error:
            self.broken(error)
        self._sent_at = monotonic()
