"""Blocking code called from asynchronous code, in worker threads."""

from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from types import TracebackType
from typing import TypeVar

import anyio.to_thread
from starlette.concurrency import (
    iterate_in_threadpool,
    run_in_threadpool,
    run_until_first_complete,
)

__all__ = [
    "asynccontextmanager",
    "contextmanager_in_threadpool",
    "iterate_in_threadpool",
    "run_in_threadpool",
    "run_until_first_complete",
]

T = TypeVar("T")


def contextmanager_in_threadpool(cm: AbstractContextManager[T]) -> AbstractAsyncContextManager[T]:
    """Gives a synchronous context manager an asynchronous face.

    Both its ends run in worker threads. What the body raises is handed to `cm`, which may
    suppress it. Once `cm` was entered it is left, also when the surrounding task is cancelled.
    """
    return _ThreadedContextManager(cm)


class _ThreadedContextManager(AbstractAsyncContextManager[T]):
    def __init__(self, cm: AbstractContextManager[T]) -> None:
        self._cm = cm

    async def __aenter__(self) -> T:
        return await run_in_threadpool(self._cm.__enter__)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        # A limiter of its own: when every shared thread waits for what this exit gives back
        # (a pooled connection, say), an exit that queued for one of those threads never ran.
        limiter = anyio.CapacityLimiter(1)
        began = False

        def leave() -> bool | None:
            nonlocal began
            began = True
            return self._cm.__exit__(exc_type, exc_value, traceback)

        with anyio.CancelScope(shield=True):
            try:
                return bool(await anyio.to_thread.run_sync(leave, limiter=limiter))
            except RuntimeError as error:
                if began or not is_thread_shortage(error):
                    raise
        # What is never given back would be missed for longer than this keeps others waiting.
        return bool(leave())


def is_thread_shortage(error: BaseException) -> bool:
    """Whether `error` says that the system has started no thread."""
    return type(error) is RuntimeError and error.args == ("can't start new thread",)
