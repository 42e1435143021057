"""What a client sent, as an object."""

from starlette.requests import HTTPConnection, Request

__all__ = ["HTTPConnection", "Request"]
