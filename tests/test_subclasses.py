"""Subclasses have attributes of their users, by any name that those of FastAPI do not have."""

from __future__ import annotations

from typing import Any

import pytest

from ferroapi import APIRouter, Depends, FastAPI, HTTPException, WebSocket
from ferroapi.routing import APIRoute, APIWebSocketRoute
from ferroapi.testclient import TestClient

NAMES = [
    *("compiled", "direct_table", "entry", "failures", "forget_compiled", "forget_plans", "layer"),
    *("layers", "lifespan_values", "make_direct_table", "make_table", "outer_overrides_provider"),
    *("path_decides", "plan", "plans", "respond", "returned_classes", "routes_version"),
    *("safeguards", "serialization_options", "serve", "start", "table", "telemetry"),
    *("unique_id_of", "version_of", "within"),
]


class Theirs:
    """Nothing but its owner knows what it is for."""

    __isabstractmethod__ = False

    def __bool__(self) -> bool:
        raise AssertionError("it was asked")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"it was asked for {name}")


def subclass(kind: type[Any], name: str) -> Any:
    return type(kind.__name__, (kind,), {name: Theirs()})


async def count() -> int:
    return 1


@pytest.mark.parametrize("name", NAMES)
def test_attribute_of_a_subclass(name: str) -> None:
    application, router_class = subclass(FastAPI, name), subclass(APIRouter, name)
    operation, socket = subclass(APIRoute, name), subclass(APIWebSocketRoute, name)
    router = router_class(route_class=operation)

    @router.get("/items/{number}")
    async def read(number: int, counted: int = Depends(count)) -> int:
        return number + counted

    @router.get("/refused")
    def refuse() -> None:
        raise HTTPException(403)

    @router.get("/failing")
    async def fail() -> int:
        raise RuntimeError("failed")

    async def greet(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hello")
        await websocket.close()

    router.routes.append(socket("/greet", greet))
    app = application()
    app.include_router(router, prefix="/in")
    inner = application()
    inner.include_router(router)
    app.mount("/mounted", inner, lifespan=True, inherit_overrides=True)
    for prefix in ("/in", "/mounted"):
        with TestClient(app, raise_server_exceptions=False) as client:
            assert client.get(f"{prefix}/items/1").json() == 2
            assert client.get(f"{prefix}/items/x").status_code == 422
            assert client.get(f"{prefix}/refused").status_code == 403
            assert client.get(f"{prefix}/failing").status_code == 500
            assert client.get(f"{prefix}/missing").json() == {"detail": "Not Found"}
            with client.websocket_connect(f"{prefix}/greet") as websocket:
                assert websocket.receive_text() == "hello"
    app.dependency_overrides[count] = lambda: 5
    with TestClient(app) as client:
        assert client.get("/in/items/1").json() == client.get("/mounted/items/1").json() == 6
    assert "/in/items/{number}" in app.openapi()["paths"]
    assert [route.path for route in app.route_table() if route.path.startswith("/in")]
