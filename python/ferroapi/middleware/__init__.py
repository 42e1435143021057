"""Layers around an application; each module of this package holds one."""

from starlette.middleware import Middleware

__all__ = ["Middleware"]
