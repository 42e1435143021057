"""A WSGI application (PEP 3333) as part of an ASGI one."""

from starlette.middleware.wsgi import WSGIMiddleware

__all__ = ["WSGIMiddleware"]
