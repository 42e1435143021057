"""The routes of an application that are documented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi.routing import APIRoute, iter_route_contexts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.routing import BaseRoute

    from ferroapi.routing import RouteContext


def documented_routes(routes: Iterable[BaseRoute | RouteContext]) -> Iterator[APIRoute]:
    """The path operations below `routes` that are not hidden, as their inclusions make them."""
    for context in iter_route_contexts(routes):
        route = context.effective_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            yield route
