"""The answer where nothing has the path."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request

from ferroapi import APIRouter, FastAPI, HTTPException
from ferroapi.exception_handlers import http_exception_handler
from ferroapi.responses import JSONResponse, PlainTextResponse, Response
from ferroapi.testclient import TestClient


async def answer(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    return PlainTextResponse(f"{request.method} {error.detail}", error.status_code)


# name: (handlers, the text of the answer)
HANDLERS: dict[str, tuple[dict[Any, Any], str]] = {
    "none": ({}, '{"detail":"Not Found"}'),
    "of_another_status": ({405: answer}, '{"detail":"Not Found"}'),
    "of_the_status": ({404: answer}, "GET Not Found"),
    "of_the_class": ({StarletteHTTPException: answer}, "GET Not Found"),
    "of_our_class": ({HTTPException: answer}, '{"detail":"Not Found"}'),
    "of_everything": ({Exception: answer}, '{"detail":"Not Found"}'),
}


@pytest.mark.parametrize(("handlers", "text"), HANDLERS.values(), ids=HANDLERS)
def test_handlers(handlers: dict[Any, Any], text: str) -> None:
    response = TestClient(FastAPI(exception_handlers=handlers)).get("/nothing")
    assert (response.status_code, response.text) == (404, text)


def test_a_handler_that_comes_late() -> None:
    app = FastAPI()
    client = TestClient(app)
    assert client.get("/nothing").json() == {"detail": "Not Found"}
    app.add_exception_handler(404, answer)
    assert client.get("/nothing").text == "GET Not Found"


def mounted() -> Any:
    app = FastAPI()
    app.mount("/nothing", FastAPI())
    return app


def included() -> Any:
    app = FastAPI()
    router = APIRouter()
    router.get("/else")(lambda: None)
    app.include_router(router, prefix="/nothing")
    return app


async def default(scope: Any, receive: Any, send: Any) -> None:
    await JSONResponse({"detail": "Default"}, 404)(scope, receive, send)


def with_default() -> Any:
    app = FastAPI()
    app.router.default = default
    return app


# name: (what makes the application, the body)
APPLICATIONS: dict[str, tuple[Callable[[], Any], Any]] = {
    "mounted": (mounted, {"detail": "Not Found"}),
    "included": (included, {"detail": "Not Found"}),
    "default": (with_default, {"detail": "Default"}),
}


@pytest.mark.parametrize(("make", "body"), APPLICATIONS.values(), ids=APPLICATIONS)
def test_applications(make: Callable[[], Any], body: Any) -> None:
    """The same answer as the exception that it stands for would have."""
    response = TestClient(make()).get("/nothing/at/all")
    assert (response.status_code, response.json()) == (404, body)


@pytest.mark.anyio
async def test_it_is_what_the_default_handler_answers(ask: Any) -> None:
    sent = await ask(FastAPI(), "GET", path="/nothing")

    async def raising(scope: Any, receive: Any, send: Any) -> None:
        response = await http_exception_handler(Request(scope), StarletteHTTPException(404))
        await response(scope, receive, send)

    assert sent == await ask(raising, "GET", path="/nothing")


def test_a_router_alone() -> None:
    response = TestClient(APIRouter()).get("/nothing")
    assert (response.status_code, response.text) == (404, "Not Found")
