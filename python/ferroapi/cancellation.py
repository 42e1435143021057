"""Cancel scopes of anyio, without looking for the library that runs each time."""

from __future__ import annotations

import sys
from asyncio import current_task
from collections.abc import Mapping
from functools import cache
from typing import Any

import anyio


def cancel_scope(*, shield: bool = False) -> anyio.CancelScope:
    """What `anyio.CancelScope` gives, on asyncio in a third less time.

    Args:
        shield: whether what is in it is kept from cancellations of the scopes around it.
    """
    try:
        is_asyncio = current_task() is not None
    except RuntimeError:
        is_asyncio = False
    kind = cancel_scope_of_asyncio() if is_asyncio else anyio.CancelScope
    return kind(shield=shield)


@cache
def cancel_scope_of_asyncio() -> type[anyio.CancelScope]:
    """The class of what `anyio.CancelScope` gives on asyncio, where this is to be called."""
    return type(anyio.CancelScope())


def asyncio_task() -> object | None:
    """The task that runs now, or `None` on another event loop than asyncio's."""
    try:
        return current_task()
    except RuntimeError:
        return None


def is_in_cancel_scope() -> bool:
    """Whether the task is in a cancel scope, so that one in it may shield what it does.

    Where that cannot be told, as on another event loop than asyncio's, it is taken to be.
    """
    task = asyncio_task()
    states = None if task is None else _states_of_tasks()
    if states is None:
        return True
    return getattr(states.get(task), "cancel_scope", None) is not None


@cache
def _states_of_tasks() -> Mapping[object, Any] | None:
    """What anyio knows of the tasks of asyncio, under a private name."""
    states = getattr(sys.modules[cancel_scope_of_asyncio().__module__], "_task_states", None)
    return states if isinstance(states, Mapping) else None
