"""The tree of routers: inclusions are live, and the routes below them are seen flat."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, SupportsIndex

from starlette.routing import (
    BaseRoute,
    Host,
    Match,
    Mount,
    NoMatchFound,
    Route,
    Router,
    WebSocketRoute,
    compile_path,
)

from ferroapi.routing.frontend import Frontend
from ferroapi.routing.route import APIRoute
from ferroapi.routing.scope import INCLUDED_ROUTER, SCOPE_KEY
from ferroapi.routing.websocket_route import APIWebSocketRoute

if TYPE_CHECKING:
    from starlette.datastructures import URLPath
    from starlette.types import Receive, Scope, Send

    from ferroapi.routing.inheritance import Inherited
    from ferroapi.routing.router import APIRouter
    from ferroapi.routing.table import RouteTable


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


class RouteContext:
    """A route as it is served. Attributes are those of the effective route, which inclusions make.

    `route` and `original_route` are the route as it was declared.
    """

    __slots__ = ("effective_route", "original_route")

    def __init__(self, effective_route: BaseRoute, original_route: BaseRoute) -> None:
        self.effective_route = effective_route
        self.original_route = original_route

    @property
    def route(self) -> BaseRoute:
        """The route as it was declared."""
        return self.original_route

    def __getattr__(self, name: str) -> Any:
        if name in ("path", "path_format", "name", "methods", "endpoint"):
            return getattr(self.effective_route, name, None)
        return getattr(self.effective_route, name)


class IncludedRouter(BaseRoute):
    """The place of an included router among the routes of the router around it.

    Its routes are served in its place, unless the class of the router decides for itself what
    matches or how it is handled: then it is asked as a whole.
    """

    def __init__(self, router: APIRouter, inherited: Inherited) -> None:
        self.router = router
        self.inherited = inherited

    @property
    def decides(self) -> bool:
        """Whether the router overrides what matches or how it is handled."""
        from ferroapi.routing.router import APIRouter

        kind = type(self.router)
        return kind.matches is not APIRouter.matches or kind.handle is not APIRouter.handle

    def within(self, outer: Inherited | None) -> IncludedRouter:
        """The inclusion with the settings of those around it."""
        inherited = self.inherited if outer is None else outer.then(self.inherited)
        return IncludedRouter(self.router, inherited)

    def contexts(self) -> Iterator[RouteContext]:
        """The routes below, with the settings of this inclusion."""
        return route_contexts(self.router.routes, self.inherited)

    def effective_low_priority_routes(self, outer: Inherited | None = None) -> Iterator[BaseRoute]:
        """All low-priority routes below, as the inclusions around them make them."""
        included = self.within(outer)
        for route in self.router._low_priority_routes:
            yield _within(route, included.inherited)
        yield from _included_low_priority_routes(self.router.routes, included.inherited)

    @cached_property
    def table(self) -> RouteTable:
        """The routes of a router that is asked as a whole."""
        contexts = route_contexts(self.router.routes, self.inherited, deciding=True)
        return self.router.make_table(contexts)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """What the router answers when it is asked."""
        return self.router.matches({**scope, SCOPE_KEY: {INCLUDED_ROUTER: self}})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Has the router handle a request it matched."""
        scope[SCOPE_KEY] = {INCLUDED_ROUTER: self}
        await self.router.handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of the first route below with that name."""
        return url_path_for(self.contexts(), name, path_params)


def url_path_for(
    contexts: Iterable[RouteContext], name: str, path_params: dict[str, Any]
) -> URLPath:
    """The path of the first route that has the name and exactly these parameters.

    Raises:
        NoMatchFound: no route has them.
    """
    for context in contexts:
        try:
            return context.effective_route.url_path_for(name, **path_params)
        except NoMatchFound:
            continue
    raise NoMatchFound(name, path_params)


def route_contexts(
    routes: Iterable[BaseRoute], outer: Inherited | None = None, *, deciding: bool = False
) -> Iterator[RouteContext]:
    """All routes below, in order of declaration, as the inclusions around them make them.

    With `deciding`, a router that decides for itself what matches stands for its routes.
    """
    for route in routes:
        if isinstance(route, IncludedRouter):
            included = route.within(outer)
            if deciding and included.decides:
                yield RouteContext(included, route)
            else:
                yield from route_contexts(
                    included.router.routes, included.inherited, deciding=deciding
                )
        elif outer is None:
            yield RouteContext(route, route)
        else:
            yield RouteContext(_within(route, outer), route)


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
    prefixed = _prefixed(route, outer.prefix) if outer.prefix else route
    app = getattr(prefixed, "app", None)
    limited = outer.limited(app) if app is not None else None
    if limited is app:
        return prefixed
    route = copy(prefixed)
    route.app = limited  # type: ignore[attr-defined]  # it has one
    return route


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


def iter_route_contexts(
    routes: Iterable[BaseRoute | RouteContext],
) -> Iterator[RouteContext]:
    """Walks a tree of routes: each route below, as the inclusions around it make it."""
    for route in routes:
        if isinstance(route, RouteContext):
            yield route
        else:
            yield from route_contexts([route])
