"""Responses compressed for clients that accept gzip (RFC 1952)."""

from starlette.middleware.gzip import GZipMiddleware

__all__ = ["GZipMiddleware"]
