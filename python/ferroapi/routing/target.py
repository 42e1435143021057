"""A route in the routing table: how it is found, and what runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeGuard

from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute

from ferroapi.plan.operation import written
from ferroapi.routing.frontend import Frontend
from ferroapi.routing.paths import CONVERTORS, TEXT_CONVERTORS
from ferroapi.routing.route import APIRoute
from ferroapi.routing.route_context import RouteContext
from ferroapi.routing.scope import EFFECTIVE_ROUTE, SCOPE_KEY
from ferroapi.routing.tree import IncludedRouter
from ferroapi.routing.websocket_route import APIWebSocketRoute
from ferroapi.telemetry.current import TELEMETRY_KEY

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

Pattern: TypeAlias = tuple[str, Literal["http", "websocket", "any"], "list[str] | None"]
"""A path, what it is for, and its methods, as the core takes them."""

_HANDLING = ("app", "handle", "matches")
"""What a subclass of a route overrides to answer requests by itself."""


class Target:
    """A route in the table, and what runs it."""

    __slots__ = ("context", "convertors", "endpoint", "planned", "run", "scope")

    def __init__(self, context: RouteContext) -> None:
        self.context = context
        self.endpoint = context.endpoint
        self.scope = {} if context.inherited is None else {EFFECTIVE_ROUTE: context}
        self.run: ASGIApp | None = None
        self.planned = is_plannable(context.original_route)
        self.convertors = {
            name: convertor.convert
            for name, convertor in context.param_convertors.items()
            if type(convertor) not in TEXT_CONVERTORS
        }

    def compile(self, scope: Scope) -> ASGIApp:
        """Makes the plan; the request path keeps it until something changes.

        Telemetry that observes the request in `scope` may put itself around it. Raises what is
        wrong with a declaration that only now is looked at.
        """
        route = self.context.effective_route
        assert is_plannable(route)
        plan = route.plan()
        telemetry = scope.get(TELEMETRY_KEY)
        self.run = run = written(plan) if telemetry is None else _traced(plan, route)
        return run

    def forget_plan(self) -> None:
        """Has the plan made again, also where the route or the router keeps it by itself."""
        self.run = None
        route = self.context.made_route
        if isinstance(route, (APIRoute, APIWebSocketRoute)):
            route.forget_compiled()
        elif isinstance(route, IncludedRouter):
            route.table.forget_plans()

    def convert(self, captures: dict[str, Any]) -> dict[str, Any] | None:
        """The captures as their convertors read them; `None` for digits that are no number.

        Python refuses to read integers of more than 4,300 digits.
        """
        try:
            for name, convert in self.convertors.items():
                captures[name] = convert(captures[name])
        except ValueError:
            return None
        return captures

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """What the route itself says, as the inclusions around it make it."""
        route = self.context.effective_route
        if isinstance(route, (APIRoute, APIWebSocketRoute)):
            # Subclasses may keep state: they are asked on the object that was declared.
            inner = {**scope, SCOPE_KEY: self.scope}
            return self.context.original_route.matches(inner)
        return route.matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Has the route answer by itself."""
        route = self.context.effective_route
        if isinstance(route, (APIRoute, APIWebSocketRoute)):
            route = self.context.original_route
        await route.handle(scope, receive, send)


def _traced(plan: ASGIApp, route: APIRoute | APIWebSocketRoute | Frontend) -> ASGIApp:
    from ferroapi.plan.traced import traced_plan

    return traced_plan(plan, route.path_format)


def is_plannable(route: BaseRoute) -> TypeGuard[APIRoute | APIWebSocketRoute | Frontend]:
    """Whether a route leaves handling to us, and matching unless it is a front end."""
    return isinstance(route, Frontend) or any(
        isinstance(route, ours)
        and all(getattr(type(route), name) is getattr(ours, name) for name in _HANDLING)
        for ours in (APIRoute, APIWebSocketRoute)
    )


def pattern(context: RouteContext) -> Pattern | None:
    """How the core can match a route; `None` when only its own `matches` can tell."""
    if not all(type(convertor) in CONVERTORS for convertor in context.param_convertors.values()):
        return None
    route = context.original_route
    if isinstance(route, Route) and type(route).matches in (Route.matches, APIRoute.matches):
        methods = None if route.methods is None else list(route.methods)
        return context.path, "http", methods
    if isinstance(route, WebSocketRoute) and type(route).matches in (
        WebSocketRoute.matches,
        APIWebSocketRoute.matches,
    ):
        return context.path, "websocket", None
    if isinstance(route, Mount) and type(route).matches is Mount.matches:
        return context.path + "/{path:path}", "any", None
    return None
