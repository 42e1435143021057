"""The tree of routers: inclusions are live, and the routes below them are seen flat."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any, SupportsIndex

from starlette.routing import BaseRoute, Host, Match, Mount, Route, WebSocketRoute, compile_path

from ferroapi.routing.frontend import Frontend
from ferroapi.routing.route import APIRoute
from ferroapi.routing.websocket_route import APIWebSocketRoute

if TYPE_CHECKING:
    from starlette.datastructures import URLPath
    from starlette.types import Receive, Scope, Send

    from ferroapi.routing.inheritance import Inherited
    from ferroapi.routing.router import APIRouter


class RouteList(list[BaseRoute]):
    """The routes of a router in order of declaration. Tells the router of every change."""

    def __init__(self, routes: Iterable[BaseRoute], changed: Callable[[], None]) -> None:
        super().__init__(routes)
        self._changed = changed

    def append(self, route: BaseRoute, /) -> None:
        super().append(route)
        self._changed()

    def extend(self, routes: Iterable[BaseRoute], /) -> None:
        super().extend(routes)
        self._changed()

    def insert(self, index: SupportsIndex, route: BaseRoute, /) -> None:
        super().insert(index, route)
        self._changed()

    def remove(self, route: BaseRoute, /) -> None:
        super().remove(route)
        self._changed()

    def pop(self, index: SupportsIndex = -1, /) -> BaseRoute:
        route = super().pop(index)
        self._changed()
        return route

    def clear(self) -> None:
        super().clear()
        self._changed()

    def reverse(self) -> None:
        super().reverse()
        self._changed()

    def sort(self, **options: Any) -> None:
        super().sort(**options)
        self._changed()

    def __setitem__(self, index: Any, value: Any, /) -> None:
        super().__setitem__(index, value)
        self._changed()

    def __delitem__(self, index: SupportsIndex | slice, /) -> None:
        super().__delitem__(index)
        self._changed()

    def __iadd__(self, routes: Iterable[BaseRoute], /) -> RouteList:  # type: ignore[misc,override]  # list is typed for any element
        self.extend(routes)
        return self


class IncludedRouter(BaseRoute):
    """The place of an included router among the routes of the router around it."""

    def __init__(self, router: APIRouter, inherited: Inherited) -> None:
        self.router = router
        self.inherited = inherited

    def effective_low_priority_routes(self, outer: Inherited | None = None) -> Iterator[BaseRoute]:
        """All low-priority routes below, as the inclusions around them make them."""
        inherited = self.inherited if outer is None else outer.then(self.inherited)
        for route in self.router._low_priority_routes:
            yield _within(route, inherited)
        yield from _included_low_priority_routes(self.router.routes, inherited)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The match of the first route below that has one."""
        partial: tuple[Match, Scope] = (Match.NONE, {})
        for route in effective_routes([self]):
            match, child_scope = route.matches(scope)
            if match is Match.FULL:
                return match, {**child_scope, "route": route}
            if match is Match.PARTIAL and partial[0] is Match.NONE:
                partial = match, {**child_scope, "route": route}
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands over to the route that matched."""
        await scope["route"].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of the first route below with that name."""
        return url_path_for(effective_routes([self]), name, path_params)


def url_path_for(routes: Iterable[BaseRoute], name: str, path_params: dict[str, Any]) -> URLPath:
    """The path of the first route that has the name and exactly these parameters.

    Raises:
        NoMatchFound: no route has them.
    """
    from starlette.routing import NoMatchFound

    for route in routes:
        try:
            return route.url_path_for(name, **path_params)
        except NoMatchFound:
            continue
    raise NoMatchFound(name, path_params)


def effective_routes(
    routes: Iterable[BaseRoute], outer: Inherited | None = None
) -> Iterator[BaseRoute]:
    """All routes below, in order of declaration, as the inclusions around them make them."""
    for route, _ in effective_pairs(routes, outer):
        yield route


def effective_pairs(
    routes: Iterable[BaseRoute], outer: Inherited | None = None
) -> Iterator[tuple[BaseRoute, BaseRoute]]:
    """As `effective_routes`, each with the route as it was declared."""
    for route in routes:
        if isinstance(route, IncludedRouter):
            inherited = route.inherited if outer is None else outer.then(route.inherited)
            yield from effective_pairs(route.router.routes, inherited)
        elif outer is None:
            yield route, route
        else:
            yield _within(route, outer), route


def low_priority_routes(router: APIRouter) -> list[BaseRoute]:
    """All routes below that are asked last; among front ends the one with the longest path."""
    routes = [*router._low_priority_routes, *_included_low_priority_routes(router.routes)]
    return sorted(
        routes, key=lambda route: -len(route.path) if isinstance(route, Frontend) else -math.inf
    )


def _included_low_priority_routes(
    routes: Iterable[BaseRoute], outer: Inherited | None = None
) -> Iterator[BaseRoute]:
    for route in routes:
        if isinstance(route, IncludedRouter):
            yield from route.effective_low_priority_routes(outer)


def _within(route: BaseRoute, outer: Inherited) -> BaseRoute:
    if isinstance(route, (APIRoute, APIWebSocketRoute, Frontend)):
        return route.within(outer)
    if not outer.prefix or isinstance(route, Host):
        return route
    if isinstance(route, (Route, WebSocketRoute, Mount)):
        prefixed = copy(route)
        prefixed.path = outer.prefix + route.path
        pattern = prefixed.path + "/{path:path}" if isinstance(route, Mount) else prefixed.path
        prefixed.path_regex, prefixed.path_format, prefixed.param_convertors = compile_path(pattern)
        return prefixed
    return route


class RouteContext:
    """A route as it is served: attributes are those of the effective route."""

    __slots__ = ("original_route", "route")

    def __init__(self, route: BaseRoute, original_route: BaseRoute) -> None:
        self.route = route
        self.original_route = original_route

    def __getattr__(self, name: str) -> Any:
        if name in ("path", "path_format", "name", "methods", "endpoint"):
            return getattr(self.route, name, None)
        return getattr(self.route, name)


def iter_route_contexts(
    routes: Iterable[BaseRoute | RouteContext],
) -> Iterator[RouteContext]:
    """Walks a tree of routes: each route below, as the inclusions around it make it."""
    for route in routes:
        if isinstance(route, RouteContext):
            yield route
        else:
            for effective, original in effective_pairs([route]):
                yield RouteContext(effective, original)
