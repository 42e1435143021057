"""Start-up and shut-down of an application and of the routers in it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from typing import Any, TypeAlias

Handler: TypeAlias = Callable[[], Any]
Lifespan: TypeAlias = Callable[[Any], AbstractAsyncContextManager[Any]]


def as_lifespan(lifespan: Any) -> Lifespan:
    """An asynchronous context manager function, also from a bare generator function."""
    if inspect.isasyncgenfunction(lifespan):
        return asynccontextmanager(lifespan)
    if inspect.isgeneratorfunction(lifespan):
        entered = contextmanager(lifespan)

        @asynccontextmanager
        async def wrapped(app: Any) -> AsyncIterator[Any]:
            with entered(app) as state:
                yield state

        return wrapped
    return lifespan  # type: ignore[no-any-return]  # whatever else was given is called as one


@asynccontextmanager
async def handlers_lifespan(
    on_startup: Sequence[Handler], on_shutdown: Sequence[Handler]
) -> AsyncIterator[None]:
    """Runs start-up handlers in order, and shut-down handlers when it is left."""
    await _run(on_startup)
    try:
        yield
    finally:
        await _run(on_shutdown)


async def _run(handlers: Sequence[Handler]) -> None:
    for handler in handlers:
        result = handler()
        if inspect.isawaitable(result):
            await result


@asynccontextmanager
async def nested_lifespans(
    lifespans: Sequence[Lifespan], app: Any
) -> AsyncIterator[dict[str, Any] | None]:
    """Runs lifespans inside each other, the first outermost.

    Gives the states they yield as one mapping, the outer ones winning, or `None` without any.
    """
    async with AsyncExitStack() as stack:
        states = [await stack.enter_async_context(lifespan(app)) for lifespan in lifespans]
        merged: dict[str, Any] = {}
        for state in reversed(states):
            merged.update(state or {})
        yield merged if any(state is not None for state in states) else None
