"""The function that answers the requests of a route, which monitoring tools wrap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from ferroapi.plan.operation import answer

if TYPE_CHECKING:
    from ferroapi.dependencies.models import Dependant

RouteHandler: TypeAlias = Callable[[Request], Awaitable[Response]]


def get_request_handler(*, dependant: Dependant) -> RouteHandler:
    """The function that answers a request by the plan of the route it has matched.

    Monitoring tools put a function of their own in the place of `ferroapi.routing.
    get_request_handler`, and wrap what this one returns, or the callable of `dependant`. Routes
    notice it when they are compiled, so it has to be done before the first request.

    Args:
        dependant: a copy of the endpoint's, which is compiled afterwards.
    """
    return answer


def request_handler_maker() -> Callable[..., RouteHandler]:
    """What stands in the place of `get_request_handler` now."""
    return get_request_handler
