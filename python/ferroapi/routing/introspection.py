"""What an application serves, as data: for people, for tests and for tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute, Host, Mount, WebSocketRoute

from ferroapi.dependencies.callables import unwrapped
from ferroapi.plan.order.steps import compile_steps
from ferroapi.routing.frontend import Frontend
from ferroapi.routing.tree import low_priority_routes, route_contexts

if TYPE_CHECKING:
    from ferroapi.routing.tree import IncludableRouter


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """One method of one path, and what answers it."""

    method: str | None
    """The method in capitals, `"WEBSOCKET"` for a handshake, or `None` for a mounted application
    that decides for itself."""
    path: str
    """The whole path with its parameters in braces; `//host` is in front of it where the host of
    requests decides."""
    name: str | None
    """The name for `url_path_for`."""
    endpoint: Any
    """The callable that answers, or the mounted application."""
    dependencies: tuple[Callable[..., Any], ...]
    """The dependencies in the order they run, those of routers and inclusions with them, each
    once, as declared: not as they may be overridden."""
    tags: tuple[str, ...]
    """The OpenAPI tags."""
    include_in_schema: bool
    """Whether OpenAPI shows it."""
    file: str | None
    """The file in which the endpoint is written; `None` for what is not written in Python."""
    line: int | None
    """Its first line there, decorators included."""


def route_entries(router: IncludableRouter) -> list[RouteEntry]:
    """Everything below a router, in the order in which it is asked."""
    return [*_entries(router.routes, ""), *_entries(low_priority_routes(router), "")]


def _entries(routes: Iterable[BaseRoute], prefix: str) -> Iterator[RouteEntry]:
    for context in route_contexts(routes):
        route = context.effective_route
        if isinstance(route, Mount | Host):
            below = prefix + (f"//{route.host}" if isinstance(route, Host) else route.path)
            yield from _mounted(route, below)
            continue
        endpoint = route.app if isinstance(route, Frontend) else getattr(route, "endpoint", route)
        for method in _methods(route):
            yield _entry(route, method, prefix + getattr(route, "path", "") or "/", endpoint)


def _mounted(route: Mount | Host, prefix: str) -> Iterator[RouteEntry]:
    router: Any = getattr(route.app, "router", None)
    last = low_priority_routes(router) if hasattr(router, "_low_priority_routes") else []
    if route.routes or last:
        yield from _entries([*route.routes, *last], prefix)
    else:
        yield _entry(route, None, prefix, route.app)


def _methods(route: BaseRoute) -> Iterable[str | None]:
    if isinstance(route, WebSocketRoute):
        return ["WEBSOCKET"]
    methods: Iterable[str] = getattr(route, "methods", None) or ()
    return sorted(methods) or [None]


def _entry(route: BaseRoute, method: str | None, path: str, endpoint: Any) -> RouteEntry:
    dependant = getattr(route, "dependant", None)
    steps = () if dependant is None else compile_steps(dependant, {})[:-1]
    tags: Iterable[str | Enum] = getattr(route, "tags", ())
    code = _code(endpoint)
    return RouteEntry(
        method=method,
        path=path,
        name=getattr(route, "name", None) or None,
        endpoint=endpoint,
        dependencies=tuple(step.dependant.call for step in steps),
        tags=tuple(str(tag.value) if isinstance(tag, Enum) else tag for tag in tags),
        include_in_schema=getattr(route, "include_in_schema", False),
        file=None if code is None else code.co_filename,
        line=None if code is None else code.co_firstlineno,
    )


def _code(endpoint: Any) -> Any:
    """The code of a function, or of the `__call__` of another callable."""
    inner = unwrapped(endpoint)
    call = getattr(type(inner), "__call__", None)  # noqa: B004  the method itself is examined
    return getattr(inner, "__code__", None) or getattr(call, "__code__", None)
