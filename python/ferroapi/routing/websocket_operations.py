"""The decorator of WebSocket endpoints, the same for applications and routers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from typing_extensions import Unpack

from ferroapi import params
from ferroapi.routing.options import WEBSOCKET_KEYWORDS, WebSocketOptions

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class WebSocketOperations:
    """Declares WebSocket endpoints by decorating functions, which it returns unchanged."""

    @abstractmethod
    def add_api_websocket_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        name: str | None = None,
        *,
        dependencies: Sequence[params.Depends] | None = None,
        **options: Unpack[WebSocketOptions],
    ) -> None:
        """Declares a WebSocket endpoint without a decorator."""

    @WEBSOCKET_KEYWORDS.shown
    def websocket(
        self,
        path: str,
        name: str | None = None,
        *,
        dependencies: Sequence[params.Depends] | None = None,
        **options: Unpack[WebSocketOptions],
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a WebSocket endpoint by decorating a coroutine function.

        Args:
            path: the path below the router's prefix.
            name: the name for `url_path_for`; the function's name without it.
            dependencies: dependencies whose values nobody takes.
            options: see `WebSocketOptions`.
        """

        def declare(endpoint: Endpoint) -> Endpoint:
            self.add_api_websocket_route(
                path, endpoint, name=name, dependencies=dependencies, **options
            )
            return endpoint

        return declare
