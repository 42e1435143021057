"""Requests refused unless their `Host` header is one of those allowed."""

from starlette.middleware.trustedhost import TrustedHostMiddleware

__all__ = ["TrustedHostMiddleware"]
