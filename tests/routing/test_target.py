"""What a mounted application finds in its scope is what Starlette's `Mount` puts there."""

from typing import Any
from unittest.mock import patch

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Mount, Router

from ferroapi import APIRouter, FastAPI
from ferroapi.testclient import TestClient

KEYS = ("app_root_path", "endpoint", "path", "path_params", "root_path")


class Recording:
    """An application that keeps what it finds in its scope."""

    def __init__(self) -> None:
        self.found: dict[str, Any] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers requests."""
        self.found = {key: scope.get(key) for key in KEYS}
        await PlainTextResponse("found")(scope, receive, send)


def found_by(app: Any, recording: Recording, scope: dict[str, Any]) -> Any:
    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        """Nobody wants it."""

    recording.found = None
    anyio.run(app, dict(scope), receive, send)
    return recording.found


SEGMENTS = st.sampled_from(("m", "7", "x y", "é", "", "{name}", "{number:int}", "{rest:path}"))
PATHS = st.lists(st.sampled_from(("m", "7", "x y", "é", "")), max_size=4)


@settings(deadline=None)
@given(
    segments=st.lists(SEGMENTS, max_size=3, unique=True),
    path=PATHS,
    root_path=st.sampled_from(("", "/proxy", "/m")),
    known=st.sampled_from(({}, {"outer": "1"})),
)
def test_it_is_what_starlettes_puts_there(
    segments: list[str], path: list[str], root_path: str, known: dict[str, str]
) -> None:
    recording = Recording()
    mounted = "".join(f"/{segment}" for segment in segments)
    ours = APIRouter(redirect_slashes=False)
    ours.mount(mounted, recording)
    theirs = Router([Mount(mounted, recording)], redirect_slashes=False)
    scope = {
        "type": "http",
        "method": "GET",
        "query_string": b"",
        "headers": [],
        "path": "/" + "/".join(path),
        "root_path": root_path,
        "path_params": known,
    }

    assert found_by(ours, recording, scope) == found_by(theirs, recording, scope)


class Refusing(Mount):
    """A mount of a user's that decides by itself."""

    def matches(self, scope: Any) -> tuple[Match, Any]:
        """Takes everything but some paths."""
        no = scope["path"].startswith("/m/no")
        return (Match.NONE, {}) if no else super().matches(scope)


def mounting(route: BaseRoute) -> TestClient:
    app = FastAPI()
    app.router.routes.append(route)
    return TestClient(app)


def test_a_class_of_its_own_is_asked() -> None:
    client = mounting(Refusing("/m", PlainTextResponse("found")))

    assert client.get("/m/yes").text == "found"
    assert client.get("/m/no").status_code == 404


def test_the_application_of_a_mount_may_change() -> None:
    route = Mount("/m", PlainTextResponse("before"))
    client = mounting(route)
    assert client.get("/m/x").text == "before"
    route.app = PlainTextResponse("after")

    assert client.get("/m/x").text == "after"


@pytest.mark.parametrize("on", ["class", "object"])
def test_what_somebody_has_put_into_its_place_is_called(on: str) -> None:
    route = Mount("/m", PlainTextResponse("found"))
    client = mounting(route)
    assert client.get("/m/x").text == "found"
    other = PlainTextResponse("other")

    async def handle(*arguments: Any) -> None:
        await other(*arguments[-3:])

    with patch.object(Mount if on == "class" else route, "handle", handle):
        assert client.get("/m/x").text == "other"
