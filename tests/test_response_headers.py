"""A header that would be more than one line is refused where it is set, and answered with a 500."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.server.serving import sent, serving
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ferroapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response, WebSocket
from ferroapi._core import check_headers
from ferroapi.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    StreamingResponse,
)
from ferroapi.server import HTTPProtocol
from ferroapi.sse import EventSourceResponse
from ferroapi.testclient import TestClient

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

WRONG = {"x-wrong": "a\r\nset-cookie: b=c"}
RAW = [(b"x-wrong", b"a\r\nset-cookie: b=c")]


def check(name: bytes, value: bytes) -> None:
    wrong = TOKEN.fullmatch(name) is None or CONTROL.search(value) is not None
    with pytest.raises(RuntimeError, match=re.escape(f"{name!r}")) if wrong else nullcontext():
        check_headers([(b"x-first", b"1"), (name, value)])


@pytest.mark.parametrize("byte", range(256))
def test_every_byte(byte: int) -> None:
    one = bytes([byte])
    for text in (one, b"a" + one, one + b"a", b"a" + one + b"b"):
        check(text, b"value")
        check(b"name", text)


@given(st.binary(), st.binary())
def test_any_bytes(name: bytes, value: bytes) -> None:
    check(name, value)


@pytest.mark.parametrize("headers", [[(b"a",)], [b"ab"], [("a", "b")], [(b"a", 1)], [None]])
def test_what_is_no_pair_of_bytes_is_a_type_error(headers: Any) -> None:
    with pytest.raises(TypeError, match="pair of bytes"):
        check_headers(headers)


app = FastAPI()
included = APIRouter()
mounted = FastAPI()
behind = FastAPI()


def inject(response: Response) -> None:
    response.headers["x-wrong"] = WRONG["x-wrong"]


@app.get("/injected")
async def injected(response: Response) -> str:
    inject(response)
    return "leaked"


@app.get("/injected-by-dependency", dependencies=[Depends(inject)])
def injected_by_dependency() -> str:
    return "leaked"


@app.get("/injected-text", dependencies=[Depends(inject)], response_class=PlainTextResponse)
async def injected_text() -> str:
    return "leaked"


@app.get("/injected-stream")
async def injected_stream(response: Response) -> AsyncIterator[str]:
    inject(response)
    yield "leaked"


@app.get("/injected-events", dependencies=[Depends(inject)], response_class=EventSourceResponse)
def injected_events() -> Iterator[str]:
    yield "leaked"


@app.get("/returned")
async def returned() -> Any:
    return JSONResponse("leaked", headers=WRONG)


@app.get("/returned-html", response_class=HTMLResponse)
async def returned_html() -> Any:
    return HTMLResponse("leaked", headers=WRONG)


@included.get("/returned-in-thread")
def returned_in_thread() -> Any:
    return PlainTextResponse("leaked", headers=WRONG)


async def opened() -> AsyncIterator[None]:
    yield


@included.get("/returned-with-dependency", dependencies=[Depends(opened)])
async def returned_with_dependency() -> Any:
    return Response("leaked", headers=WRONG)


@app.get("/name")
async def name() -> Any:
    return Response("leaked", headers={"x wrong": "a"})


@app.get("/type")
async def media_type() -> Any:
    return Response("leaked", media_type="text/plain\r\nset-cookie: b=c")


@app.get("/cookie")
async def cookie(response: Response) -> str:
    response.set_cookie("name", "value", path="/\r\nx-wrong: b")
    return "leaked"


@app.get("/redirect")
async def redirect() -> Any:
    response = RedirectResponse("/")
    response.headers["location"] = "/\r\nset-cookie: b=c"
    return response


@app.get("/file")
async def file() -> Any:
    return FileResponse(Path(__file__), headers=WRONG)


@app.get("/stream")
async def stream() -> Any:
    return StreamingResponse(iter(["leaked"]), headers=WRONG)


@app.get("/exception")
async def exception() -> None:
    raise HTTPException(404, "leaked", WRONG)


@app.get("/exception-in-dependency", dependencies=[Depends(exception)])
async def exception_in_dependency() -> None: ...


async def handler(request: Request, error: Exception) -> Response:
    return PlainTextResponse("leaked", headers=WRONG)


@app.get("/handled")
async def handled() -> None:
    raise LookupError


app.add_exception_handler(LookupError, handler)


@mounted.get("/returned")
async def returned_by_mounted(response: Response) -> str:
    inject(response)
    return "leaked"


async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": iter(RAW)})
    await send({"type": "http.response.body", "body": b"leaked"})


class Adding:
    """Middleware that adds the header."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = (*message["headers"], *RAW)
            await send(message)

        await self.app(scope, receive, add)


