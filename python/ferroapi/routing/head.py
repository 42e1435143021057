"""HEAD for GET operations (RFC 9110, section 9.3.2): their places in the routing table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Match

from ferroapi.plan.head import HeadPlan
from ferroapi.routing.options import first_given
from ferroapi.routing.route import APIRoute
from ferroapi.routing.target import Pattern, Target, is_plannable
from ferroapi.routing.websocket_route import APIWebSocketRoute

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.types import ASGIApp, Scope

    from ferroapi._core import DirectRequest
    from ferroapi.routing.route_context import RouteContext


def with_heads(targets: list[Target], default: bool) -> list[Target]:
    """The targets of a table, with one more behind each GET operation that answers HEAD.

    Operations that are declared for HEAD come before the first of these, wherever they stand, but
    take nothing from mounted applications and the like that are before them.

    Args:
        targets: in order of declaration.
        default: whether GET operations answer HEAD where neither they nor inclusions say so.
    """
    answering = [target for target in targets if _answers_head(target.context, default)]
    if not answering:
        return targets
    first = targets.index(answering[0]) + 1
    declared: list[Target] = []
    between: list[Target] = []
    for target in targets[first:]:
        route = target.context.original_route
        if _is_declared_for_head(route):
            head = HeadAhead(target.context, between) if between else HeadTarget(target.context)
            declared.append(head)
        if not (isinstance(route, APIRoute | APIWebSocketRoute) and is_plannable(route)):
            between.append(target)
    arranged = [*targets[:first], *declared, GetForHead(answering.pop(0).context)]
    for target in targets[first:]:
        arranged.append(target)
        if answering and target is answering[0]:
            arranged.append(GetForHead(answering.pop(0).context))
    return arranged


def _answers_head(context: RouteContext, default: bool) -> bool:
    """Whether HEAD is to be answered by a GET operation: by the innermost setting there is."""
    route, inherited = context.original_route, context.inherited
    if not isinstance(route, APIRoute) or "GET" not in route.methods or "HEAD" in route.methods:
        return False
    included = None if inherited is None else inherited.auto_head
    return bool(first_given(route.auto_head, included, default)) and is_plannable(route)


def _is_declared_for_head(route: BaseRoute) -> bool:
    return isinstance(route, APIRoute) and "HEAD" in route.methods


class HeadTarget(Target):
    """A route in the table for HEAD requests only."""

    __slots__ = ()

    @property
    def pattern(self) -> Pattern | None:
        """See `Target`."""
        pattern = super().pattern
        return None if pattern is None else (pattern[0], "http", ["HEAD"])

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """What the route itself says of a HEAD request."""
        return super().matches(scope) if scope.get("method") == "HEAD" else (Match.NONE, {})


class HeadAhead(HeadTarget):
    """An operation declared for HEAD, in front of others that may take requests before it."""

    __slots__ = ("_between",)

    def __init__(self, context: RouteContext, between: Sequence[Target]) -> None:
        """
        Args:
            context: the operation.
            between: what keeps its place in the order, and is before the operation.
        """
        super().__init__(context)
        self._between = tuple(between)

    @property
    def pattern(self) -> Pattern | None:
        """See `Target`. The core does not know of those between."""
        return None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """What the operation says of a HEAD request that none of those between takes."""
        match = super().matches(scope)
        if match[0] is not Match.NONE and any(
            target.matches(scope)[0] is Match.FULL for target in self._between
        ):
            return Match.NONE, {}
        return match


class GetForHead(HeadTarget):
    """A GET operation that answers HEAD."""

    __slots__ = ()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """What the operation says of the GET request that has the path of a HEAD request."""
        if scope.get("method") != "HEAD":
            return Match.NONE, {}
        return Target.matches(self, {**scope, "method": "GET"})

    def refuses(self, scope: Scope) -> bool:
        """Never: HEAD is all that comes here."""
        return False

    def compile(self, scope: Scope) -> ASGIApp:
        """See `Target`."""
        self.run = run = HeadPlan(super().compile(scope))
        return run

    def compile_directly(
        self, application: object
    ) -> Callable[[DirectRequest], Awaitable[None]] | None:
        """See `Target`. What has no content to send comes by ASGI."""
        return None
