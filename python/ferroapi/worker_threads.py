"""Worker threads of this process: what anyio's give a function, in a third of their time.

anyio's wait on a queue that is written in Python, behind a turn of the event loop. Functions find
here what they find there: a context of their own, and what `anyio.from_thread` needs. A process
that ends waits for them if it waits for what runs their event loop. Who calls bounds how many run
at once; an idle thread ends after a while.
"""

from __future__ import annotations

import os
import sys
import threading
from asyncio import CancelledError
from collections import deque
from contextlib import suppress
from contextvars import Context, copy_context
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread, current_thread
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import anyio

from ferroapi.cancellation import asyncio_task, cancel_scope, current_cancel_scope
from ferroapi.logger import logger

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Callable

T = TypeVar("T")

IDLE_SECONDS = 10.0
"""Seconds after which a thread ends that nobody has used."""

LAST_IDLE_SECONDS = 0.1
"""The same, once the end of the process waits for its threads: some may still run event loops."""

_EVENT_LOOPS: Any = sys.modules.get("anyio._core._eventloop")
_THREAD_LOCALS: Any = getattr(_EVENT_LOOPS, "threadlocals", None)
_SET_LIBRARY: Any = getattr(_EVENT_LOOPS, "set_current_async_library", None)
"""Private, and what `anyio.from_thread` looks into and `sniffio` is told by."""

_AT_END: Any = getattr(threading, "_register_atexit", None)
"""Private, and what `concurrent.futures` has called before the process waits for threads."""


class _Call(NamedTuple):
    """One function, and whom its result is for."""

    function: Callable[[], Any]
    context: Context
    result: Future[Any]
    scope: anyio.CancelScope | None
    """That the task is in."""


class _Worker(Thread):
    def __init__(self) -> None:
        options: dict[str, Any] = {}
        if sys.version_info >= (3, 14):
            # Nothing of who starts it is kept.
            options["context"] = Context()
        super().__init__(name="ferroapi worker thread", **options)
        self.calls: SimpleQueue[_Call | None] = SimpleQueue()
        self.idle = _idle[self.daemon]
        """Where it is while it has no call."""
        self.token: Any = None
        """anyio's of the event loop whose functions are called. Set by who gives it a call."""

    def run(self) -> None:
        while (call := self._next()) is not None:
            self._answer(call)
            # Nothing of it is kept while the thread is idle.
            del call

    def _answer(self, call: _Call) -> None:
        value: Any = None
        error: BaseException | None = None
        loop: AbstractEventLoop = self.token.native_token
        if not call.result.cancelled():
            _THREAD_LOCALS.current_token = self.token
            _THREAD_LOCALS.current_cancel_scope = call.scope
            try:
                value = call.context.run(call.function)
            except StopIteration as stop:
                # No future takes it.
                error = RuntimeError("coroutine raised StopIteration")
                error.__cause__ = stop
            except BaseException as raised:
                error = raised
            _THREAD_LOCALS.current_cancel_scope = None
        self.idle.append(self)
        try:
            loop.call_soon_threadsafe(_report, call.result, value, error)
        except RuntimeError:
            # The thread goes on: it is idle, and may have its next call already.
            if not loop.is_closed():
                logger.exception("a result was lost on the way to its event loop")
        finally:
            # Its traceback has this frame.
            del call, error

    def _next(self) -> _Call | None:
        while True:
            try:
                return self.calls.get(timeout=_idle_seconds)
            except Empty:
                try:
                    self.idle.remove(self)
                except ValueError:
                    # Somebody has just taken it.
                    continue
                return None


_idle: dict[bool, deque[_Worker]] = {False: deque(), True: deque()}
"""By whether they are daemons, as who has started them."""

_idle_seconds = IDLE_SECONDS


def _report(result: Future[Any], value: Any, error: BaseException | None) -> None:
    if result.cancelled():
        return
    if error is None:
        result.set_result(value)
    else:
        result.set_exception(error)


def can_run() -> bool:
    """Whether functions find here what they find in threads of anyio; only for tasks of asyncio.

    Raises:
        RuntimeError: the system starts no thread.
    """
    return asyncio_task() is not None and _are_known()


@cache
def _are_known() -> bool:
    """Whether what is private here is as it has to be; asked once."""
    if None in (_THREAD_LOCALS, _SET_LIBRARY, _AT_END):
        return False
    try:
        current_cancel_scope()
    except LookupError:
        return False
    # Part of what anyio loads when something runs on it.
    from anyio.from_thread import check_cancelled
    from anyio.lowlevel import current_token

    token, scope = current_token(), cancel_scope()
    scope.cancel()
    is_cancelled = False

    def ask() -> None:
        nonlocal is_cancelled
        _THREAD_LOCALS.current_token, _THREAD_LOCALS.current_cancel_scope = token, scope
        try:
            check_cancelled()
        except CancelledError:
            is_cancelled = True
        except Exception:
            logger.debug("anyio does not know the threads of others", exc_info=True)

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join()
    return is_cancelled


async def run_in_worker_thread(function: Callable[[], T]) -> T:
    """Calls `function` in a worker thread, in a copy of the context, and gives what it gives.

    A task that is cancelled by a scope of anyio hears of it afterwards. One that asyncio cancels
    does at once, and the function goes on.

    Raises:
        Exception: whatever `function` raises.
        LookupError: it is no task of asyncio, or anyio does not tell its cancel scope.
        RuntimeError: the system starts no thread.
    """
    task = asyncio_task()
    scope = current_cancel_scope()
    if task is None:
        raise LookupError("no task of asyncio")
    loop = task.get_loop()
    # The task would refer to itself by what cancels it, whose traceback has this frame.
    del task
    if scope is None:
        return await _called(function, loop, None)
    from anyio.lowlevel import checkpoint_if_cancelled

    await checkpoint_if_cancelled()
    with cancel_scope(shield=True):
        return await _called(function, loop, scope)
    raise AssertionError("nobody cancels the shield")


async def _called(
    function: Callable[[], T], loop: AbstractEventLoop, scope: anyio.CancelScope | None
) -> T:
    context = copy_context()
    context.run(_SET_LIBRARY, None)
    result: Future[T] = loop.create_future()
    try:
        worker = _idle[current_thread().daemon].pop()
    except IndexError:
        worker = _Worker()
        worker.start()
    if worker.token is None or worker.token.native_token is not loop:
        from anyio.lowlevel import current_token

        worker.token = current_token()
    worker.calls.put(_Call(function, context, result, scope))
    try:
        return await result
    finally:
        # The traceback of what was raised has this frame.
        del result


def _end() -> None:
    """Has threads end that are idle, at the end of the process."""
    global _idle_seconds
    _idle_seconds = LAST_IDLE_SECONDS
    idle = _idle[False]
    while idle:
        with suppress(IndexError):
            idle.pop().calls.put(None)


def _forget() -> None:
    """A process that was forked has none of the threads."""
    for idle in _idle.values():
        idle.clear()


if _AT_END is not None:
    try:
        _AT_END(_end)
    except RuntimeError:
        # It has come.
        _end()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
