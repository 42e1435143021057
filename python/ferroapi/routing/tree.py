"""The tree of routers: inclusions are live, and the routes below them are seen flat."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from copy import copy
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
from ferroapi.routing.paths import PathAttributes, path_convertors
from ferroapi.routing.route import APIRoute
from ferroapi.routing.scope import INCLUDED_ROUTER, SCOPE_KEY
from ferroapi.routing.websocket_route import APIWebSocketRoute

if TYPE_CHECKING:
    from starlette.convertors import Convertor
    from starlette.datastructures import URLPath
    from starlette.types import Receive, Scope, Send

    from ferroapi.routing.inheritance import Inherited
    from ferroapi.routing.router import APIRouter
    from ferroapi.routing.serving import ServingRouter
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

    `route` and `original_route` are the route as it was declared. The effective route is made when
    it is asked for: finding a route among many does not take all of them.
    """

    __slots__ = ("_effective_route", "inherited", "original_route")

    def __init__(self, route: BaseRoute, inherited: Inherited | None = None) -> None:
        """
        Args:
            route: the route as it was declared.
            inherited: the settings of the inclusions around it; `None` when there are none.
        """
        self.original_route = route
        self.inherited = inherited
        self._effective_route = route if inherited is None else None

    @property
    def route(self) -> BaseRoute:
        """The route as it was declared."""
        return self.original_route

    @property
    def effective_route(self) -> BaseRoute:
        """The route as the inclusions around it make it."""
        route = self._effective_route
        if route is None:
            assert self.inherited is not None
            route = self._effective_route = _within(self.original_route, self.inherited)
        return route

    @property
    def made_route(self) -> BaseRoute | None:
        """The effective route, when somebody has asked for it."""
        return self._effective_route

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

    @property
    def _prefix(self) -> str:
        return "" if self.inherited is None else self.inherited.prefix

    @property
    def endpoint(self) -> Any:
        """What answers; `None` for routes without an endpoint."""
        return getattr(self.original_route, "endpoint", None)

    def __getattr__(self, name: str) -> Any:
        if name in ("path_format", "name", "methods"):
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
        # Both with the version of the routes they were made of.
        self._below: tuple[int, list[RouteContext]] | None = None
        self._table: tuple[int, RouteTable] | None = None

    @property
    def decides(self) -> bool:
        """Whether the router overrides what matches or how it is handled."""
        from ferroapi.routing.router import APIRouter

        kind = type(self.router)
        return kind.matches is not APIRouter.matches or kind.handle is not APIRouter.handle

    def within(self, outer: Inherited) -> IncludedRouter:
        """The inclusion with the settings of those around it."""
        return IncludedRouter(self.router, outer.then(self.inherited))

    def below(self) -> list[RouteContext]:
        """What is declared in the router, with the settings of this inclusion."""
        version = self.router.routes_version
        if self._below is None or self._below[0] != version:
            contexts = [RouteContext(route, self.inherited) for route in self.router.routes]
            self._below = version, contexts
        return self._below[1]

    def contexts(self) -> Iterator[RouteContext]:
        """The routes below, with the settings of this inclusion."""
        return _flat(self.below())

    def effective_low_priority_routes(self, outer: Inherited | None = None) -> Iterator[BaseRoute]:
        """All low-priority routes below, as the inclusions around them make them."""
        included = self if outer is None else self.within(outer)
        for route in self.router._low_priority_routes:
            yield _within(route, included.inherited)
        yield from _included_low_priority_routes(self.router.routes, included.inherited)

    @property
    def table(self) -> RouteTable:
        """The routes of a router that is asked as a whole."""
        version = self.router.routes_version
        if self._table is None or self._table[0] != version:
            self._table = version, self.router.make_table(_flat(self.below(), deciding=True))
        return self._table[1]

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
    routes: Iterable[BaseRoute], *, deciding: bool = False
) -> Iterator[RouteContext]:
    """All routes below, in order of declaration, as the inclusions around them make them.

    With `deciding`, a router that decides for itself what matches stands for its routes. Inclusions
    keep the contexts below them until a route changes.
    """
    return _flat((RouteContext(route) for route in routes), deciding=deciding)


def _flat(contexts: Iterable[RouteContext], *, deciding: bool = False) -> Iterator[RouteContext]:
    for context in contexts:
        if isinstance(context.original_route, IncludedRouter):
            included = context.effective_route
            assert isinstance(included, IncludedRouter)
            if not (deciding and included.decides):
                yield from _flat(included.below(), deciding=deciding)
                continue
        yield context


def low_priority_routes(router: ServingRouter) -> list[BaseRoute]:
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
    if isinstance(route, (APIRoute, APIWebSocketRoute, Frontend, IncludedRouter)):
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
