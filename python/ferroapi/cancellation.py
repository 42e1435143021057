"""Cancel scopes of anyio, without looking for the library each time, and cancelled tasks."""

from __future__ import annotations

import sys
from asyncio import CancelledError, Task, _get_running_loop, current_task
from collections.abc import Awaitable, Mapping
from functools import cache
from typing import Any

import anyio


def cancel_scope(*, shield: bool = False) -> anyio.CancelScope:
    """What `anyio.CancelScope` gives, on asyncio in a third less time.

    Args:
        shield: whether what is in it is kept from cancellations of the scopes around it.
    """
    kind = anyio.CancelScope if asyncio_task() is None else cancel_scope_of_asyncio()
    return kind(shield=shield)


@cache
def cancel_scope_of_asyncio() -> type[anyio.CancelScope]:
    """The class of what `anyio.CancelScope` gives on asyncio, where this is to be called."""
    return type(anyio.CancelScope())


def asyncio_task() -> Task[Any] | None:
    """The task that runs now; `None` on another event loop than asyncio's."""
    # Each look for the loop asks the system which process this is.
    loop = _get_running_loop()
    return None if loop is None else current_task(loop)


def current_cancel_scope() -> anyio.CancelScope | None:
    """The innermost cancel scope that the task is in.

    Raises:
        LookupError: that cannot be told, as on another event loop than asyncio's.
    """
    task = asyncio_task()
    states = None if task is None else _states_of_tasks()
    if states is None:
        raise LookupError("no cancel scopes are known")
    # Mostly no task is in any.
    return getattr(states.get(task), "cancel_scope", None) if states else None


async def cancelled_first(work: Awaitable[None]) -> None:
    """Awaits, and raises a cancellation rather than a failure of the same moment.

    A group of tasks raises what has failed in it, and not that its own task was cancelled
    meanwhile.

    Args:
        work: what may have groups of tasks in it.
    """
    before = cancellations()
    try:
        await work
    except Exception:
        await raise_cancellation(since=before)
        raise


def cancellations() -> int:
    """How often the task was cancelled that runs now; 0 on another event loop than asyncio's."""
    task = asyncio_task()
    return 0 if task is None else task.cancelling()


async def raise_cancellation(*, since: int) -> None:
    """Raises a cancellation that whoever waited has caught; in a handler of what it raised instead.

    A cancel scope repeats its cancellation at the next `await`, while `Task.cancel` says it once.

    Args:
        since: the `cancellations` before that.
    """
    # Part of what a plain service does not import.
    from anyio.lowlevel import checkpoint_if_cancelled

    await checkpoint_if_cancelled()
    if cancellations() > since:
        raise CancelledError


def is_in_cancel_scope() -> bool:
    """Whether the task is in a cancel scope, so that one in it may shield what it does.

    Where that cannot be told, it is taken to be.
    """
    try:
        return current_cancel_scope() is not None
    except LookupError:
        return True


@cache
def _states_of_tasks() -> Mapping[object, Any] | None:
    """What anyio knows of the tasks of asyncio, under a private name."""
    states = getattr(sys.modules[cancel_scope_of_asyncio().__module__], "_task_states", None)
    return states if isinstance(states, Mapping) else None
