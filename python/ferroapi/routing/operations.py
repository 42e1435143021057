"""The decorators of path operations, the same for applications and routers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from typing_extensions import Unpack

from ferroapi.routing.options import (
    OPERATION_KEYWORDS,
    ROUTE_KEYWORDS,
    PathOperationOptions,
    RouteOptions,
)

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class PathOperations:
    """Declares path operations by decorating functions, which it returns unchanged."""

    @abstractmethod
    def _declare(self, path: str, endpoint: Callable[..., Any], options: dict[str, Any]) -> None:
        """Adds the route of a function that `api_route` decorates, with all `RouteOptions`."""

    @abstractmethod
    def _decorator(
        self, method: str, path: str, options: dict[str, Any]
    ) -> Callable[[Endpoint], Endpoint]:
        """What decorates the function of one method, with all `PathOperationOptions`."""

    @ROUTE_KEYWORDS.shown
    def api_route(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a path operation for any methods: `methods=["GET", "QUERY"]`.

        Args:
            path: the path with its parameters in braces.
            options: see `RouteOptions`.
        """
        complete = ROUTE_KEYWORDS.complete("api_route", options)

        def declare(endpoint: Endpoint) -> Endpoint:
            self._declare(path, endpoint, complete)
            return endpoint

        return declare

    def _operation(
        self, method: str, path: str, options: PathOperationOptions
    ) -> Callable[[Endpoint], Endpoint]:
        complete = OPERATION_KEYWORDS.complete(method.lower(), options)
        return self._decorator(method, path, complete)

    @OPERATION_KEYWORDS.shown
    def get(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a GET operation."""
        return self._operation("GET", path, options)

    @OPERATION_KEYWORDS.shown
    def put(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a PUT operation."""
        return self._operation("PUT", path, options)

    @OPERATION_KEYWORDS.shown
    def post(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a POST operation."""
        return self._operation("POST", path, options)

    @OPERATION_KEYWORDS.shown
    def delete(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a DELETE operation."""
        return self._operation("DELETE", path, options)

    @OPERATION_KEYWORDS.shown
    def options(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares an OPTIONS operation."""
        return self._operation("OPTIONS", path, options)

    @OPERATION_KEYWORDS.shown
    def head(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a HEAD operation."""
        return self._operation("HEAD", path, options)

    @OPERATION_KEYWORDS.shown
    def patch(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a PATCH operation."""
        return self._operation("PATCH", path, options)

    @OPERATION_KEYWORDS.shown
    def trace(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a TRACE operation."""
        return self._operation("TRACE", path, options)

    @OPERATION_KEYWORDS.shown
    def query(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a QUERY operation (RFC 10008): a safe request with a body."""
        return self._operation("QUERY", path, options)
