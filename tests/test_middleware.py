"""Layers around an application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from ferroapi import FastAPI, Form, Request
from ferroapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from ferroapi.testclient import TestClient

if TYPE_CHECKING:
    import pytest


def test_an_exit_stack_is_left_when_the_connection_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[str] = []
    app = FastAPI()

    @app.post("/")
    async def root(request: Request, name: Annotated[str, Form()]) -> str:
        request.scope["mine"].callback(closed.append, name)
        return name

    stack = AsyncExitStackMiddleware(app.router, context_name="mine")
    monkeypatch.setattr(app, "build_middleware_stack", lambda: stack)
    assert TestClient(app).post("/", data={"name": "a"}).json() == "a"
    assert closed == ["a"]
