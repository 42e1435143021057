"""Visits of worker threads: tokens and a place in the line, and a thread."""

from __future__ import annotations

from asyncio import CancelledError, shield, wrap_future
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    nullcontext,
    suppress,
)
from contextvars import ContextVar, copy_context
from functools import partial
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import anyio
import anyio.to_thread

from ferroapi.cancellation import asyncio_task, cancel_scope, is_in_cancel_scope
from ferroapi.thread_queue import current_thread_queue
from ferroapi.worker_threads import can_run, run_in_worker_thread

T = TypeVar("T")
P = ParamSpec("P")

_ABSENT = object()

# As it was imported: what somebody has put into its place since then is called as it is.
_RUN_SYNC = anyio.to_thread.run_sync


def run_in_thread(function: Callable[[], T], application: object = None) -> Coroutine[Any, Any, T]:
    """A visit of one function. See `Visit.run`."""
    return Visit().run(function, application)


async def call_in_thread(
    function: Callable[P, T], application: object, /, *args: P.args, **kwargs: P.kwargs
) -> T:
    """A visit of one function: what it sets in its context is set for its caller. See `Visit`."""
    visit = Visit()
    value = await visit.run(lambda: visit.call(function, *args, **kwargs), application)
    visit.adopt()
    return value


class Visit:
    """One visit of a worker thread, which several functions may share."""

    __slots__ = ("_changed", "_is_left", "_is_of_anyio")

    def __init__(self) -> None:
        self._is_left = False
        self._is_of_anyio = False
        self._changed: dict[ContextVar[Any], Any] | None = None

    async def run(self, function: Callable[[], T], application: object = None) -> T:
        """What `anyio.to_thread.run_sync` does, with its tokens; on asyncio in threads of ours.

        Who has entered dependencies in a thread goes before others (`ThreadQueue`), and is not told
        before the function has ended that its task was cancelled: what was entered is in use.

        anyio lets others run before and after it takes a token. One that is free is taken here at
        once.

        Args:
            function: what is called in the thread.
            application: whose `thread_queue` bounds the line for those that have entered nothing.

        Raises:
            Exception: whatever `function` raises.
            RuntimeError: the system starts no thread.
            ThreadQueueFullError: too many wait for a thread.
        """
        run_sync = anyio.to_thread.run_sync
        if run_sync is not _RUN_SYNC:
            return await run_sync(function)
        held = _held.get()
        depth = _depth_of(held)
        queue = current_thread_queue()
        ticket = queue.enter_at_once(depth)
        if ticket is None:
            longest = None if depth else getattr(application, "thread_queue", None)
            ticket = await queue.enter(depth, longest)
        self._is_of_anyio = True
        try:
            if held and asyncio_task() is not None:
                return await _run_to_its_end(function, self)
            return await _run_unlimited(function)
        finally:
            self.leave()
            queue.leave(depth, ticket)

    def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Called in the thread: what `function` gives; what it sets in its context is noted."""
        before = copy_context()
        value = function(*args, **kwargs)
        for variable, found in copy_context().items():
            if before.get(variable, _ABSENT) is not found:
                if self._changed is None:
                    self._changed = {}
                self._changed[variable] = found
        return value

    def adopt(self) -> None:
        """Called in the task, after `run`: sets what functions have set, as coroutines would."""
        if self._changed is not None:
            for variable, value in self._changed.items():
                variable.set(value)

    def leave(self) -> None:
        """Has nothing more begin in the thread."""
        self._is_left = True

    def go_on(self) -> None:
        """Called in the thread, before another function is: raises if who waits was cancelled."""
        if self._is_left:
            raise CancelledError
        if self._is_of_anyio:
            # Part of what anyio loads when something runs on it.
            from anyio.from_thread import check_cancelled

            check_cancelled()


async def _run_to_its_end(function: Callable[[], T], visit: Visit | None = None) -> T:
    """Waits also in a task that is cancelled by asyncio itself, past all scopes of anyio."""
    begun = given_up = ended = False
    waiting: Future[None] | None = None

    # Thread and task each say something before they ask for what the other says: whichever comes
    # later knows of both.
    def run() -> T:
        nonlocal begun, ended
        begun = True
        try:
            if given_up:
                raise CancelledError
            return function()
        finally:
            ended = True
            if waiting is not None:
                waiting.set_result(None)

    try:
        return await run_in_unlimited_thread(run)
    except BaseException:
        if visit is not None:
            visit.leave()
        given_up = True
        waiting = Future()
        if begun and not ended:
            with cancel_scope(shield=True):
                while not waiting.done():
                    with suppress(CancelledError):
                        await shield(wrap_future(waiting))
        raise


async def run_in_unlimited_thread(function: Callable[[], T]) -> T:
    """The same, in a thread that takes no token: however many others wait for one."""
    run_sync = anyio.to_thread.run_sync
    if run_sync is not _RUN_SYNC:
        return await run_sync(function, limiter=anyio.CapacityLimiter(1))
    return await _run_unlimited(function)


def _run_unlimited(function: Callable[[], T]) -> Awaitable[T]:
    """In one of our threads where those are as good as anyio's, to be awaited at once."""
    if can_run():
        return run_in_worker_thread(function)
    return _RUN_SYNC(function, limiter=anyio.CapacityLimiter(1))


