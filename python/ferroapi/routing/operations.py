"""The decorators of path operations, the same for applications and routers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from typing_extensions import Unpack

from ferroapi.routing.options import PathOperationOptions, RouteOptions, refuse_unknown

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class PathOperations(ABC):
    """Declares path operations by decorating functions, which it returns unchanged."""

    @abstractmethod
    def _declare(self, path: str, endpoint: Callable[..., Any], options: RouteOptions) -> None:
        """Adds the route of a decorated function."""

    def api_route(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a path operation for any methods: `methods=["GET", "QUERY"]`.

        Args:
            path: the path with its parameters in braces.
            options: see `RouteOptions`.
        """
        refuse_unknown("api_route", options, RouteOptions)

        def declare(endpoint: Endpoint) -> Endpoint:
            self._declare(path, endpoint, options)
            return endpoint

        return declare

    def _operation(
        self, method: str, path: str, options: PathOperationOptions
    ) -> Callable[[Endpoint], Endpoint]:
        refuse_unknown(method.lower(), options, PathOperationOptions)
        return self.api_route(path, methods=[method], **options)

    def get(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a GET operation. See `PathOperationOptions` for the keywords."""
        return self._operation("GET", path, options)

    def put(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a PUT operation. See `PathOperationOptions` for the keywords."""
        return self._operation("PUT", path, options)

    def post(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a POST operation. See `PathOperationOptions` for the keywords."""
        return self._operation("POST", path, options)

    def delete(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a DELETE operation. See `PathOperationOptions` for the keywords."""
        return self._operation("DELETE", path, options)

    def options(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares an OPTIONS operation. See `PathOperationOptions` for the keywords."""
        return self._operation("OPTIONS", path, options)

    def head(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a HEAD operation. See `PathOperationOptions` for the keywords."""
        return self._operation("HEAD", path, options)

    def patch(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a PATCH operation. See `PathOperationOptions` for the keywords."""
        return self._operation("PATCH", path, options)

    def trace(
        self, path: str, **options: Unpack[PathOperationOptions]
    ) -> Callable[[Endpoint], Endpoint]:
        """Declares a TRACE operation. See `PathOperationOptions` for the keywords."""
        return self._operation("TRACE", path, options)
