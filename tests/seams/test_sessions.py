"""ASGI applications of functions of a request or a WebSocket."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from starlette.routing import Route, WebSocketRoute

from ferroapi import BackgroundTasks, FastAPI, HTTPException, Request, Response, WebSocket
from ferroapi.routing import APIRoute, request_response, websocket_session
from ferroapi.testclient import TestClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

STACKS = ("fastapi_inner_astack", "fastapi_function_astack", "fastapi_middleware_astack")


def client_of(function: Callable[[Request], Any]) -> TestClient:
    route = Route("/", lambda request: None)
    route.app = request_response(function)
    return TestClient(FastAPI(routes=[route], openapi_url=None), raise_server_exceptions=False)


async def in_loop(request: Request) -> Response:
    return Response("loop")


def in_thread(request: Request) -> Response:
    return Response("thread")


async def refusing(request: Request) -> Response:
    raise HTTPException(418, "no")


@pytest.mark.parametrize(
    ("function", "status", "text"),
    [
        pytest.param(in_loop, 200, "loop", id="coroutine function"),
        pytest.param(in_thread, 200, "thread", id="function"),
        pytest.param(refusing, 418, '{"detail":"no"}', id="an exception with a handler"),
    ],
)
def test_a_function_of_a_request_answers(
    function: Callable[[Request], Any], status: int, text: str
) -> None:
    response = client_of(function).get("/")
    assert (response.status_code, response.text) == (status, text)


def test_the_stacks_are_left_around_the_response() -> None:
    order: list[str] = []

    @asynccontextmanager
    async def noting(name: str) -> AsyncIterator[None]:
        yield
        order.append(name)

    class Noting(Response):
        async def __call__(self, *asgi: Any) -> None:
            order.append("sent")
            await super().__call__(*asgi)

    async def answer(request: Request) -> Response:
        for name in STACKS:
            stack = request.scope[name]
            assert isinstance(stack, AsyncExitStack)
            await stack.enter_async_context(noting(name.split("_")[1]))
        return Noting("done")

    assert client_of(answer).get("/").text == "done"
    assert order == ["function", "sent", "inner", "middleware"]


def test_a_handler_of_a_route_has_the_stacks() -> None:
    order: list[str] = []

    class Opening(APIRoute):
        def get_route_handler(self) -> Any:
            handler = super().get_route_handler()

            async def answer(request: Request) -> Response:
                for name in STACKS:
                    request.scope[name].callback(order.append, name)
                return await handler(request)  # type: ignore[no-any-return]  # of a handler without types

            return answer

    app = FastAPI(openapi_url=None)
    app.router.route_class = Opening

    @app.get("/")
    def read(tasks: BackgroundTasks) -> None:
        tasks.add_task(order.append, "task")

    assert TestClient(app).get("/").status_code == 200
    assert order == [STACKS[1], "task", STACKS[0], STACKS[2]]


def test_a_swallowed_exception_is_an_error_of_its_own() -> None:
    @asynccontextmanager
    async def swallowing() -> AsyncIterator[None]:
        with suppress(ValueError):
            yield

    async def answer(request: Request) -> Response:
        await request.scope["fastapi_inner_astack"].enter_async_context(swallowing())
        raise ValueError

    assert client_of(answer).get("/").status_code == 500


def test_a_function_of_a_websocket_talks() -> None:
    async def talk(websocket: WebSocket) -> None:
        assert all(isinstance(websocket.scope[name], AsyncExitStack) for name in STACKS)
        await websocket.accept()
        await websocket.send_text("hello")

    route = WebSocketRoute("/", talk)
    route.app = websocket_session(talk)
    app = FastAPI(routes=[route], openapi_url=None)
    with TestClient(app).websocket_connect("/") as websocket:
        assert websocket.receive_text() == "hello"
        assert websocket.receive()["code"] == 1000
