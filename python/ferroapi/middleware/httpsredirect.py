"""Plain HTTP and WebSocket requests sent on to their encrypted address."""

from starlette.middleware.httpsredirect import HTTPSRedirectMiddleware

__all__ = ["HTTPSRedirectMiddleware"]
