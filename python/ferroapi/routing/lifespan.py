"""Start-up and shut-down of an application and of the routers in it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from typing import TYPE_CHECKING, Any, TypeAlias

Handler: TypeAlias = Callable[[], Any]
Lifespan: TypeAlias = Callable[[Any], AbstractAsyncContextManager[Any]]
DeclaredLifespan: TypeAlias = Callable[[Any], AbstractAsyncContextManager[Mapping[str, Any] | None]]
"""Called with the application; what it enters gives the state of requests, or nothing."""

if TYPE_CHECKING:
    from typing import Protocol

    class HandlingRouter(Protocol):
        """What the default lifespan asks of its router."""

        def _run_lifespans(self, app: Any) -> AbstractAsyncContextManager[Any]: ...

        async def _startup(self) -> None: ...

        async def _shutdown(self) -> None: ...


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
    await run(on_startup)
    try:
        yield
    finally:
        await run(on_shutdown)


async def run(handlers: Sequence[Handler]) -> None:
    """Calls handlers in order, and awaits what they return where it can be awaited."""
    for handler in handlers:
        result = handler()
        if inspect.isawaitable(result):
            await result


class DefaultLifespan:
    """The lifespan of a router that was given none, which its users tell by its class.

    Called with an application, it is the lifespan of the router and of those below. Entered itself,
    it runs the handlers of the router.
    """

    def __init__(self, router: HandlingRouter) -> None:
        self._router = router

    def __call__(self, app: Any) -> AbstractAsyncContextManager[Any]:
        return self._router._run_lifespans(app)

    async def __aenter__(self) -> None:
        await self._router._startup()

    async def __aexit__(self, *_error: object) -> None:
        await self._router._shutdown()


def merged_lifespans(original_context: Lifespan, nested_context: Lifespan) -> Lifespan:
    """One lifespan inside another; the state of the outer one wins."""

    def lifespan(app: Any) -> AbstractAsyncContextManager[Any]:
        return nested_lifespans([original_context, nested_context], app)

    return lifespan


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
