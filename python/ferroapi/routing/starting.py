"""Start-up and shut-down of a router, with the routers that it includes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from starlette.routing import BaseRoute
from typing_extensions import deprecated

from ferroapi.routing.lifespan import Handler, Lifespan, handlers_lifespan, nested_lifespans, run
from ferroapi.routing.lifespan_dependencies import lifespan_dependencies
from ferroapi.routing.mounting import MountedLifespan
from ferroapi.routing.route_context import RouteContext
from ferroapi.routing.threads import prepared_threads

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class StartingRouter:
    """What runs around the time in which a router serves."""

    routes: list[BaseRoute]
    dependency_overrides_provider: Any
    on_startup: list[Handler]
    on_shutdown: list[Handler]
    _lifespan: Lifespan | None
    _included: list[StartingRouter]
    _mounted: list[MountedLifespan]

    @abstractmethod
    def _contexts(self) -> Iterator[RouteContext]:
        """All routes below, as the inclusions around them make them."""

    def _contains(self, router: StartingRouter) -> bool:
        return any(included is router or included._contains(router) for included in self._included)

    def _lifespans(self) -> list[Lifespan]:
        own = self._lifespan or (lambda _app: handlers_lifespan(self.on_startup, self.on_shutdown))
        lifespans = [own]
        seen: list[StartingRouter] = []
        for router in self._included:
            if not any(router is other for other in seen):
                seen.append(router)
                lifespans += router._lifespans()
        return [*lifespans, *(mounted.lifespan for mounted in self._mounted)]

    async def _startup(self) -> None:
        await run(self.on_startup)

    async def _shutdown(self) -> None:
        await run(self.on_shutdown)

    def _run_lifespans(self, app: Any) -> Any:
        routes, application = self.routes, self.dependency_overrides_provider
        return nested_lifespans(
            [
                lambda _app: prepared_threads(routes, application),
                *self._lifespans(),
                lambda _app: lifespan_dependencies(self._contexts(), application),
            ],
            app,
        )

    def add_event_handler(self, event: str, handler: Handler) -> None:
        """Adds a function to call at `"startup"` or `"shutdown"`."""
        assert event in ("startup", "shutdown")
        (self.on_startup if event == "startup" else self.on_shutdown).append(handler)

    @deprecated("on_event is deprecated, use lifespan event handlers instead.")
    def on_event(self, event: str) -> Callable[[Endpoint], Endpoint]:
        """Deprecated: a lifespan does the same and closes what it opened."""

        def declare(handler: Endpoint) -> Endpoint:
            self.add_event_handler(event, handler)
            return handler

        return declare
