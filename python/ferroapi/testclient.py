"""A client that calls an application without a socket."""

from starlette.testclient import TestClient

__all__ = ["TestClient"]
