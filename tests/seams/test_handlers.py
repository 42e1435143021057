"""What monitoring tools put in the place of the function that answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from inspect import signature
from typing import Any

import pytest
from starlette.routing import Route

from ferroapi import APIRouter, Depends, FastAPI, HTTPException, Request, routing
from ferroapi.dependencies.utils import get_dependant
from ferroapi.responses import HTMLResponse
from ferroapi.routing import APIRoute, request_response
from ferroapi.seams import handlers
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
        app.router._forget_plans()
    assert seen == [path, "call"] * 3
    assert client.get(path + "x").status_code == 422
    assert seen[6:] == [path + "x"]


@pytest.fixture
def alone() -> Iterator[tuple[APIRoute, TestClient]]:
    """A route, and a client of one whose application is made of its handler."""
    app = FastAPI()

    @app.post("/{number}", status_code=201)
    def double(number: int, more: list[int], factor: int = Depends(two)) -> list[int]:
        return [factor * number, *more]

    route = app.routes[-1]
    assert isinstance(route, APIRoute)
    other = Route(route.path, double, methods=["POST"])
    other.app = request_response(route.get_route_handler())
    app.router.routes[:] = [other]
    with TestClient(app) as client:
        yield route, client


def two() -> int:
    return 2


def refuse() -> None:
    raise HTTPException(418)


async def unused(**_: Any) -> Any:
    raise AssertionError


@pytest.mark.parametrize("is_planned", [True, False], ids=["plan", "functions"])
def test_a_handler_of_a_route_answers(
    alone: tuple[APIRoute, TestClient], is_planned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    route, client = alone
    if is_planned:
        monkeypatch.setattr(handlers, "solve_dependencies", unused)
    else:
        call = routing.run_endpoint_function
        monkeypatch.setattr(routing, "run_endpoint_function", lambda **given: call(**given))
    assert client.post("/4", json=[1]).json() == [8, 1]
    assert client.post("/x", json={}).json() == {
        "detail": [
            {
                "type": "int_parsing",
                "loc": ["path", "number"],
                "msg": "Input should be a valid integer, unable to parse string as an integer",
                "input": "x",
            },
            {
                "type": "list_type",
                "loc": ["body"],
                "msg": "Input should be a valid list",
                "input": {},
            },
        ]
    }
    client.app.dependency_overrides[two] = lambda: 3  # type: ignore[attr-defined]  # it is an application
    assert client.post("/4", json=[1]).json() == [12, 1]
    route.dependant.dependencies.append(get_dependant(path="/", call=refuse))
    assert client.post("/4", json=[1]).status_code == 418


def test_what_is_made_of_another_handler_calls_it() -> None:
    def answer(number: int) -> int:
        return number

    route = APIRoute("/{number}", answer)
    handler = route.get_route_handler()

    @wraps(handler)
    async def marking(request: Any) -> Any:
        response = await handler(request)
        response.headers["x-marked"] = "yes"
        return response

    route.app = request_response(marking)  # type: ignore[method-assign]  # as users do
    response = TestClient(FastAPI(routes=[route], openapi_url=None)).get("/4")
    assert (response.json(), response.headers["x-marked"]) == (4, "yes")


def test_a_handler_is_made_of_what_it_is_given() -> None:
    async def endpoint(q: str) -> Any:
        return q

    dependant = get_dependant(path="/", call=endpoint)
    handler = routing.get_request_handler(dependant, status_code=203, response_class=HTMLResponse)
    route = Route("/", endpoint)
    route.app = request_response(handler)
    response = TestClient(FastAPI(routes=[route], openapi_url=None)).get("/?q=text")
    assert (response.status_code, response.text) == (203, "text")


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (
            routing.get_request_handler,
            "dependant body_field status_code response_class response_field response_model_include "
            "response_model_exclude response_model_by_alias response_model_exclude_unset "
            "response_model_exclude_defaults response_model_exclude_none "
            "dependency_overrides_provider embed_body_fields strict_content_type "
            "stream_item_field is_json_stream form_limits",
        ),
        (routing.run_endpoint_function, "dependant values is_coroutine"),
        (
            routing.serialize_response,
            "field response_content include exclude by_alias exclude_unset exclude_defaults "
            "exclude_none is_coroutine endpoint_ctx dump_json",
        ),
        (
            routing.get_websocket_app,
            "dependant dependency_overrides_provider embed_body_fields",
        ),
        (routing.request_response, "func"),
        (routing.websocket_session, "func"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_signatures_are_those_that_packages_look_for(
    function: Callable[..., Any], names: str
) -> None:
    assert list(signature(function).parameters) == names.split()
