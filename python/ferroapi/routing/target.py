"""A route in the routing table: how it is found, and what runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeGuard

from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute, compile_path

from ferroapi.body_limit import with_body_limit
from ferroapi.originals import has_own
from ferroapi.plan.operation import OperationPlan, written
from ferroapi.routing.frontend import Frontend
from ferroapi.routing.layers import with_layers
from ferroapi.routing.paths import CONVERTORS, TEXT_CONVERTORS, PathAttributes
from ferroapi.routing.route import APIRoute
from ferroapi.routing.route_context import RouteContext
from ferroapi.routing.scope import EFFECTIVE_ROUTE, LAYERED, SCOPE_KEY
from ferroapi.routing.tree import IncludedRouter
from ferroapi.routing.websocket_route import APIWebSocketRoute
from ferroapi.safeguards import hand_down
from ferroapi.telemetry.current import TELEMETRY_KEY
from ferroapi.websocket_origins import check_origin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi._core import DirectRequest

Pattern: TypeAlias = tuple[str, Literal["http", "websocket", "any"], "list[str] | None"]
"""A path, what it is for, and its methods, as the core takes them."""

_HANDLING = ("app", "handle", "matches")
"""What a subclass of a route overrides to answer requests by itself, or whoever has the route."""

# As they were imported: what somebody has put into their place since then is called.
_ORIGINALS: dict[type[BaseRoute], dict[str, Any]] = {
    ours: {name: getattr(ours, name) for name in _HANDLING}
    for ours in (APIRoute, APIWebSocketRoute)
}
_MOUNT_IS_OWN = has_own(Mount, "matches", "handle")
_MOUNT_MATCHES, _MOUNT_HANDLE = Mount.matches, Mount.handle
_ROUTE_HANDLE, _WEBSOCKET_HANDLE = Route.handle, WebSocketRoute.handle


class Target:
    """A route in the table, and what runs it."""

    __slots__ = ("context", "convertors", "endpoint", "path_regex", "planned", "run", "scope")

    def __init__(self, context: RouteContext) -> None:
        self.context = context
        self.endpoint = context.endpoint
        self.scope = {} if context.inherited is None else {EFFECTIVE_ROUTE: context}
        self.run: ASGIApp | None = None
        self.planned = is_plannable(context.original_route)
        # By which a mount is known not to have changed.
        mount = context.effective_route if type(context.original_route) is Mount else None
        self.path_regex = mount.path_regex if isinstance(mount, Mount) else None
        self.convertors = {
            name: convertor.convert
            for name, convertor in context.param_convertors.items()
            if type(convertor) not in TEXT_CONVERTORS
        }

    @property
    def pattern(self) -> Pattern | None:
        """How the core can find it; `None` when the route has to be asked."""
        return pattern(self.context)

    def compile(self, scope: Scope) -> ASGIApp:
        """Makes the plan; the request path keeps it until something changes.

        Telemetry that observes the request in `scope` may put itself around it. Raises what is
        wrong with a declaration that only now is looked at.
        """
        route = self.context.effective_route
        assert is_plannable(route)
        plan = route._plan()
        telemetry = scope.get(TELEMETRY_KEY)
        run = written(plan) if telemetry is None else _traced(plan, route)
        self.run = run = with_layers(run, route._layers)
        return run

    def compile_directly(
        self, application: Any
    ) -> Callable[[DirectRequest], Awaitable[None]] | None:
        """Makes the function that our server gives requests to, where the plan can be one."""
        if not self.planned or self.convertors:
            return None
        route = self.context.effective_route
        plan = route._plan() if isinstance(route, APIRoute) and not any(route._layers) else None
        return plan.as_direct_function(application) if isinstance(plan, OperationPlan) else None

    def enter(self, scope: Scope, captures: dict[str, Any]) -> None:
        """Writes into a scope what matched."""
        scope["path_params"] = captures
        scope["endpoint"] = self.endpoint
        self.show_in(scope)

    def show_in(self, scope: Scope) -> None:
        """Puts into the scope what FastAPI says of the route: nothing of Starlette's own routes."""
        route = self.context.original_route
        if isinstance(route, (APIRoute, APIWebSocketRoute)):
            scope["route"] = route
        scope[SCOPE_KEY] = self.scope

    def forget_plan(self) -> None:
        """Has the plan made again, also where the route or the router keeps it by itself."""
        self.run = None
        route = self.context.made_route
        if isinstance(route, (APIRoute, APIWebSocketRoute)):
            route._forget_compiled()
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

    def refuses(self, scope: Scope) -> bool:
        """Whether the route has the path of a request and not its method."""
        route = self.context.original_route
        return isinstance(route, APIRoute) and scope["method"] not in route.methods

    @property
    def plain_mount(self) -> Mount | None:
        """The route, if it is one of Starlette's mounts and they are as they were imported."""
        route = self.context.effective_route
        return route if _is_plain_mount(route) else None

    @property
    def handler(self) -> ASGIApp:
        """What has the route answer by itself, inside of what is around it."""
        mount = self.plain_mount
        if mount is not None:
            return mount.app
        if self.run is None:
            route = self.context.effective_route
            run: ASGIApp = self.handle
            if isinstance(route, APIRoute):
                run = with_body_limit(run, route.max_body_size)
            if isinstance(route, (APIRoute, APIWebSocketRoute)):
                run = with_layers(run, route._layers)
            self.run = run
        return self.run

    @property
    def handles_itself(self) -> bool:
        """Whether the route has a `handle` of its own, which also answers wrong methods."""
        route = self.context.original_route
        handle = type(route).handle
        is_ours = handle is _ROUTE_HANDLE or handle is _ORIGINALS[APIRoute]["handle"]
        return not is_ours or "handle" in vars(route)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Has the route answer by itself."""
        if scope["type"] == "websocket":
            # What it reads nobody knows; a plan below it looks again.
            check_origin(scope, reads_cookies=False)
        route = self.context.effective_route
        if isinstance(route, (APIRoute, APIWebSocketRoute)):
            scope[LAYERED] = route
            route = self.context.original_route
        await route.handle(scope, receive, send)


def enter_mount(mount: Mount, scope: Scope, path: str, captures: dict[str, Any]) -> None:
    """Writes into a scope what a mount itself would say of a request that the core has matched.

    Args:
        mount: what has the path.
        scope: that of the request.
        path: the part of its path that routes see.
        captures: what the core has found in it, converted.
    """
    hand_down(scope)
    inner = captures.pop("path")
    root_path = scope.get("root_path", "")
    scope["path_params"] = {**scope.get("path_params", {}), **captures}
    scope["app_root_path"] = scope.get("app_root_path", root_path)
    scope["root_path"] = root_path + path[: len(path) - len(inner) - 1]
    scope["endpoint"] = mount.app


def _traced(plan: ASGIApp, route: APIRoute | APIWebSocketRoute | Frontend) -> ASGIApp:
    from ferroapi.plan.traced import traced_plan

    return traced_plan(plan, route.path_format)


def _is_plain_mount(route: BaseRoute) -> TypeGuard[Mount]:
    return (
        type(route) is Mount
        and _MOUNT_IS_OWN
        and Mount.matches is _MOUNT_MATCHES
        and Mount.handle is _MOUNT_HANDLE
        and "handle" not in vars(route)
        and "matches" not in vars(route)
    )


def is_plannable(route: BaseRoute) -> TypeGuard[APIRoute | APIWebSocketRoute | Frontend]:
    """Whether a route leaves handling to us, and matching unless it is a front end."""
    return isinstance(route, Frontend) or any(
        isinstance(route, ours) and _is_as_imported(route, functions)
        for ours, functions in _ORIGINALS.items()
    )


def _is_as_imported(route: BaseRoute, functions: dict[str, Any]) -> bool:
    kind, own = type(route), vars(route)
    return (
        all(
            name not in own and getattr(kind, name) is function
            for name, function in functions.items()
        )
        and Route.handle is _ROUTE_HANDLE
        and WebSocketRoute.handle is _WEBSOCKET_HANDLE
    )


def pattern(context: RouteContext) -> Pattern | None:
    """How the core can match a route; `None` when only its own `matches` can tell."""
    if not all(type(convertor) in CONVERTORS for convertor in context.param_convertors.values()):
        return None
    route = context.original_route
    if not _matches_by_path(route):
        return None
    if isinstance(route, Route):
        methods = None if route.methods is None else list(route.methods)
        return context.path, "http", methods
    if isinstance(route, WebSocketRoute):
        return context.path, "websocket", None
    return context.path + "/{path:path}", "any", None


_MATCHES = {
    kind: kind.matches for kind in (APIRoute, APIWebSocketRoute, Route, WebSocketRoute, Mount)
}


def _matches_by_path(route: BaseRoute) -> bool:
    """Whether a route matches as its path says: nobody has set another function or expression."""
    if "matches" in vars(route):
        return False
    for kind, matches in _MATCHES.items():
        if isinstance(route, kind):
            if type(route).matches is not matches:
                return False
            if isinstance(route, PathAttributes):
                return route._path_decides
            path = route.path + "/{path:path}" if isinstance(route, Mount) else route.path
            return compile_path(path)[0] == route.path_regex
    return False
