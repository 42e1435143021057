"""What routing leaves in the ASGI scope."""

from typing import Any

import pytest

from ferroapi import APIRouter, FastAPI, Request
from ferroapi.responses import PlainTextResponse
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient


async def plain(request: Request) -> PlainTextResponse:
    return PlainTextResponse("plain")


def read() -> None: ...


@pytest.fixture
def left() -> dict[str, Any]:
    """The scope of the last request, when it has been answered."""
    return {}


@pytest.fixture
def client(left: dict[str, Any]) -> TestClient:
    app, included = FastAPI(), APIRouter()
    app.add_api_route("/own", read)
    included.add_api_route("/included", read)
    included.add_route("/included/plain", plain)
    app.include_router(included)
    app.add_route("/plain", plain)
    app.mount("/mounted", FastAPI())

    @app.middleware("http")
    async def keep(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        left.update(request.scope)
        return response

    return TestClient(app)


@pytest.mark.parametrize(
    ("method", "path", "has_route", "is_included"),
    [
        pytest.param("GET", "/own", True, False, id="an operation"),
        pytest.param("PUT", "/own", True, False, id="a wrong method"),
        pytest.param("GET", "/included", True, True, id="an included operation"),
        pytest.param("PUT", "/included", True, True, id="a wrong method of an included operation"),
        pytest.param("GET", "/included/plain", False, True, id="an included route of Starlette"),
        pytest.param("GET", "/plain", False, False, id="a route of Starlette"),
        pytest.param("PUT", "/plain", False, False, id="a wrong method of a route of Starlette"),
        pytest.param("GET", "/docs", False, False, id="a page of the documentation"),
        pytest.param("GET", "/mounted/none", False, False, id="nothing in a mount"),
        pytest.param("GET", "/none", False, False, id="nothing"),
    ],
)
def test_what_is_left_of_a_route(
    client: TestClient,
    left: dict[str, Any],
    method: str,
    path: str,
    has_route: bool,
    is_included: bool,
) -> None:
    client.request(method, path)
    assert isinstance(left.get("route"), APIRoute) is has_route
    assert ("route" in left) is has_route
    assert ("effective_route_context" in left.get("fastapi", {})) is is_included
