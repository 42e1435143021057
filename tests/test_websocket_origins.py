"""Which pages may open a WebSocket."""

import logging
from typing import Annotated, Any

import pytest
from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from ferroapi import (
    APIRouter,
    Cookie,
    Depends,
    FastAPI,
    Security,
    WebSocket,
    WebSocketDisconnect,
    routing,
)
from ferroapi.routing import APIWebSocketRoute
from ferroapi.security import APIKeyCookie, APIKeyHeader
from ferroapi.testclient import TestClient

Session = Annotated[str, Cookie()]


async def session(session: Session) -> str:
    return session


async def parameter(websocket: WebSocket, session: Session) -> None:
    await websocket.accept()


async def dependency(websocket: WebSocket, found: Annotated[str, Depends(session)]) -> None:
    await websocket.accept()


async def scheme(
    websocket: WebSocket, key: Annotated[str, Security(APIKeyCookie(name="session"))]
) -> None:
    await websocket.accept()


async def header(
    websocket: WebSocket, key: Annotated[str, Security(APIKeyHeader(name="x-key"))]
) -> None:
    await websocket.accept()


async def plain(websocket: WebSocket) -> None:
    await websocket.accept()


ENDPOINTS = {"parameter": parameter, "dependency": dependency, "scheme": scheme}
OTHERS = {"header": header, "plain": plain}

# name: (what the application allows, the origin, whether it may open one that reads a cookie, and
# another one)
CASES: dict[str, tuple[Any, str | None, bool, bool]] = {
    "no_page": (None, None, True, True),
    "same": (None, "http://testserver", True, True),
    "same_encrypted": (None, "https://testserver", True, True),
    "same_in_capitals": (None, "http://TestServer", True, True),
    "other": (None, "http://evil.example", False, True),
    "other_port": (None, "http://testserver:81", False, True),
    "longer": (None, "http://testserver.evil.example", False, True),
    "prefixed": (None, "http://eviltestserver", False, True),
    "sandboxed": (None, "null", False, True),
    "empty": (None, "", False, True),
    "no_origin": (None, "testserver", False, True),
    "named": (["https://a.example"], "https://a.example", True, True),
    "named_in_capitals": (["https://A.example"], "https://a.example", True, True),
    "same_but_not_named": (["https://a.example"], "http://testserver", False, False),
    "none_is_named": ([], "http://testserver", False, False),
    "no_page_for_named": (["https://a.example"], None, True, True),
    "any": ("*", "http://evil.example", True, True),
    "any_in_a_list": (["https://a.example", "*"], "http://evil.example", True, True),
}


def application(allowed: Any) -> FastAPI:
    app = FastAPI(websocket_origins=allowed)
    router = APIRouter()
    for name, endpoint in (ENDPOINTS | OTHERS).items():
        router.websocket(f"/{name}")(endpoint)
    app.include_router(router, prefix="/in")
    return app


def opens(app: FastAPI, path: str, origin: str | None) -> bool:
    headers = {"cookie": "session=s", "x-key": "k"}
    if origin is not None:
        headers["origin"] = origin
    try:
        with TestClient(app).websocket_connect(path, headers=headers):
            return True
    except WebSocketDisconnect as refused:
        if refused.code != 1008:
            raise
        return False


@pytest.mark.parametrize(("allowed", "origin", "with_cookie", "without"), CASES.values(), ids=CASES)
def test_origin(
    allowed: Any,
    origin: str | None,
    with_cookie: bool,
    without: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = application(allowed)
    expected = dict.fromkeys(ENDPOINTS, with_cookie) | dict.fromkeys(OTHERS, without)
    with caplog.at_level(logging.WARNING):
        assert {name: opens(app, f"/in/{name}", origin) for name in expected} == expected
    refused = [name for name, is_open in expected.items() if not is_open]
    assert [record.args for record in caplog.records] == [
        (origin, f"/in/{name}", "testserver") for name in refused
    ]


@pytest.mark.parametrize("case", ["same", "other", "named", "same_but_not_named"])
def test_replaced_functions_change_nothing(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def replaced(function: Any, *arguments: Any) -> Any:
        return await run_in_threadpool(function, *arguments)

    monkeypatch.setattr(routing, "run_in_threadpool", replaced)
    allowed, origin, with_cookie, without = CASES[case]
    app = application(allowed)
    expected = dict.fromkeys(ENDPOINTS, with_cookie) | dict.fromkeys(OTHERS, without)
    assert {name: opens(app, f"/in/{name}", origin) for name in expected} == expected


class Handling(APIWebSocketRoute):
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await plain(WebSocket(scope, receive, send))


@pytest.mark.parametrize("kind", [WebSocketRoute, Handling])
def test_routes_that_answer_by_themselves(kind: Any) -> None:
    app = FastAPI(websocket_origins=["https://a.example"])
    router = APIRouter(routes=[kind("/plain", plain)])
    app.include_router(router, prefix="/in")
    assert opens(app, "/in/plain", "https://a.example")
    assert opens(app, "/in/plain", None)
    assert not opens(app, "/in/plain", "https://evil.example")


def test_a_setting_is_heard_when_it_changes() -> None:
    app = application(None)
    assert not opens(app, "/in/parameter", "http://a.example")
    app.websocket_origins = ["http://a.example"]
    assert opens(app, "/in/parameter", "http://a.example")


@pytest.mark.parametrize("wrong", ["https://a.example", ["a.example"], ["https://a/b"], [""]])
def test_what_is_no_origin_is_an_error(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^websocket_origins is .*: it takes a list of origins"):
        FastAPI(websocket_origins=wrong)
