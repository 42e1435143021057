"""The compiled routing table: one look-up in the core, then the plan of the route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from starlette import routing
from starlette.routing import BaseRoute, Match

from ferroapi._core import AsgiTable, DirectTable, MethodNotAllowed, Redirect, Router
from ferroapi.compatibility import COMPATIBLE
from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import fail
from ferroapi.originals import function_of, has_own
from ferroapi.routing import not_found
from ferroapi.routing.answers import SlashRedirects, guarded, redirection, refusal
from ferroapi.routing.head import with_heads
from ferroapi.routing.root_path import below
from ferroapi.routing.route import APIRoute
from ferroapi.routing.route_context import RouteContext
from ferroapi.routing.scope import SCOPE_KEY
from ferroapi.routing.target import Pattern, Target, enter_mount
from ferroapi.safeguards import hand_down
from ferroapi.telemetry.current import TELEMETRY_KEY, route_selected

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi._core import DirectRequest


# As it was imported, unless somebody had replaced it before.
_NOT_FOUND = routing.Router.not_found if has_own(routing.Router, "not_found") else None


class _Asked(NamedTuple):
    """A route that was asked whether it matches, and what it has said."""

    target: Target
    match: Match
    child_scope: Scope


class RouteTable:
    """Answers requests by the first declared route that takes them."""

    def __init__(
        self,
        contexts: Iterable[RouteContext],
        *,
        low_priority: Iterable[BaseRoute] = (),
        redirect_slashes: SlashRedirects,
        default: ASGIApp,
        auto_head: bool = False,
        anew: ASGIApp,
    ) -> None:
        """
        Args:
            contexts: the routes as they are served, in order of declaration.
            low_priority: routes that are asked, in this order, where no other route has the path,
                not even with another method or slash.
            redirect_slashes: whether a path with its last slash added or removed is redirected to,
                `"absolute"` by a URL with the host of the request.
            default: gets what no route takes.
            auto_head: whether GET operations answer HEAD that do not say so themselves.
            anew: answers by a table of what the routes are now, where one says that it is no more
                what this table was made of.
        """
        self.targets = with_heads([Target(context) for context in contexts], auto_head)
        self.low_priority = [Target(RouteContext(route)) for route in low_priority]
        self._default = default
        self._anew = anew
        self._default_is_plain = _NOT_FOUND is not None and function_of(default) is _NOT_FOUND
        self._redirects = redirect_slashes
        self._asked: list[int] = []
        self._ranks: list[int] = []
        patterns: list[Pattern] = []
        for rank, target in enumerate(self.targets):
            pattern = target.pattern
            if pattern is None:
                self._asked.append(rank)
            else:
                self._ranks.append(rank)
                patterns.append(pattern)
        self._matched = [self.targets[rank] for rank in self._ranks]
        self._router = router = Router(patterns, redirect_slashes=bool(redirect_slashes))
        self._direct: DirectTable | None = None
        self._asgi: AsgiTable | None = None
        self._match = router.match
        self._match_websocket = router.match_websocket

    def forget_plans(self) -> None:
        """Drops all plans; each is made again by its next request."""
        for target in (*self.targets, *self.low_priority):
            target.forget_plan()
        for compiled in (self._direct, self._asgi):
            if compiled is not None:
                compiled.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request or handshake."""
        await self.respond(scope, receive, send)

    def respond(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """The answer to one request or handshake, to be awaited at once."""
        try:
            path = scope["path"]
            root_path = scope.get("root_path", "")
            if root_path:
                path = below(root_path, path)
            # What `_find` does, without a call.
            found: Any
            if scope["type"] == "http":
                found = self._match(scope["method"], path)
            else:
                found = self._match_websocket(path)
            asked = self._ask(scope, found) if self._asked else None
            captures: dict[str, Any] | None = None
            if asked is None and type(found) is tuple:
                index, captures = found
                target = self._matched[index]
                if target.convertors:
                    captures = target.convert(captures)
                if target.planned and captures is not None:
                    # What `Target.enter` does, without a call.
                    outer = scope.get("path_params")
                    scope["path_params"] = {**outer, **captures} if outer else captures
                    scope["endpoint"] = target.endpoint
                    scope["route"] = target.context.original_route
                    scope[SCOPE_KEY] = target.scope
                    return (target.run or target.compile(scope))(scope, receive, send)
            app = self._other(asked, found, captures, path, scope)
            if app is self._default and self._default_is_plain and not_found.is_plain(scope):
                return not_found.send_not_found(send)
            return guarded(app, scope, receive, send)
        except Exception as error:
            # What a route or a convertor raises while it is asked, or a plan that cannot be made: a
            # replacement of a dependency may be declared in a way that cannot be meant.
            return _failed(error, scope, receive, send)

    def asgi(self, router: object, otherwise: ASGIApp) -> AsgiTable | None:
        """What answers requests by ASGI in the least time; `None` where routes are to be asked.

        Args:
            router: what the scope has as its router.
            otherwise: answers what is not simply an operation.
        """
        if self._asked:
            return None
        self._asgi = AsgiTable(self._router, router, self._compile_for_asgi, otherwise, _failed)
        return self._asgi

    def _compile_for_asgi(self, index: int, scope: Scope) -> tuple[ASGIApp, dict[str, Any]] | None:
        target = self._matched[index]
        if not target.planned or target.convertors:
            return None
        entries = {
            "endpoint": target.endpoint,
            "route": target.context.original_route,
            SCOPE_KEY: target.scope,
        }
        scope.update(entries)
        return target.run or target.compile(scope), entries

    def direct(
        self, application: Any, enter: Callable[[Scope], None], *, unless_imported: str | None
    ) -> DirectTable | None:
        """What our server answers requests by, without ASGI; `None` where routes are to be asked.

        Args:
            application: what the router is of.
            enter: writes into a scope what is around the table.
            unless_imported: the module that has to see all requests as soon as it is imported.
        """
        if self._asked:
            return None

        def compile_directly(
            index: int,
        ) -> tuple[Callable[[DirectRequest], Awaitable[None]], Callable[..., None]] | None:
            target = self._matched[index]
            answer = target.compile_directly(application)

            def complete_scope(scope: Scope, captures: dict[str, Any]) -> None:
                enter(scope)
                target.enter(scope, captures)

            return None if answer is None else (answer, complete_scope)

        self._direct = DirectTable(self._router, compile_directly, unless_imported=unless_imported)
        return self._direct

    def explain(self, method: str, path: str) -> str:
        """The Python source that answers a request.

        Raises:
            LookupError: no path operation of ours does.
        """
        from ferroapi.plan.explanation import explain

        found = self._match(method, path)
        target = self._matched[found[0]] if type(found) is tuple else None
        if target is None or not target.planned:
            raise LookupError(f"No path operation answers {method} {path}")
        return explain(target.run or target.compile({}))

    def _find(self, scope: Scope, path: str) -> Any:
        """What the core finds: `(index, captures)`, a refusal, a redirect or nothing."""
        if scope["type"] == "http":
            return self._match(scope["method"], path)
        return self._match_websocket(path)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether any route takes a request, for a router that is asked as a whole."""
        found = self._find(scope, below(scope.get("root_path", ""), scope["path"]))
        if type(found) is tuple:
            return Match.FULL, {}
        asked = self._ask(scope, found)
        if asked is not None:
            return asked.match, {}
        return (Match.PARTIAL, {}) if isinstance(found, MethodNotAllowed) else (Match.NONE, {})

    def _ask(self, scope: Scope, found: Any) -> _Asked | None:
        """The first route with a `matches` of its own that comes before what the core found."""
        limit = self._ranks[found[0]] if type(found) is tuple else len(self.targets)
        first: _Asked | None = None
        # Where two routes have the path and neither the method, the earlier one refuses.
        refusing = self._ranks[found.index] if isinstance(found, MethodNotAllowed) else limit
        for rank in self._asked:
            if rank > limit:
                break
            target = self.targets[rank]
            asked = _Asked(target, *target.matches(scope))
            if asked.match is Match.FULL:
                return asked
            if asked.match is Match.PARTIAL and first is None and rank < refusing:
                first = asked
        if isinstance(found, MethodNotAllowed) and first is not None and first.target.planned:
            return None
        return None if type(found) is tuple else first

    def _ask_low_priority(self, scope: Scope) -> _Asked | None:
        for target in self.low_priority:
            asked = _Asked(target, *target.matches(scope))
            if asked.match is Match.FULL:
                return asked
        return None

    def _other(
        self,
        asked: _Asked | None,
        found: Any,
        captures: dict[str, Any] | None,
        path: str,
        scope: Scope,
    ) -> ASGIApp:
        """What answers when it is not simply the plan of the route the core found.

        Args:
            asked: the route that is asked before that.
            found: what the core found.
            captures: what it found in the path, converted; `None` where that cannot be.
            path: the part of the path that routes see.
            scope: that of the request.
        """
        if asked is None and type(found) is tuple:
            target = self._matched[found[0]]
            if captures is None:
                return self._none(scope)
            mount = target.plain_mount
            if mount is not None and mount.path_regex is target.path_regex:
                enter_mount(mount, scope, path, captures)
                scope[SCOPE_KEY] = target.scope
                if TELEMETRY_KEY in scope:
                    route_selected(scope, mount)
                return mount.app
            asked = _Asked(target, *target.matches(scope))
            # Routes of Starlette's classes do not tell when they are changed.
            if asked.match is Match.NONE and target.pattern is None:
                return self._anew
        redirect = found.path if isinstance(found, Redirect) else None
        if asked is None and not isinstance(found, MethodNotAllowed):
            if scope.get("root_path") or self._asked:
                redirect = self._redirect_target(scope, path)
            if redirect is None:
                asked = self._ask_low_priority(scope)
        if asked is not None:
            target = asked.target
            target.show_in(scope)
            scope.update(asked.child_scope)
            route = target.context.effective_route
            if not target.planned:
                hand_down(scope)
                route_selected(scope, route)
                return target.handler
            if isinstance(route, APIRoute) and target.refuses(scope):
                route_selected(scope, route)
                return refusal(scope, self._allowed(scope, []))
            return target.run or target.compile(scope)
        if isinstance(found, MethodNotAllowed):
            return self._method_not_allowed(found, scope)
        if redirect is not None:
            if TELEMETRY_KEY in scope:
                self._tell_redirected(scope, redirect)
            absolute = COMPATIBLE or self._redirects == "absolute"
            return redirection(scope, redirect, absolute=absolute)
        return self._none(scope)

    def _none(self, scope: Scope) -> ASGIApp:
        """What answers where no route has the path."""
        if self._default_is_plain:
            return not_found.answering(self._default, scope)
        hand_down(scope)  # it may be an application
        return self._default

    def _redirect_target(self, scope: Scope, path: str) -> str | None:
        """The whole path with its last slash added or removed, when any route has that.

        The slashes may be those of the root path, and the route one that the core cannot match.
        """
        if not self._redirects or scope["type"] != "http" or path == "/":
            return None
        whole: str = scope["path"]
        target = whole.rstrip("/") if path.endswith("/") else whole + "/"
        match, _ = self.matches({**scope, "path": target})
        return None if match is Match.NONE else target

    def _tell_redirected(self, scope: Scope, target: str) -> None:
        found = self._find(scope, below(scope.get("root_path", ""), target))
        asked = self._ask({**scope, "path": target}, found)
        if asked is None:
            reached = self._matched[found[0] if type(found) is tuple else found.index]
        else:
            reached = asked.target
        route_selected(scope, reached.context.effective_route)

    def _method_not_allowed(self, found: MethodNotAllowed, scope: Scope) -> ASGIApp:
        target = self._matched[found.index]
        route_selected(scope, target.context.effective_route)
        captures = target.convert(found.params) or {}
        target.enter(scope, {**scope.get("path_params", {}), **captures})
        if target.handles_itself:
            hand_down(scope)
            return target.handler
        return refusal(scope, self._allowed(scope, found.allowed))

    def _allowed(self, scope: Scope, found: Iterable[str]) -> Iterable[str]:
        """The methods that the core has found, and those of routes that are asked."""
        methods: list[str] = []
        for target in (self.targets[rank] for rank in self._asked):
            route = target.context.original_route
            if (
                target.planned
                and isinstance(route, APIRoute)
                and target.matches(scope)[0] is Match.PARTIAL
            ):
                methods += sorted(route.methods)
        return dict.fromkeys([*methods, *found])


def _failed(error: Exception, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    return fail(error, Exchange(scope, receive, send))
