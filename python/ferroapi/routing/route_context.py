"""A route in its place: as the inclusions around it make it."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from starlette.routing import (
    BaseRoute,
    Host,
    Match,
    Mount,
    Route,
    Router,
    WebSocketRoute,
    compile_path,
)

from ferroapi.routing.inheritance import Inheriting
from ferroapi.routing.paths import PathAttributes, path_convertors

if TYPE_CHECKING:
    from starlette.convertors import Convertor
    from starlette.types import Scope

    from ferroapi.routing.inheritance import Inherited


class RouteContext:
    """A route as it is served. Attributes are those of the effective route, which inclusions make.

    `route` and `original_route` are the route as it was declared. The effective route is made when
    it is asked for: finding a route among many does not take all of them.
    """

    __slots__ = ("_effective_route", "inherited", "original_route")

    def __init__(
        self,
        route: BaseRoute | None = None,
        inherited: Inherited | None = None,
        *,
        original_route: BaseRoute | None = None,
    ) -> None:
        """
        Args:
            route: the route as it was declared.
            inherited: the settings of the inclusions around it; `None` when there are none.
            original_route: the route, by the name that FastAPI's class for inclusions has for it.
        """
        route = original_route if route is None else route
        if route is None:
            raise TypeError("A RouteContext needs a route")
        self.original_route = route
        self.inherited = inherited
        self._effective_route = route if inherited is None else None

    @property
    def route(self) -> BaseRoute:
        """The route as it was declared."""
        return self.original_route

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]  # of what it stands for
        """The attributes of the route as the inclusions make it, for who copies all of them."""
        attributes = vars(self.effective_route).items()
        return {
            "original_route": self.original_route,
            "starlette_route": self.starlette_route,
            **{name: value for name, value in attributes if not name.startswith("_")},
        }

    def __copy__(self) -> RouteContext:
        copied = RouteContext(self.original_route, self.inherited)
        copied._effective_route = self._effective_route
        return copied

    @property
    def _route_context(self) -> RouteContext | None:
        # Where FastAPI's users look for what inclusions make.
        return None if self.inherited is None else self

    @property
    def starlette_route(self) -> BaseRoute | None:
        """The effective route where inclusions make one of what is no path operation."""
        is_operation = isinstance(self.original_route, Inheriting) and isinstance(
            self.original_route, Route
        )
        return None if self.inherited is None or is_operation else self.effective_route

    @property
    def effective_route(self) -> BaseRoute:
        """The route as the inclusions around it make it."""
        return self._made()

    @property
    def made_route(self) -> BaseRoute | None:
        """The effective route, when somebody has asked for it."""
        return self._effective_route

    @property
    def dependency_overrides_provider(self) -> Any:
        """What has the replacements of dependencies."""
        if self.inherited is not None:
            return self.inherited.dependency_overrides_provider
        return getattr(self.original_route, "dependency_overrides_provider", None)

    @property
    def path(self) -> Any:
        """The whole path; `None` for what has none."""
        if self._effective_route is None and isinstance(self.original_route, PathAttributes):
            return self._prefix + self.original_route.path
        return getattr(self.effective_route, "path", None)

    @property
    def param_convertors(self) -> dict[str, Convertor[Any]]:
        """The convertors of the parameters in the whole path."""
        if (
            self._effective_route is None
            and isinstance(self.original_route, PathAttributes)
            # Where the prefix has parameters, the route may be one that cannot be meant.
            and "{" not in self._prefix
        ):
            return path_convertors(self.path)
        return getattr(self.effective_route, "param_convertors", {})

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the effective route has the path and the method of a request.

        A path operation of an included router is compared as it is, whatever its class overrides.
        """
        route = self.effective_route
        if self.inherited is not None and isinstance(route, Route):
            return Route.matches(route, scope)
        return route.matches(scope)

    @property
    def _prefix(self) -> str:
        return "" if self.inherited is None else self.inherited.prefix

    @property
    def endpoint(self) -> Any:
        """What answers; `None` for routes without an endpoint."""
        return getattr(self.original_route, "endpoint", None)

    def _made(self) -> BaseRoute:
        route = self._effective_route
        if route is None:
            assert self.inherited is not None
            route = self._effective_route = within(self.original_route, self.inherited)
        return route

    def __getattr__(self, name: str) -> Any:
        if name in RouteContext.__slots__:
            # Of an object that somebody makes without its constructor, as `copy` does.
            raise AttributeError(name)
        # Also asked for the effective route, when making it is an `AttributeError`: that is raised.
        route = self._made()
        if name in ("path_format", "name", "methods"):
            return getattr(route, name, None)
        return getattr(route, name)


def within(route: BaseRoute, outer: Inherited) -> BaseRoute:
    """A route as the inclusions around it make it; the route itself stays as it is."""
    if isinstance(route, Inheriting):
        return route._within(outer)
    prefixed = _prefixed(route, outer.prefix) if outer.prefix else route
    route = copy(prefixed)
    # A class that handles requests itself need not have an application, nor call it.
    by_app = any(type(route).handle is handle for handle in _HANDLED_BY_APP)
    name = "app" if by_app else "handle"
    app = getattr(route, name)
    limited = outer.limited(app)
    if limited is app:
        return prefixed
    setattr(route, name, limited)
    return route


_HANDLED_BY_APP = (Host.handle, Mount.handle, Route.handle, WebSocketRoute.handle)


def _prefixed(route: BaseRoute, prefix: str) -> BaseRoute:
    if isinstance(route, Host):
        hosted = copy(route)
        hosted.app = Router(routes=[Mount(prefix, app=route.app)])
        return hosted
    if isinstance(route, (Route, WebSocketRoute, Mount)):
        prefixed = copy(route)
        prefixed.path = prefix + route.path
        pattern = prefixed.path + "/{path:path}" if isinstance(route, Mount) else prefixed.path
        prefixed.path_regex, prefixed.path_format, prefixed.param_convertors = compile_path(pattern)
        return prefixed
    return route
