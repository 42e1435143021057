"""What routing leaves in the ASGI scope, under FastAPI's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.routing import BaseRoute
    from starlette.types import Scope

SCOPE_KEY = "fastapi"
EFFECTIVE_ROUTE = "effective_route_context"
INCLUDED_ROUTER = "included_router"
LAYERED = "ferroapi.layered"
"""Where a scope has the route that is called inside of its layers already."""


def effective_route(scope: Scope, route: BaseRoute) -> Any:
    """`route` as the inclusion that is being matched or handled makes it, else itself."""
    ours = scope.get(SCOPE_KEY)
    context = ours.get(EFFECTIVE_ROUTE) if isinstance(ours, dict) else None
    if context is None or context.original_route is not route:
        return route
    return context.effective_route


def effective_route_context(scope: Scope) -> Any:
    """The context of the included route that is being matched or handled, else `None`."""
    ours = scope.get(SCOPE_KEY)
    return ours.get(EFFECTIVE_ROUTE) if isinstance(ours, dict) else None


def included_router(scope: Scope, router: Any) -> Any:
    """The inclusion of `router` that is being matched or handled, else `None`."""
    ours = scope.get(SCOPE_KEY)
    included = ours.get(INCLUDED_ROUTER) if isinstance(ours, dict) else None
    return included if included is not None and included.router is router else None
