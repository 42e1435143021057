"""How a router serves what is declared in it: its compiled table."""

from __future__ import annotations

import itertools
from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute, Match, Router

from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import fail
from ferroapi.dependency_overrides import state_of_overrides, tells_of_overrides
from ferroapi.live import Live, changed, compiled, keep
from ferroapi.originals import are_same, is_same
from ferroapi.routing.answers import SlashRedirects
from ferroapi.routing.introspection import RouteEntry, route_entries
from ferroapi.routing.route_context import RouteContext
from ferroapi.routing.route_list import RouteList
from ferroapi.routing.scope import included_router
from ferroapi.routing.table import RouteTable
from ferroapi.routing.tree import (
    included_routers,
    low_priority_routes,
    route_contexts,
    url_path_for,
)
from ferroapi.routing.watching import watching

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Iterator

    from starlette.datastructures import URLPath
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi._core import DirectTable
    from ferroapi.routing.inheritance import Inherited
    from ferroapi.routing.watching import State


_versions = itertools.count(1)


class ServingRouter(Live, Router):
    """A router whose routes are compiled when the first request comes, and after they changed."""

    routes: list[BaseRoute]

    auto_head: bool | None

    _live = frozenset(
        {
            "app",
            "auto_head",
            "default",
            "default_response_class",
            "dependency_overrides_provider",
            "form_limits",
            "generate_unique_id_function",
            "handle",
            "matches",
            "max_body_size",
            "middleware_stack",
            "redirect_slashes",
            "routes",
            "strict_content_type",
        }
    )

    redirect_slashes: SlashRedirects  # type: ignore[assignment]  # Starlette's says less

    def __init__(
        self,
        routes: Iterable[BaseRoute],
        *,
        redirect_slashes: SlashRedirects,
        default: ASGIApp | None,
    ) -> None:
        """
        Args:
            routes: routes to start with.
            redirect_slashes: whether a path with its last slash added or removed is redirected to,
                `"absolute"` by a URL with the host that the request names.
            default: the ASGI application that gets what no route takes.
        """
        self._table: RouteTable | None = None
        self._serve: ASGIApp | None = None
        self._serves_at_once = False
        self._seen_routes: list[BaseRoute] = []
        self._routes_version = next(_versions)
        super().__init__(redirect_slashes=bool(redirect_slashes), default=default)
        self.redirect_slashes = redirect_slashes
        self.routes = RouteList(routes, self)
        self._low_priority_routes = RouteList((), self)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "routes":
            self._routes_version = next(_versions)
        super().__setattr__(name, value)

    def __getstate__(self) -> dict[str, Any]:
        """A copy compiles for itself."""
        return {**vars(self), "_table": None, "_serve": None}

    @abstractmethod
    def _defaults(self) -> Inherited:
        """What the router has now for the routes in it that have none of their own."""

    @abstractmethod
    def _limits(self) -> Inherited:
        """What the router has for its routes that did not go into them when they were declared."""

    def _get_routes_version(self) -> int:
        """A number that changes with the routes, here and in all routers that are included."""
        below = included_routers(self.routes)
        return max((self._own_version(), *(router._get_routes_version() for router in below)))

    def _own_version(self) -> int:
        if type(self.routes) is not RouteList and not are_same(self.routes, self._seen_routes):
            self._seen_routes = list(self.routes)
            self._routes_version = next(_versions)
        return self._routes_version

    def _mark_routes_changed(self) -> None:
        self._routes_version = next(_versions)
        changed()

    def _forget_compiled(self) -> None:
        """Has the routes compiled again by the next request."""
        self._table = self._serve = None

    def _forget_plans(self) -> None:
        """Has every plan made again by its next request."""
        if self._table is not None:
            self._table.forget_plans()

    def _compiled(self) -> RouteTable:
        known = self._table
        if known is not None:
            return known
        changes = compiled(self)
        table = self._make_table(
            route_contexts(self.routes, deciding=True),
            low_priority_routes(self),
            anew=self._respond_anew,
        )
        keep(self, changes, _table=table)
        return table

    def _start(self) -> ASGIApp:
        changes = compiled(self)
        table = self._compiled()
        limited = self._limits().limited(table)
        at_once = self._at_once(table) if limited is table else None
        serve = watching(
            at_once or (table.respond if limited is table else limited),
            list(self._states(table)),
            self._serve_anew,
        )
        keep(self, changes, _serve=serve, _serves_at_once=serve is at_once)
        return serve

    def _at_once(self, table: RouteTable) -> ASGIApp | None:
        """What `_respond` does by a table, with no step in Python before most operations."""

        def otherwise(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            if "router" not in scope:
                scope["router"] = self
            respond = self.lifespan if scope["type"] == "lifespan" else table.respond
            return respond(scope, receive, send)

        made = table.asgi(self, otherwise)
        return None if made is None else made.respond

    def _entry(self) -> ASGIApp:
        """What does what `_respond` does until something changes, sooner where that is possible."""
        try:
            serve = self._serve or self._start()
        except Exception:
            # It is raised again where it can be answered.
            return self._respond
        return serve if self._serves_at_once else self._respond

    def _states(self, table: RouteTable) -> Iterator[State]:
        """What the table was compiled of and does not tell when it changes."""
        for router in (self, *included_routers(self.routes, nested=True)):
            if type(router.routes) is not RouteList:
                yield router._own_version
        targets = (*table.targets, *table.low_priority)
        providers = {id(p): p for p in (t.context.dependency_overrides_provider for t in targets)}
        for provider in providers.values():
            if not tells_of_overrides(provider):
                yield partial(state_of_overrides, provider)

    def _respond_anew(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answers a request by what was compiled of what is declared now."""
        changed()
        return self._compiled().respond(scope, receive, send)

    def _serve_anew(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        changed()
        return self._respond(scope, receive, send)

    def _make_table(
        self,
        contexts: Iterable[RouteContext],
        low_priority: Iterable[BaseRoute] = (),
        *,
        anew: ASGIApp,
    ) -> RouteTable:
        """Compiles routes with the settings of this router."""
        return RouteTable(
            contexts,
            low_priority=low_priority,
            redirect_slashes=self.redirect_slashes,
            default=self.default,
            auto_head=bool(self.auto_head),
            anew=anew,
        )

    @property
    def _decides(self) -> bool:
        """Whether a subclass overrides what matches or how it is handled, or whoever has it."""
        kind, own = type(self), vars(self)
        return (
            kind.matches is not _MATCHES
            or kind.handle is not _HANDLE
            or "matches" in own
            or "handle" in own
        )

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
        await self._respond(scope, receive, send)

    def _respond(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
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

    def _direct_table(self, application: Any, *, unless_imported: str | None) -> DirectTable | None:
        """See `RouteTable.direct`; `None` also where something is around the table.

        Args:
            application: whose router this is.
            unless_imported: the module that has to see all requests as soon as it is imported.
        """
        table = self._compiled()
        if is_same(self._entry(), self._respond):
            return None

        def enter_router(scope: Scope) -> None:
            scope["app"] = application
            scope["router"] = self

        return table.direct(application, enter_router, unless_imported=unless_imported)

    def explain(self, path: str, method: str = "GET") -> str:
        """See `FastAPI.explain`."""
        return self._compiled().explain(method, path)

    def route_table(self) -> list[RouteEntry]:
        """See `FastAPI.route_table`."""
        return route_entries(self)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of the first route with that name and exactly these parameters."""
        return url_path_for(route_contexts(self.routes), name, path_params)


# As they were imported: what somebody has put into their place since then is called.
_MATCHES, _HANDLE = ServingRouter.matches, ServingRouter.handle
