"""Starlette's own routes in a router of ours."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from starlette.middleware import Middleware
from starlette.routing import Mount, Route, Router, WebSocketRoute
from starlette.types import ASGIApp
from typing_extensions import Unpack

from ferroapi.routing.mounting import (
    MOUNT_KEYWORDS,
    MountedLifespan,
    MountOptions,
    inherit_overrides,
)

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class StarletteRoutes(Router):
    """Adds routes that are Starlette's. Prefix and settings of the router are not for them."""

    dependency_overrides_provider: Any
    _mounted: list[MountedLifespan]

    @MOUNT_KEYWORDS.shown
    def mount(
        self,
        path: str,
        app: ASGIApp,
        name: str | None = None,
        **options: Unpack[MountOptions],
    ) -> None:
        """Serves another ASGI application below a path.

        Args:
            path: the path, without the prefix.
            app: what answers there.
            name: the name for `url_path_for`.
            options: see `MountOptions`.

        Raises:
            TypeError: `app` has no lifespan, or no overrides, and should.
            ValueError: it has the overrides of another application.
        """
        lifespan = MountedLifespan(app) if options.get("lifespan") else None
        if options.get("inherit_overrides"):
            inherit_overrides(app, self.dependency_overrides_provider)
        if lifespan is None:
            super().mount(path, app, name)
            return
        self.routes.append(Mount(path, app, name=name, middleware=[Middleware(lifespan.around)]))
        self._mounted.append(lifespan)

    def add_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
    ) -> None:
        """Adds a plain Starlette route, without the prefix, for a function or an ASGI class."""
        self.routes.append(
            Route(
                path,
                endpoint,
                methods=methods,
                name=name,
                include_in_schema=include_in_schema,
            )
        )

    def route(
        self,
        path: str,
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
    ) -> Callable[[Endpoint], Endpoint]:
        """Adds a plain Starlette route by decorating a function of the request."""

        def declare(endpoint: Endpoint) -> Endpoint:
            self.add_route(path, endpoint, methods, name, include_in_schema)
            return endpoint

        return declare

    def add_websocket_route(
        self, path: str, endpoint: Callable[..., Any], name: str | None = None
    ) -> None:
        """Adds a plain Starlette WebSocket route, without the prefix."""
        self.routes.append(WebSocketRoute(path, endpoint, name=name))

    def websocket_route(self, path: str, name: str | None = None) -> Callable[[Endpoint], Endpoint]:
        """Adds a plain Starlette WebSocket route by decorating a function of the WebSocket."""

        def declare(endpoint: Endpoint) -> Endpoint:
            self.add_websocket_route(path, endpoint, name)
            return endpoint

        return declare
