"""What monitoring tools put in the place of the function that answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest

from ferroapi import APIRouter, Depends, FastAPI, Request, routing
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a tool has seen that wraps the handler and the callable of synchronous endpoints."""
    calls: list[str] = []
    make = routing.get_request_handler

    def make_wrapped(**options: Any) -> Any:
        dependant = options["dependant"]
        call: Callable[..., Any] = dependant.call

        @wraps(call)
        def wrapped(*args: Any, **values: Any) -> Any:
            calls.append("call")
            return call(*args, **values)

        dependant.call = wrapped
        handler = make(**options)

        async def handle(request: Request) -> Any:
            calls.append(request.url.path)
            return await handler(request)

        return handle

    monkeypatch.setattr(routing, "get_request_handler", make_wrapped)
    return calls


class HeaderRoute(APIRoute):
    def get_route_handler(self) -> Any:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Any:
            response = await handler(request)
            response.headers["x-route"] = "1"
            return response

        return handle


@pytest.mark.parametrize("route_class", [APIRoute, HeaderRoute])
@pytest.mark.parametrize("included", [False, True])
def test_a_replaced_function_is_asked(
    seen: list[str], route_class: type[APIRoute], included: bool
) -> None:
    app = FastAPI()
    router = APIRouter(route_class=route_class)

    @router.get("/{number}")
    def double(number: int, more: int = Depends(lambda: 1)) -> int:
        return 2 * number + more

    if included:
        app.include_router(router, prefix="/in")
    else:
        app.router = router
    path = "/in/4" if included else "/4"
    client = TestClient(app)
    for _ in range(3):
        response = client.get(path)
        assert response.json() == 9
        assert ("x-route" in response.headers) == (route_class is HeaderRoute)
        # Plans are made again; what is wrapped stays wrapped once.
        app.dependency_overrides = {}
        app.router.forget_plans()
    assert seen == [path, "call"] * 3
    assert client.get(path + "x").status_code == 422
    assert seen[6:] == [path + "x"]