class ThreadContexts(AbstractAsyncContextManager["ThreadContexts"]):
    """Synchronous context managers that are entered in worker threads, and left in one visit.

    Those that were entered are left, the last first, also when the surrounding task is cancelled;
    each end runs in a copy of the context. Each sees what is raised, and may suppress it. Until
    they are left, their task is before others in the line for threads.
    """

    __slots__ = ("_depth", "_exits", "_queue")

    def __init__(self) -> None:
        """To be used as a context manager, in the task that enters some."""
        self._exits: list[Callable[..., bool | None]] = []
        held = _held.get()
        self._depth = _depth_of(held) + 1
        self._queue = current_thread_queue()
        self._queue.hold(self._depth)
        _held.set((*held, self))

    @classmethod
    def within(cls, stack: AsyncExitStack) -> ThreadContexts:
        """Some that are left with `stack`."""
        contexts = cls()
        stack.push_async_exit(contexts)
        return contexts

    @property
    def depth(self) -> int:
        """How many times, with these, something was entered in a thread; 0 if nothing is here."""
        return self._depth if self._exits else 0

    def enter(self, context: AbstractContextManager[T]) -> T:
        """Enters `context`, in the thread that this is called in, and gives its value."""
        value = context.__enter__()
        self._exits.append(context.__exit__)
        return value

    def leave(self, *error: Any) -> bool:
        """Leaves all of them, in the thread that this is called in.

        Args:
            error: type, value and traceback of what was raised, each `None` if nothing was.

        Returns:
            whether one of them suppressed it.
        """
        exits, self._exits = self._exits, []
        stack = ExitStack()
        for leave in exits:
            stack.push(partial(_in_copied_context, leave))
        return bool(stack.__exit__(*error))

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        try:
            return await self._leave_in_thread(exc_type, exc_value, traceback)
        finally:
            self._queue.let_go(self._depth)
            _held.set(tuple(held for held in _held.get() if held is not self))

    async def _leave_in_thread(self, *error: Any) -> bool:
        if not self._exits:
            return False
        began = suppressed = False
        cancelled: CancelledError | None = None

        def leave() -> bool:
            nonlocal began
            began = True
            return self.leave(*error)

        # It has no token: when everybody who has one waits for what this gives back (a pooled
        # connection, say), an end that queued for a token never ran.
        with cancel_scope(shield=True) if is_in_cancel_scope() else nullcontext():
            while True:
                try:
                    suppressed = await _run_to_its_end(leave)
                except CancelledError as interruption:
                    cancelled = interruption
                    if not began:
                        continue
                except RuntimeError as failure:
                    if began or not is_thread_shortage(failure):
                        raise
                    # What is never given back would be missed for longer than this keeps others
                    # waiting.
                    suppressed = leave()
                break
        if cancelled is not None:
            raise cancelled
        return suppressed


def current_depth() -> int:
    """How many times the request has entered something in a thread that is not left."""
    return _depth_of(_held.get())


_held: ContextVar[tuple[ThreadContexts, ...]] = ContextVar("ferroapi.threads", default=())
"""What the request has entered in threads, or is about to."""


def _depth_of(held: tuple[ThreadContexts, ...]) -> int:
    return max((contexts.depth for contexts in held), default=0) if held else 0


def _in_copied_context(leave: Callable[..., bool | None], *error: Any) -> bool | None:
    return copy_context().run(leave, *error)


def is_thread_shortage(error: BaseException) -> bool:
    """Whether `error` says that the system has started no thread."""
    return type(error) is RuntimeError and error.args == ("can't start new thread",)
