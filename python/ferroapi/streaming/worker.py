"""A worker thread for one synchronous generator."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock
from typing import Any

import anyio
import anyio.lowlevel
from anyio.lowlevel import RunVar

from ferroapi.cancellation import cancel_scope
from ferroapi.streaming.scope import StreamScope
from ferroapi.thread_queue import current_thread_queue
from ferroapi.threads import current_depth, run_in_unlimited_thread

MOST_THREADS = 1_000
"""Threads that the synchronous generators of one event loop have at once, unless it is changed."""


def current_thread_limiter() -> anyio.CapacityLimiter:
    """What bounds the threads of synchronous generators in the event loop that runs now.

    Each takes one of its tokens from its first item to its end; those that there is none for wait.
    Its `total_tokens` may be set at any time.
    """
    try:
        return _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(MOST_THREADS)
        _limiter.set(limiter)
        return limiter


_limiter: RunVar[anyio.CapacityLimiter] = RunVar("ferroapi.streaming.worker")


class Worker:
    """Calls functions in one worker thread, one at a time, in one copy of the context.

    What a generator has opened in its thread it can use and close there, such as a connection of
    `sqlite3`. The thread is kept between the calls, for which there is a limit of its own
    (`current_thread_limiter`). It counts as one of the threads that anyio allows
    (`current_default_thread_limiter`) during a call only: a stream whose client does not read keeps
    no other function waiting.
    """

    __slots__ = ("_beginning", "_calls", "_failure", "_limiter", "_scope")

    def __init__(self, scope: StreamScope) -> None:
        self._scope = scope
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._limiter: anyio.CapacityLimiter | None = None
        self._failure: RuntimeError | None = None
        self._beginning = Lock()
        """Taken for good by the thread when it begins, or by who needs it no more before that."""

    async def call(self, function: Callable[..., Any], *arguments: object) -> Any:
        """What `function` returns or raises. It is waited for also by who is cancelled meanwhile.

        Only a task that its event loop cancels does not wait; the next call waits for its thread.
        The first call waits until there is a thread, and raises `RuntimeError` when the system
        starts none.
        """
        if self._limiter is None:
            await self._start()
        call = _Call(function, arguments)
        queue, depth = current_thread_queue(), current_depth()
        # The items of a stream may never wait for anything else: here is where it is cancelled.
        await anyio.lowlevel.checkpoint()
        ticket = queue.enter_at_once(depth) or await queue.enter(depth)
        try:
            if self._failure is not None:
                raise self._failure
            self._calls.put(call)
            with cancel_scope(shield=True):
                await call.returned.wait()
        finally:
            queue.leave(depth, ticket)
        return call.outcome()

    async def finish(self, function: Callable[[], Any]) -> None:
        """Calls what is last, whoever cancels the task meanwhile, and however often.

        Where nothing was called in the thread, nothing will be: it is called here. It takes no
        token, since nothing that others wait for is given back before.
        """
        if self._beginning.acquire(blocking=False):
            function()
            return
        call = _Call(function, ())
        self._calls.put(call)
        cancelled: CancelledError | None = None
        with cancel_scope(shield=True):
            while not call.returned.is_set():
                try:
                    await call.returned.wait()
                except CancelledError as interruption:
                    cancelled = interruption
        try:
            if cancelled is not None:
                raise cancelled
        finally:
            # Its traceback has this frame.
            del cancelled
        call.outcome()

    def end(self) -> None:
        """Lets the thread go, after what it still does."""
        self._calls.put(None)
        if self._limiter is not None:
            self._limiter.release_on_behalf_of(self)

    async def _start(self) -> None:
        limiter = current_thread_limiter()
        try:
            limiter.acquire_on_behalf_of_nowait(self)
        except anyio.WouldBlock:
            await limiter.acquire_on_behalf_of(self)
        self._limiter = limiter
        self._scope.spawn(self._occupy_thread, taskless=False)

    async def _occupy_thread(self) -> None:
        try:
            # It ends with `end`: an interrupted generator is still to be closed in its thread.
            with cancel_scope(shield=True):
                await run_in_unlimited_thread(self._answer_calls)
        except RuntimeError as failure:
            # What is called raises nothing here: there is no thread.
            self._failure = failure
            while not self._calls.empty():
                call = self._calls.get()
                if call is not None:
                    call.fail(failure)

    def _answer_calls(self) -> None:
        if self._beginning.acquire(blocking=False):
            while self._answer(self._calls.get()):
                pass

    def _answer(self, call: _Call | None) -> bool:
        if call is None:
            return False
        call.run()
        self._scope.call_from_thread(call.returned.set)
        return True


class _Call:
    def __init__(self, function: Callable[..., Any], arguments: tuple[object, ...]) -> None:
        self.returned = anyio.Event()
        self._function = function
        self._arguments = arguments
        self._result: Any = None
        self._error: BaseException | None = None

    def fail(self, error: BaseException) -> None:
        self._error = error
        self.returned.set()

    def run(self) -> None:
        try:
            self._result = self._function(*self._arguments)
        except BaseException as error:
            self._error = error

    def outcome(self) -> Any:
        error, self._error = self._error, None
        if error is None:
            return self._result
        try:
            raise error
        finally:
            # The traceback of the error has this frame.
            del error
