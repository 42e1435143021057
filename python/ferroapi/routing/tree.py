"""The tree of routers: inclusions are live, and the routes below them are seen flat."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute, Match, NoMatchFound

from ferroapi.live import Live, LiveClass, changed, compiled, keep
from ferroapi.routing.frontend import Frontend
from ferroapi.routing.inheritance import Inheriting
from ferroapi.routing.route_context import RouteContext, within
from ferroapi.routing.scope import INCLUDED_ROUTER, SCOPE_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from starlette.datastructures import URLPath
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi.routing.inheritance import Inherited

    class Table(Protocol):
        """The compiled routes of a router that is asked as a whole."""

        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            """Whether any route takes a request."""
            ...

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            """Answers a request."""
            ...

        def forget_plans(self) -> None:
            """Drops all plans; each is made again by its next request."""
            ...

    class IncludableRouter(Protocol):
        """What an inclusion asks of the router that is included."""

        @property
        def routes(self) -> Sequence[BaseRoute]:
            """Its routes, in order of declaration."""
            ...

        def _own_version(self) -> int: ...

        def _defaults(self) -> Inherited: ...

        @property
        def _low_priority_routes(self) -> Sequence[BaseRoute]: ...

        def _get_routes_version(self) -> int:
            """A number that changes with the routes, in the router and in those below it."""
            ...

        @property
        def _decides(self) -> bool: ...

        def _make_table(self, contexts: Iterable[RouteContext], *, anew: ASGIApp) -> Table:
            """Compiles routes with the settings of the router."""
            ...

        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            """Whether it takes a request."""
            ...

        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            """Answers a request that it takes."""
            ...


class IncludedRouter(Live, Inheriting, BaseRoute, metaclass=LiveClass):
    """The place of an included router among the routes of the router around it.

    Its routes are served in its place, unless the router or whoever has this place decides what
    matches or how it is handled: then it is asked as a whole.
    """

    _live = frozenset({"handle", "matches"})

    def __init__(self, router: IncludableRouter, inherited: Inherited) -> None:
        self.router = router
        self.inherited = replace(inherited, included_router=router)
        # Both with the version of the routes they were made of.
        self._below: tuple[int, list[RouteContext]] | None = None
        self._table: tuple[int, Table] | None = None
        self._is_made = True

    @property
    def dependency_overrides_provider(self) -> Any:
        """What has the replacements of dependencies."""
        return self.inherited.dependency_overrides_provider

    @property
    def original_router(self) -> IncludableRouter:
        """The router as it was declared."""
        return self.router

    @property
    def include_context(self) -> Inherited:
        """The settings of this inclusion and of those around it."""
        return self.inherited

    def effective_candidates(self) -> list[RouteContext | IncludedRouter]:
        """What is declared in the router; inclusions in it have the settings of those around."""
        return [
            route if isinstance(route := context.effective_route, IncludedRouter) else context
            for context in self.below()
        ]

    def effective_route_contexts(self) -> Iterator[RouteContext]:
        """All routes below, as the inclusions around them make them."""
        return self.contexts()

    def _within(self, outer: Inherited) -> IncludedRouter:
        """The inclusion with the settings of those around it."""
        return IncludedRouter(self.router, outer.then(self.inherited))

    def below(self) -> list[RouteContext]:
        """What is declared in the router, with the settings of this inclusion."""
        version = self.router._get_routes_version()
        if self._below is None or self._below[0] != version:
            # What the router has now counts for the routes in it that have none of their own; the
            # inclusions in it have what it had when they were made.
            inherited = self.inherited.then(self.router._defaults())
            contexts = [
                RouteContext(
                    route, self.inherited if isinstance(route, IncludedRouter) else inherited
                )
                for route in self.router.routes
            ]
            self._below = version, contexts
        return self._below[1]

    def contexts(self) -> Iterator[RouteContext]:
        """The routes below, with the settings of this inclusion."""
        return _flat(self.below())

    def effective_low_priority_routes(self, outer: Inherited | None = None) -> Iterator[BaseRoute]:
        """All low-priority routes below, as the inclusions around them make them."""
        included = self if outer is None else self._within(outer)
        for route in self.router._low_priority_routes:
            yield within(route, included.inherited)
        yield from _included_low_priority_routes(self.router.routes, included.inherited)

    @property
    def decides(self) -> bool:
        """Whether something else than the routes decides what matches or how it is handled."""
        kind = type(self)
        return (
            self.router._decides
            or kind.matches is not _MATCHES
            or kind.handle is not _HANDLE
            or not vars(self).keys().isdisjoint(self._live)
        )

    @property
    def table(self) -> Table:
        """The routes of a router that is asked as a whole."""
        known, version = self._table, self.router._get_routes_version()
        if known is None or known[0] != version:
            changes = compiled(self)
            contexts = _flat(self.below(), deciding=True)
            known = version, self.router._make_table(contexts, anew=self._respond_anew)
            keep(self, changes, _table=known)
        return known[1]

    async def _respond_anew(self, scope: Scope, receive: Receive, send: Send) -> None:
        changed()
        await self.table(scope, receive, send)

    def _forget_compiled(self) -> None:
        """Has the table made again when it is asked for."""
        self._table = None

    def __getstate__(self) -> dict[str, Any]:
        """A copy makes its own."""
        return {**vars(self), "_below": None, "_table": None}

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


# As they were imported: what somebody has put into their place since then is called.
_MATCHES, _HANDLE = IncludedRouter.matches, IncludedRouter.handle

# By which FastAPI's users know a node of the tree.
IncludedRouter.__name__ = "_IncludedRouter"


def included_routers(
    routes: Iterable[BaseRoute], *, nested: bool = False
) -> Iterator[IncludableRouter]:
    """The routers that are included among `routes`, those within them too with `nested`."""
    for route in routes:
        if isinstance(route, IncludedRouter):
            yield route.router
            if nested:
                yield from included_routers(route.router.routes, nested=True)


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


def low_priority_routes(router: IncludableRouter) -> list[BaseRoute]:
    """All routes below that are asked last; among front ends the one with the longest path."""
    routes = [*router._low_priority_routes, *_included_low_priority_routes(router.routes)]
    return sorted(
        routes, key=lambda route: -len(route.path) if isinstance(route, Frontend) else -math.inf
    )


def all_route_contexts(router: IncludableRouter) -> Iterator[RouteContext]:
    """All routes below, in the order in which they are asked."""
    yield from route_contexts(router.routes)
    for route in low_priority_routes(router):
        yield RouteContext(route)


def _included_low_priority_routes(
    routes: Iterable[BaseRoute], outer: Inherited | None = None
) -> Iterator[BaseRoute]:
    for route in routes:
        if isinstance(route, IncludedRouter):
            yield from route.effective_low_priority_routes(outer)


def iter_route_contexts(
    routes: Iterable[BaseRoute | RouteContext],
) -> Iterator[RouteContext]:
    """Walks a tree of routes: each route below, as the inclusions around it make it."""
    for route in routes:
        if isinstance(route, RouteContext):
            yield route
        else:
            yield from route_contexts([route])


def iter_routes_with_context(
    routes: Iterable[BaseRoute],
) -> Iterator[tuple[BaseRoute, RouteContext | None]]:
    """Each route below as it was declared, with its context where inclusions make one."""
    for context in route_contexts(routes):
        yield context.original_route, None if context.inherited is None else context
