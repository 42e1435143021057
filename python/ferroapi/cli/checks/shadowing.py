"""Routes that no request reaches, since one that was declared earlier takes them all.

A route is asked for with a path that it has itself. Where another one answers that path, it is told
for this path: a parameter of plain text is filled in with a word that hardly another route has.
"""

from typing import Any
from uuid import UUID

from starlette.convertors import (
    Convertor,
    FloatConvertor,
    IntegerConvertor,
    PathConvertor,
    StringConvertor,
    UUIDConvertor,
)
from starlette.routing import BaseRoute, Match, WebSocketRoute

from ferroapi.applications import FastAPI
from ferroapi.cli.checks.finding import Finding, finding_at
from ferroapi.cli.naming import title_of
from ferroapi.routing.route_context import RouteContext
from ferroapi.routing.tree import route_contexts

__all__ = ["shadowed_routes"]

VALUES: dict[type[Convertor[Any]], Any] = {
    StringConvertor: "any-value",
    PathConvertor: "any/value",
    IntegerConvertor: 7,
    FloatConvertor: 7.5,
    UUIDConvertor: UUID(int=7),
}
"""What parameters are filled in with."""


def shadowed_routes(app: FastAPI) -> list[Finding]:
    """The routes whose own path is answered by an earlier one, for each method."""
    contexts = list(route_contexts(app.routes))
    found = []
    for index, context in enumerate(contexts):
        path = _path(context)
        if path is None:
            continue
        for method in _methods(context.effective_route):
            first = _first(contexts[:index], path, method)
            if first is not None:
                found.append(
                    finding_at(
                        context.endpoint,
                        "shadowed-route",
                        f"{method or 'WebSocket'} {path} is answered by "
                        f"{title_of(first.endpoint or first.app)}, whose path "
                        f"{first.path} is declared before {context.path}: declare this one first",
                    )
                )
    return found


def _methods(route: BaseRoute) -> list[str | None]:
    """The methods of a route; `None` stands for the handshake of a WebSocket."""
    if isinstance(route, WebSocketRoute):
        return [None]
    methods = getattr(route, "methods", None) or ()
    # Starlette adds HEAD to each GET of its own.
    return [*sorted(set(methods) - {"HEAD"} if "GET" in methods else methods)]


def _path(context: RouteContext) -> str | None:
    """A path that the route has; `None` where its parameters are of kinds that only users know."""
    values = {}
    for name, convertor in context.param_convertors.items():
        if type(convertor) not in VALUES:
            return None
        values[name] = convertor.to_string(VALUES[type(convertor)])
    path = context.path_format
    return path.format(**values) if isinstance(path, str) else None


def _first(contexts: list[RouteContext], path: str, method: str | None) -> RouteContext | None:
    """The first of the routes that takes a request."""
    scope: dict[str, Any] = {
        "type": "websocket" if method is None else "http",
        "method": method,
        "path": path,
        "root_path": "",
        "headers": [],
        "query_string": b"",
    }
    for context in contexts:
        if context.matches(dict(scope))[0] is Match.FULL:
            return context
    return None
