"""Layers around an application."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
import pytest

from ferroapi import FastAPI, Form, Request
from ferroapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from ferroapi.middleware.trustedhost import TrustedHostMiddleware
from ferroapi.testclient import TestClient


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


# name: (field `Host`, status)
HOSTS: dict[str, tuple[bytes | None, int]] = {
    "name": (b"example.com", 404),
    "port": (b"example.com:81", 404),
    "capitals": (b"EXAMPLE.com", 404),
    "below": (b"a.example.org", 404),
    "any_character_for_a_dot": (b"exampleXcom", 400),
    "final_dot": (b"example.com.", 400),
    "another_name_with_the_end": (b"badexample.org", 400),
    "the_end_alone": (b"example.org", 400),
    "name_in_front": (b"example.com.bad.net", 400),
    "user": (b"example.com@bad.net", 400),
    "path": (b"bad.net/.example.org", 400),
    "two_lines": (b"bad.net\nexample.com", 400),
    "empty": (b"", 400),
    "none": (None, 400),
}


@pytest.mark.parametrize(("host", "status"), HOSTS.values(), ids=HOSTS)
def test_a_host_is_allowed_by_its_letters(ask: Any, host: bytes | None, status: int) -> None:
    """It is no pattern, and no other field speaks for it."""
    app = FastAPI()
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["example.com", "*.example.org"])
    headers = [(b"x-forwarded-host", b"example.com"), (b"forwarded", b"host=example.com")]
    if host is not None:
        headers.append((b"host", host))

    async def once() -> Any:
        return await ask(app, headers=headers)

    assert anyio.run(once).status == status
