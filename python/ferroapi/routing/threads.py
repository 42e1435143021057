"""Worker threads of an application while it runs."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from anyio.to_thread import current_default_thread_limiter

from ferroapi.routing.tree import route_contexts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from starlette.routing import BaseRoute

    from ferroapi.dependencies.models import Dependant


@asynccontextmanager
async def prepared_threads(routes: Iterable[BaseRoute], application: Any) -> AsyncIterator[None]:
    """Has as many threads meanwhile as an application says.

    Where it does not, anyio loads what runs them if a route needs any: that takes longer than a
    request should.
    """
    threads: int | None = getattr(application, "threads", None)
    if threads is None:
        if any(_use_threads(routes)):
            current_default_thread_limiter()
        yield
        return
    limiter = current_default_thread_limiter()
    before, limiter.total_tokens = limiter.total_tokens, threads
    try:
        yield
    finally:
        limiter.total_tokens = before


def _use_threads(routes: Iterable[BaseRoute]) -> Iterable[bool]:
    for context in route_contexts(routes):
        dependant: Dependant | None = getattr(context.original_route, "dependant", None)
        yield dependant is not None and dependant.uses_threads
