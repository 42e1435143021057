"""How a router serves what is declared in it: its compiled table."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any
from weakref import ref

from starlette.routing import BaseRoute, Match, Router

from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import fail
from ferroapi.routing.route_context import RouteContext
from ferroapi.routing.route_list import RouteList
from ferroapi.routing.scope import included_router
from ferroapi.routing.table import RouteTable
from ferroapi.routing.tree import low_priority_routes, route_contexts, url_path_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from starlette.datastructures import URLPath
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi.routing.inheritance import Inherited


class ServingRouter(Router):
    """A router whose routes are compiled when the first request comes, and after they changed."""

    routes: RouteList

    def __init__(
        self, routes: Iterable[BaseRoute], *, redirect_slashes: bool, default: ASGIApp | None
    ) -> None:
        """
        Args:
            routes: routes to start with.
            redirect_slashes: whether a path with its last slash added or removed is redirected to.
            default: the ASGI application that gets what no route takes.
        """
        self._table: RouteTable | None = None
        self._serve: ASGIApp | None = None
        self._parents: list[ref[ServingRouter]] = []
        self.routes_version = 0
        super().__init__(redirect_slashes=redirect_slashes, default=default)
        self.routes = RouteList(routes, self._mark_routes_changed)
        self._low_priority_routes = RouteList((), self._mark_routes_changed)

    @abstractmethod
    def _limits(self) -> Inherited:
        """The limits of the router itself."""

    @property
    def redirect_slashes(self) -> bool:
        """Whether a path with its last slash added or removed is redirected to."""
        return self._redirect_slashes

    @redirect_slashes.setter
    def redirect_slashes(self, redirects: bool) -> None:
        self._redirect_slashes = redirects
        self._mark_routes_changed()

    @property
    def default(self) -> ASGIApp:
        """The ASGI application that gets what no route takes."""
        return self._default

    @default.setter
    def default(self, app: ASGIApp) -> None:
        self._default = app
        self._mark_routes_changed()

    def _mark_routes_changed(self) -> None:
        """Forgets what was compiled, here and in all routers this one is included in."""
        self._table = self._serve = None
        self.routes_version += 1
        for parent in self._parents:
            router = parent()
            if router is not None:
                router._mark_routes_changed()

    def forget_plans(self) -> None:
        """Has every plan made again by its next request, after overrides changed."""
        if self._table is not None:
            self._table.forget_plans()

    def _compiled(self) -> RouteTable:
        if self._table is None:
            self._table = self.make_table(
                route_contexts(self.routes, deciding=True), low_priority_routes(self)
            )
        return self._table

    def _start(self) -> ASGIApp:
        table = self._compiled()
        limited = self._limits().limited(table)
        self._serve = table.respond if limited is table else limited
        return self._serve

    def make_table(
        self, contexts: Iterable[RouteContext], low_priority: Iterable[BaseRoute] = ()
    ) -> RouteTable:
        """Compiles routes with the settings of this router."""
        return RouteTable(
            contexts,
            low_priority=low_priority,
            redirect_slashes=self.redirect_slashes,
            default=self.default,
        )

    @property
    def _decides(self) -> bool:
        """Whether a subclass overrides what matches or how it is handled."""
        kind, ours = type(self), ServingRouter
        return kind.matches is not ours.matches or kind.handle is not ours.handle

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether an included router has a route for the request.

        A subclass may refuse a request it does not like, by a header for example. It is asked for
        every request, in its place among the routes around it.
        """
        included = included_router(scope, self)
        return (Match.NONE, {}) if included is None else included.table.matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request the router matched. A subclass may do more around it."""
        included = included_router(scope, self)
        app = self.app if included is None else included.table
        await app(scope, receive, send)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers requests and handshakes, and runs the lifespan."""
        await self.respond(scope, receive, send)

    def respond(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """What `app` does, to be awaited at once."""
        if "router" not in scope:
            scope["router"] = self
        if scope["type"] == "lifespan":
            return self.lifespan(scope, receive, send)
        try:
            serve = self._serve or self._start()
        except Exception as error:
            # Inclusions may bring dependencies that cannot be declared.
            return fail(error, Exchange(scope, receive, send))
        return serve(scope, receive, send)

    def explain(self, path: str, method: str = "GET") -> str:
        """See `FastAPI.explain`."""
        return self._compiled().explain(method, path)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of the first route with that name and exactly these parameters."""
        return url_path_for(route_contexts(self.routes), name, path_params)
