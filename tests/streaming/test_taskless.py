"""Coroutines that the callbacks of futures advance."""

from __future__ import annotations

import asyncio
import contextvars
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from ferroapi.streaming.taskless import Taskless, advance

if TYPE_CHECKING:
    from collections.abc import Callable


class FutureOfServer:
    """A future that never lets go of its callbacks."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[Any], None]] = []

    def __await__(self) -> Any:
        yield self

    def add_done_callback(
        self, callback: Callable[[Any], None], *, context: contextvars.Context
    ) -> None:
        self.callbacks.append(callback)


@pytest.mark.usefixtures("no_garbage_collection")
def test_what_was_waited_for_is_let_go() -> None:
    async def wait(futures: list[FutureOfServer]) -> None:
        while futures:
            await futures.pop(0)

    loop = asyncio.new_event_loop()
    first, second = FutureOfServer(), FutureOfServer()
    waiting = wait([first, second])
    awaited: Any = advance(waiting, loop)
    ended: list[Exception | None] = []
    taskless = Taskless(
        waiting, awaited, loop, contextvars.copy_context(), lambda _, error: ended.append(error)
    )
    released = [weakref.ref(first), weakref.ref(second)]

    first.callbacks[0](first)
    del first, awaited
    assert released[0]() is None
    second.callbacks[0](second)
    del second
    assert released[1]() is None
    assert ended == [None]

    taskless.close()
    loop.close()
