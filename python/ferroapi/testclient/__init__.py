"""Clients that call an application without a socket, for tests (`docs/testing.md`)."""

from starlette.testclient import TestClient

# Not in `__all__`: FastAPI has no such name.
from ferroapi.testclient.async_client import AsyncClient as AsyncClient

__all__ = ["TestClient"]
