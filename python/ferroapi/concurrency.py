"""Blocking code called from asynchronous code, in worker threads."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from functools import partial
from types import TracebackType
from typing import TypeVar

from starlette.concurrency import (
    iterate_in_threadpool,
    run_in_threadpool,
    run_until_first_complete,
)

from ferroapi.threads import ThreadContexts, call_in_thread, run_in_unlimited_thread

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
    return ThreadedContextManager(cm)


@asynccontextmanager
async def at_once(cm: AbstractContextManager[T]) -> AsyncIterator[T]:
    """The same for what does not block: both ends run in the event loop."""
    with cm as value:
        yield value


class LastingContextManager(AbstractAsyncContextManager[T]):
    """The same for what is open while an application runs: no thread is kept for who holds it."""

    def __init__(self, cm: AbstractContextManager[T]) -> None:
        self._cm = cm

    async def __aenter__(self) -> T:
        return await run_in_unlimited_thread(self._cm.__enter__)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        leave = partial(self._cm.__exit__, exc_type, exc_value, traceback)
        return bool(await run_in_unlimited_thread(leave))


class ThreadedContextManager(AbstractAsyncContextManager[T]):
    """What `contextmanager_in_threadpool` gives."""

    def __init__(self, cm: AbstractContextManager[T], application: object = None) -> None:
        """
        Args:
            cm: the synchronous context manager.
            application: whose `thread_queue` bounds the line for a thread to enter it in.
        """
        self._cm = cm
        self._application = application

    async def __aenter__(self) -> T:
        self._contexts = contexts = ThreadContexts()
        try:
            return await call_in_thread(contexts.enter, self._application, self._cm)
        except BaseException as error:
            # It may have been entered while its task was cancelled: nobody else leaves it then.
            await contexts.__aexit__(type(error), error, error.__traceback__)
            raise

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        return await self._contexts.__aexit__(exc_type, exc_value, traceback)