@behind.get("/")
async def constant() -> str:
    return "leaked"


behind.add_middleware(Adding)
app.include_router(included)
app.mount("/mounted", mounted)
app.mount("/plain", plain)

PATHS = [*app.openapi()["paths"], "/mounted/returned", "/plain/"]


@pytest.fixture(params=["alone", "behind middleware"])
def surrounded(request: pytest.FixtureRequest) -> ASGIApp:
    if request.param == "alone":
        return app
    outer = FastAPI(routes=app.routes, exception_handlers={LookupError: handler})

    @outer.middleware("http")
    async def passing(request: Request, call_next: Any) -> Response:
        answer: Response = await call_next(request)
        return answer

    return outer


@pytest.mark.parametrize("path", PATHS)
def test_it_is_a_500(path: str, surrounded: ASGIApp, loop: dict[str, Any]) -> None:
    with TestClient(surrounded, raise_server_exceptions=False, **loop) as client:
        answer = client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert {"x-wrong", "set-cookie"}.isdisjoint(answer.headers)


@pytest.mark.parametrize("path", PATHS)
def test_the_server_is_told(path: str) -> None:
    with pytest.raises(RuntimeError, match="of a response header"):
        TestClient(app).get(path)


def test_a_header_of_middleware(loop: dict[str, Any]) -> None:
    with TestClient(behind, raise_server_exceptions=False, **loop) as client:
        assert client.get("/").status_code == 500


def test_headers_that_are_read_once_are_sent() -> None:
    async def once(scope: Scope, receive: Receive, send: Send) -> None:
        headers = iter([(b"x-right", b"a")])
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"text"})

    outer = FastAPI()
    outer.mount("/", once)
    assert TestClient(outer).get("/").headers["x-right"] == "a"


def test_a_handler_may_answer() -> None:
    own = FastAPI(exception_handlers={RuntimeError: handle_runtime_error})
    own.add_api_route("/", returned)
    answer = TestClient(own).get("/")
    assert (answer.status_code, answer.text) == (503, "sorry")


async def handle_runtime_error(request: Request, error: Exception) -> Response:
    return PlainTextResponse("sorry", 503)


@pytest.mark.parametrize("denied", [False, True])
def test_a_websocket(denied: bool) -> None:
    own = FastAPI()

    @own.websocket("/")
    async def accept(websocket: WebSocket) -> None:
        if denied:
            await websocket.send_denial_response(PlainTextResponse("leaked", headers=WRONG))
        else:
            await websocket.accept(headers=RAW)

    with (
        pytest.raises(RuntimeError, match="of a response header"),
        TestClient(own).websocket_connect("/"),
    ):
        pass


@pytest.mark.parametrize("protocol", [HTTPProtocol, HttpToolsProtocol, H11Protocol])
@pytest.mark.parametrize("path", PATHS)
def test_every_server_sends_the_500(
    protocol: Any, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def ask() -> bytes:
        async with serving(app, protocol=protocol) as port:
            return await sent(
                port, f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
            )

    answer = asyncio.run(ask())
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert answer.endswith(b"\r\n\r\nInternal Server Error")
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], RuntimeError)
