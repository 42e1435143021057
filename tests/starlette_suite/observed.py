"""What Starlette's tests import in the place of its `BaseHTTPMiddleware`.

An application of ours runs middleware by `DispatchedMiddleware`. Some of the tests call middleware
that is in no application.
"""

from typing import Any

from starlette.middleware import base
from starlette.middleware.base import RequestResponseEndpoint

from ferroapi.http_middleware import DispatchedMiddleware

__all__ = ["BaseHTTPMiddleware", "RequestResponseEndpoint"]


class BaseHTTPMiddleware(base.BaseHTTPMiddleware):
    """Runs itself as an application of ours would."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        original: Any = _Original(self)
        await DispatchedMiddleware(original)(scope, receive, send)


class _Original:
    """The middleware as Starlette runs it."""

    def __init__(self, made: BaseHTTPMiddleware) -> None:
        self.app = made.app
        self.dispatch_func = made.dispatch_func
        self._made = made

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await base.BaseHTTPMiddleware.__call__(self._made, scope, receive, send)
