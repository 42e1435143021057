"""The routes of an application as they are served, each as a row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute, Mount, WebSocketRoute

from ferroapi.applications import FastAPI
from ferroapi.dependencies.callables import unwrapped
from ferroapi.dependencies.models import Dependant
from ferroapi.routing.route_context import RouteContext
from ferroapi.routing.tree import low_priority_routes, route_contexts

__all__ = ["RouteRow", "place_of", "route_rows", "title_of"]


@dataclass(frozen=True)
class RouteRow:
    """What there is to know about a route without asking it."""

    methods: list[str]
    """HTTP methods; `WEBSOCKET` for a WebSocket, `MOUNT` for another application."""
    path: str
    name: str | None
    endpoint: str | None
    """Module and name of what answers."""
    dependencies: list[str]
    """What runs before the endpoint, in this order."""
    tags: list[str]
    file: str | None
    """Where the endpoint is written; `None` for one without Python source."""
    line: int | None


def route_rows(app: FastAPI) -> list[RouteRow]:
    """All routes below an application in the order they are tried, those of mounts included."""
    contexts = [
        *route_contexts(app.routes),
        *(RouteContext(route) for route in low_priority_routes(app.router)),
    ]
    return list(_rows(contexts, ""))


def title_of(call: Any) -> str:
    """Module and name of a callable, or of the class of one without a name."""
    inner = unwrapped(call)
    named = inner if hasattr(inner, "__qualname__") else type(inner)
    return f"{named.__module__}.{named.__qualname__}"


def place_of(call: Any) -> tuple[str | None, int | None]:
    """File and line of a callable, where it has Python source."""
    inner = unwrapped(call)
    method = getattr(type(inner), "__call__", None)  # noqa: B004  the method itself is examined
    code = getattr(inner, "__code__", None) or getattr(method, "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code else (None, None)


def _rows(contexts: Iterable[RouteContext], prefix: str) -> Iterator[RouteRow]:
    for context in contexts:
        route = context.effective_route
        yield _row(route, prefix)
        if isinstance(route, Mount):
            yield from _rows(route_contexts(route.routes or ()), prefix + route.path)


def _row(route: BaseRoute, prefix: str) -> RouteRow:
    endpoint = getattr(route, "endpoint", None)
    answers = getattr(route, "app", None) if endpoint is None else endpoint
    dependant = getattr(route, "dependant", None)
    below = [] if dependant is None else list(_in_order(dependant))[:-1]
    file, line = (None, None) if answers is None else place_of(answers)
    return RouteRow(
        methods=_methods(route),
        path=prefix + getattr(route, "path", ""),
        name=getattr(route, "name", None) or None,
        endpoint=None if answers is None else title_of(answers),
        dependencies=list(dict.fromkeys(title_of(each.call) for each in below)),
        tags=[str(getattr(tag, "value", tag)) for tag in getattr(route, "tags", ())],
        file=file,
        line=line,
    )


def _in_order(dependant: Dependant) -> Iterator[Dependant]:
    """What is below it before itself, as it runs."""
    for below in dependant.dependencies:
        yield from _in_order(below)
    yield dependant


def _methods(route: BaseRoute) -> list[str]:
    if isinstance(route, WebSocketRoute):
        return ["WEBSOCKET"]
    if isinstance(route, Mount):
        return ["MOUNT"]
    return sorted(getattr(route, "methods", None) or ())
