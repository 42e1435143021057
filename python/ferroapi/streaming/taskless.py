"""Coroutines that a server's own `receive` and `send` are awaited in, advanced without a task.

A task with what belongs to it takes two kilobytes, and starting one takes longer than most sends. A
server waits for futures and for nothing else, so that their callbacks can advance what awaits it.
What middleware wraps around a server may need a task: its time limits and cancel scopes do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from contextvars import Context

SERVERS = frozenset({"uvicorn", "granian", "ferroapi._core"})
"""Packages, or modules, whose `receive` and `send` wait for futures only."""


def is_of_server(function: Callable[..., Any]) -> bool:
    """Whether a `receive` or a `send` is the server's own."""
    module = type(getattr(function, "__self__", None)).__module__
    return module.partition(".")[0] in SERVERS or module in SERVERS


def advance(
    coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop
) -> asyncio.Future[Any] | None:
    """Runs a coroutine of `loop` to where it has to wait, and returns for what; `None` at its end.

    Raises what the coroutine raises.
    """
    try:
        awaited: asyncio.Future[Any] | None = coroutine.send(None)
    except StopIteration:
        return None
    if awaited is None:
        # A coroutine that gives way waits for the next turn of the loop.
        awaited = loop.create_future()
        loop.call_soon(awaited.set_result, None)
    # As a task does: it tells the future that it has taken over (PEP 3156).
    awaited._asyncio_future_blocking = False
    return awaited


class Taskless:
    """A coroutine that waits for `awaited`, and goes on by itself until it ends or is closed.

    `ended` is called once, with the exception if there was one, unless it is closed before.
    """

    __slots__ = ("_awaited", "_context", "_coroutine", "_ended", "_loop")

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, None],
        awaited: asyncio.Future[Any],
        loop: asyncio.AbstractEventLoop,
        context: Context,
        ended: Callable[[Taskless, Exception | None], None],
    ) -> None:
        self._coroutine = coroutine
        self._loop = loop
        self._context = context
        self._ended = ended
        self._wait_for(awaited)

    def _wait_for(self, awaited: asyncio.Future[Any]) -> None:
        self._awaited: asyncio.Future[Any] | None = awaited
        awaited.add_done_callback(self._go_on, context=self._context)

    def _go_on(self, _awaited: object) -> None:
        # Granian's futures keep their callbacks, unseen by the garbage collector.
        self._awaited = None
        try:
            awaited = advance(self._coroutine, self._loop)
        except Exception as error:
            self._ended(self, error)
        else:
            if awaited is None:
                self._ended(self, None)
            else:
                self._wait_for(awaited)

    def close(self) -> None:
        """Ends the coroutine where it waits."""
        if self._awaited is not None:
            self._awaited.remove_done_callback(self._go_on)
        self._coroutine.close()
