"""What is around an application, also where monitoring tools replace methods of Starlette's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware

from ferroapi import FastAPI, HTTPException, Request, WebSocket
from ferroapi.responses import PlainTextResponse
from ferroapi.testclient import TestClient

if TYPE_CHECKING:
    from collections.abc import Callable


class RefusedError(Exception):
    """Has a handler."""


async def pass_on(request: Any, call_next: Callable[..., Any]) -> Any:
    return await call_next(request)


async def never(request: Request, error: Exception) -> Any:
    raise AssertionError("it is not asked")


@pytest.fixture(params=["bare", "middleware"])
def app(request: pytest.FixtureRequest) -> FastAPI:
    app = FastAPI()
    if request.param == "middleware":
        app.middleware("http")(pass_on)

    @app.exception_handler(RefusedError)
    async def refused(request: Any, error: Exception) -> Any:
        return PlainTextResponse("refused", 503)

    @app.get("/refused")
    async def refuse() -> None:
        raise RefusedError

    @app.get("/teapot")
    def teapot() -> None:
        raise HTTPException(418)

    @app.get("/broken")
    def broken() -> None:
        raise ValueError

    @app.websocket("/ws")
    async def ws(websocket: WebSocket) -> None:
        await websocket.accept()
        raise ValueError

    return app


ANSWERS = {"/refused": 503, "/teapot": 418, "/broken": 500, "/none": 404}


def test_middleware_raises_outside_of_the_handlers() -> None:
    """Handlers belong to what is inside of the middleware."""

    async def handle(request: Request, error: Exception) -> Any:
        return PlainTextResponse("all")

    app = FastAPI(exception_handlers={RefusedError: never, Exception: handle})

    @app.middleware("http")
    async def broken(request: Request, call_next: Any) -> Any:
        raise RefusedError

    app.get("/")(lambda: 1)
    assert TestClient(app, raise_server_exceptions=False).get("/").text == "all"


def test_server_error_middleware_is_passed(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    call = ServerErrorMiddleware.__call__

    async def observe(self: Any, scope: Any, receive: Any, send: Any) -> None:
        try:
            await call(self, scope, receive, send)
            seen.append(scope["path"])
        except ValueError:
            seen.append("failed")
            raise

    monkeypatch.setattr(ServerErrorMiddleware, "__call__", observe)
    client = TestClient(app, raise_server_exceptions=False)
    assert {path: client.get(path).status_code for path in ANSWERS} == ANSWERS
    assert seen == ["/refused", "/teapot", "failed", "/none"]
    with pytest.raises(ValueError), client.websocket_connect("/ws"):  # noqa: PT011
        pass
    assert seen[4:] == ["failed"]


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The exceptions that a tool sees which puts its functions in the place of all handlers."""
    errors: list[str] = []
    make = ExceptionMiddleware.__init__

    def made(self: Any, *args: Any, **options: Any) -> None:
        make(self, *args, **options)
        for kind, handler in self._exception_handlers.items():

            async def handle(request: Any, error: Exception, handler: Any = handler) -> Any:
                errors.append(type(error).__name__)
                return await handler(request, error)

            self._exception_handlers[kind] = handle

    monkeypatch.setattr(ExceptionMiddleware, "__init__", made)
    return errors


def test_the_handlers_of_exception_middleware_answer(app: FastAPI, handled: list[str]) -> None:
    client = TestClient(app, raise_server_exceptions=False)
    assert {path: client.get(path).status_code for path in ANSWERS} == ANSWERS
    assert handled == ["RefusedError", "HTTPException", "HTTPException"]


def test_the_record_of_exception_middleware_is_made(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    classes: list[Any] = []
    make = Middleware.__init__

    def made(self: Any, cls: Any, *args: Any, **options: Any) -> None:
        classes.append(cls)
        make(self, cls, *args, **options)

    monkeypatch.setattr(Middleware, "__init__", made)
    assert TestClient(app).get("/teapot").status_code == 418
    assert classes == [ExceptionMiddleware]


def test_handlers_are_looked_up_in_the_scope_of_observed_requests(
    app: FastAPI, handled: list[str]
) -> None:
    class LateError(Exception):
        pass

    async def late(request: Any, error: Exception) -> Any:
        return PlainTextResponse("late", 410)

    @app.get("/late")
    async def raise_late(request: Request) -> None:
        by_type, by_status = request.scope["starlette.exception_handlers"]
        by_type[LateError] = late
        by_status[418] = late
        raise LateError

    client = TestClient(app)
    assert client.get("/late").status_code == 410
    assert client.get("/teapot").status_code == 410
