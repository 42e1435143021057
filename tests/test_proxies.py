"""Proxies that are put into the place of functions are called, whatever they say they are."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from pydantic import BaseModel
from starlette import datastructures, formparsers, requests, responses, routing, websockets
from starlette.responses import PlainTextResponse
from tests.proxies import Proxy

from ferroapi import APIRouter, FastAPI, File, Form, Request, UploadFile, WebSocket
from ferroapi.encoders import jsonable_encoder
from ferroapi.routing import request_response
from ferroapi.testclient import TestClient


class Item(BaseModel):
    number: int


def application() -> FastAPI:
    app = FastAPI()

    @app.post("/form")
    async def form(a: str = Form()) -> str:
        return a

    @app.post("/file")
    async def take(file: UploadFile = File()) -> None: ...

    @app.post("/request")
    async def read(request: Request) -> None:
        await request.form()

    @app.get("/file")
    async def send() -> responses.FileResponse:
        return responses.FileResponse(__file__)

    @app.get("/data")
    async def data() -> int:
        return 1

    @app.websocket("/talk")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())
        await websocket.close()

    app.mount("/mounted", PlainTextResponse("mounted"))
    return app


def talk(client: TestClient) -> None:
    with client.websocket_connect("/talk") as websocket:
        websocket.send_text("a")
        assert websocket.receive_text() == "a"


REQUESTS: dict[str, Callable[[TestClient], object]] = {
    "data": lambda client: client.get("/data"),
    "mounted": lambda client: client.get("/mounted/a"),
    "nothing": lambda client: client.get("/nothing"),
    "file": lambda client: client.get("/file"),
    "form": lambda client: client.post("/form", data={"a": "1"}),
    "multipart form": lambda client: client.post("/form", files={"a": (None, "1")}),
    "upload": lambda client: client.post("/file", files={"file": ("name", b"content")}),
    "WebSocket": talk,
}

BEFORE: dict[str, tuple[Any, str]] = {
    "data": (FastAPI, "build_middleware_stack"),
    "mounted": (routing.Mount, "handle"),
    "nothing": (routing.Router, "not_found"),
    "file": (APIRouter, "app"),
    "form": (requests, "FormParser"),
    "upload": (requests, "MultiPartParser"),
    "WebSocket": (routing.WebSocketRoute, "handle"),
}


@pytest.mark.parametrize("request_", BEFORE)
def test_a_proxy_that_is_there_before_the_first_request(request_: str) -> None:
    seen: list[str] = []
    owner, name = BEFORE[request_]
    with patch.object(owner, name, Proxy(getattr(owner, name), lambda: seen.append(name))):
        REQUESTS[request_](TestClient(application()))
    assert seen


AFTER: list[tuple[str, Any, str]] = [
    ("mounted", routing.Mount, "handle"),
    ("file", responses.FileResponse, "__call__"),
    ("file", responses.FileResponse, "set_stat_headers"),
    ("form", requests, "FormParser"),
    ("form", formparsers.FormParser, "parse"),
    ("form", requests.Request, "form"),
    ("multipart form", formparsers.MultiPartParser, "parse"),
    ("upload", requests, "MultiPartParser"),
    ("upload", datastructures.UploadFile, "write"),
    ("WebSocket", websockets.WebSocket, "send"),
    ("WebSocket", websockets.WebSocket, "send_text"),
    ("WebSocket", websockets.WebSocket, "receive_text"),
    ("WebSocket", websockets.WebSocket, "close"),
]


@pytest.mark.parametrize(("request_", "owner", "name"), AFTER)
def test_a_proxy_that_is_put_there_after_requests(request_: str, owner: Any, name: str) -> None:
    client, seen = TestClient(application()), []
    REQUESTS[request_](client)
    with patch.object(owner, name, Proxy(getattr(owner, name), lambda: seen.append(name))):
        REQUESTS[request_](client)
    assert seen


def of_application(app: FastAPI) -> Any:
    return app


def of_router(app: FastAPI) -> Any:
    return app.router


OF_OBJECTS: list[tuple[Callable[[FastAPI], Any], str]] = [
    (of_application, "middleware_stack"),
    (of_router, "middleware_stack"),
    (of_router, "default"),
]


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("choose", "name"), OF_OBJECTS)
def test_a_proxy_in_an_attribute_of_an_object(
    choose: Callable[[FastAPI], Any], name: str, late: bool
) -> None:
    app, seen = application(), []
    if late or name == "middleware_stack":
        TestClient(app).get("/nothing")
    owner = choose(app)
    setattr(owner, name, Proxy(getattr(owner, name), lambda: seen.append(name)))
    TestClient(app).get("/nothing")
    assert seen


def test_a_proxy_in_the_place_of_what_builds_the_middleware() -> None:
    app, seen = application(), []
    build = Proxy(app.build_middleware_stack, lambda: seen.append("built"))
    app.build_middleware_stack = build  # type: ignore[method-assign]  # what monitoring tools do
    TestClient(app).get("/data")
    assert seen


def test_a_proxy_of_the_handler_of_a_route() -> None:
    seen: list[str] = []
    route = application().router.routes[-3]
    assert isinstance(route, routing.Route)
    handler = Proxy(route.get_route_handler(), lambda: seen.append("called"))  # type: ignore[attr-defined]  # it is one of ours
    TestClient(request_response(handler)).get("/data")
    assert seen


def test_a_proxy_of_what_a_model_has_as_data() -> None:
    seen: list[str] = []
    with patch.object(Item, "model_dump", Proxy(Item.model_dump, lambda: seen.append("called"))):
        assert jsonable_encoder([Item(number=1)]) == [{"number": 1}]
    assert seen


def test_a_function_in_the_place_of_what_answers_where_nothing_has_the_path() -> None:
    async def not_found(self: Any, scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("nothing", 404)(scope, receive, send)

    with patch.object(routing.Router, "not_found", not_found):
        assert TestClient(application()).get("/nothing").text == "nothing"
