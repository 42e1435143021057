"""How many uses of a dependency there may be at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

import anyio
from anyio.lowlevel import RunVar


class ConcurrencyLimit:
    """The identity of one declared `max_concurrency`: who shares the object shares the limit."""

    __slots__ = ("__weakref__", "max_concurrency")

    def __init__(self, max_concurrency: int) -> None:
        self.max_concurrency = max_concurrency

    def get_semaphore(self) -> anyio.Semaphore:
        """The semaphore of the event loop that runs now."""
        try:
            semaphores = _semaphores.get()
        except LookupError:
            semaphores = WeakKeyDictionary()
            _semaphores.set(semaphores)
        semaphore = semaphores.get(self)
        if semaphore is None:
            semaphore = semaphores[self] = anyio.Semaphore(self.max_concurrency)
        return semaphore

    @asynccontextmanager
    async def around(self, context: AbstractAsyncContextManager[Any]) -> AsyncIterator[Any]:
        """A context that counts as a use until it is left."""
        async with self.get_semaphore(), context as value:
            yield value


_semaphores: RunVar[WeakKeyDictionary[ConcurrencyLimit, anyio.Semaphore]] = RunVar(
    "ferroapi.concurrency_limit"
)
