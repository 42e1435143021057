"""Tools that put something around an application."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import context
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ferroapi import FastAPI
from ferroapi.telemetry import TelemetryConfig
from ferroapi.testclient import TestClient


def make_app(kind: type[FastAPI] = FastAPI, telemetry: TelemetryConfig | None = None) -> FastAPI:
    app = kind(telemetry=telemetry)

    @app.get("/")
    def root() -> str:
        return "ok"

    @app.get("/fail")
    def fail() -> None:
        raise ValueError

    return app


def counted(app: ASGIApp, seen: list[str]) -> ASGIApp:
    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.append(f"{scope['path']} {message['status']}")
            await send(message)

        await app(scope, receive, note)

    return run


def by_subclass(seen: list[str], _: pytest.MonkeyPatch) -> FastAPI:
    class Wrapped(FastAPI):
        def build_middleware_stack(self) -> ASGIApp:
            stack = super().build_middleware_stack()
            assert isinstance(stack, ServerErrorMiddleware)
            return counted(stack, seen)

    return make_app(Wrapped)


def by_instance(seen: list[str], monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    app = make_app()
    build = app.build_middleware_stack
    monkeypatch.setattr(app, "build_middleware_stack", lambda: counted(build(), seen))
    return app


def by_stack(seen: list[str], _: pytest.MonkeyPatch) -> FastAPI:
    app = make_app()
    app.middleware_stack = counted(app.build_middleware_stack(), seen)
    return app


def by_starlette(seen: list[str], monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    original = Starlette.__call__

    async def call(self: Starlette, scope: Scope, receive: Receive, send: Send) -> None:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await original(self, scope, receive, send)

        await counted(app, seen)(scope, receive, send)

    monkeypatch.setattr(Starlette, "__call__", call)
    return make_app()


@pytest.mark.parametrize("wrap", [by_subclass, by_instance, by_stack, by_starlette])
def test_what_is_put_around_sees_every_response(wrap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    app = wrap(seen, monkeypatch)
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/").json() == "ok"
    assert client.get("/fail").status_code == 500
    assert seen == ["/ 200", "/fail 500"]


def test_without_anything_around_the_router_answers() -> None:
    app = make_app()
    assert app.middleware_stack is None
    assert TestClient(app).get("/").json() == "ok"
    assert getattr(app.middleware_stack, "app", None) is app.router


def test_the_stack_is_made_again() -> None:
    app = make_app()
    client = TestClient(app)
    assert client.get("/").json() == "ok"
    seen: list[str] = []
    app.middleware_stack = None
    app.user_middleware.append(Middleware(counted, seen))
    assert client.get("/").json() == "ok"
    assert seen == ["/ 200"]


class OpenTelemetryMiddleware:
    """Stands for the middleware of OpenTelemetry's own instrumentation, known by its name."""

    __module__ = "opentelemetry.instrumentation.asgi"

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.mark.parametrize("inside", [False, True], ids=["outermost", "below another"])
def test_two_do_not_tell_the_same(observed: Any, inside: bool) -> None:
    app = make_app(telemetry=observed.config)
    client = TestClient(app, raise_server_exceptions=False)
    stack = app.build_middleware_stack()
    instrumented: ASGIApp = OpenTelemetryMiddleware(stack)
    app.middleware_stack = ServerErrorMiddleware(instrumented) if inside else instrumented
    assert client.get("/fail").status_code == 500
    assert observed.spans == []
    assert observed.points() == []
    assert observed.logs == []
    app.middleware_stack = stack
    assert client.get("/").json() == "ok"
    assert len(observed.spans) == 4


def test_a_mark_of_others_leaves_telemetry_to_them(observed: Any) -> None:
    app = make_app(telemetry=observed.config)

    async def marking(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "fastapi.telemetry": None}, receive, send)

    assert TestClient(marking).get("/").json() == "ok"
    assert observed.spans == []
    assert TestClient(app).get("/").json() == "ok"
    assert len(observed.spans) == 4
    assert context.get_current() == {}
