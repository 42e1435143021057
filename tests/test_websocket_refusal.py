"""WebSockets that are refused before they are accepted, and what a client is told."""

import inspect
import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from starlette.requests import HTTPConnection
from starlette.routing import Router
from starlette.testclient import WebSocketDenialResponse
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from tests.conftest import EXAMPLES
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ferroapi import (
    APIRouter,
    Depends,
    FastAPI,
    HTTPException,
    Query,
    Request,
    WebSocket,
    WebSocketException,
)
from ferroapi.exceptions import FastAPIError
from ferroapi.testclient import TestClient


def application(refusal: Any) -> FastAPI:
    app = FastAPI(websocket_refusal=refusal)

    async def refuse() -> None:
        raise WebSocketException(4001, "not you")

    async def refuse_with_status() -> None:
        raise HTTPException(401, "who are you?")

    @app.websocket("/number")
    async def tell(websocket: WebSocket, number: int) -> None:
        await websocket.accept()
        await websocket.send_json(number)

    @app.websocket("/refused", dependencies=[Depends(refuse)])
    async def never(websocket: WebSocket) -> None: ...

    @app.websocket("/status", dependencies=[Depends(refuse_with_status)])
    async def never_either(websocket: WebSocket) -> None: ...

    @app.websocket("/late")
    async def accept_first(websocket: WebSocket) -> None:
        await websocket.accept()
        raise WebSocketException(4002, "too late")

    return app


close, response, accept = (application(how) for how in ("close", "response", "accept"))

NOT_FOUND = {"detail": "Not Found"}
ERROR = {
    "type": "int_parsing",
    "loc": ["query", "number"],
    "msg": "Input should be a valid integer, unable to parse string as an integer",
    "input": "x",
}
REASON = json.dumps([ERROR], separators=(",", ":"))

Told = tuple[int, Any]

# name: (application, path, status and content of the response, or code and reason)
REFUSALS: dict[str, tuple[FastAPI, str, Told]] = {
    "close-unknown_path": (close, "/nothing", (1000, "")),
    "close-does_not_fit": (close, "/number?number=x", (1008, REASON)),
    "close-refused": (close, "/refused", (4001, "not you")),
    "close-status": (close, "/status", (401, {"detail": "who are you?"})),
    "close-late": (close, "/late", (4002, "too late")),
    "response-unknown_path": (response, "/nothing", (404, NOT_FOUND)),
    "response-does_not_fit": (response, "/number?number=x", (422, {"detail": [ERROR]})),
    "response-refused": (response, "/refused", (403, {"detail": "not you"})),
    "response-status": (response, "/status", (401, {"detail": "who are you?"})),
    "response-late": (response, "/late", (4002, "too late")),
    "accept-unknown_path": (accept, "/nothing", (4404, "Not Found")),
    "accept-does_not_fit": (accept, "/number?number=x", (1008, REASON[:123])),
    "accept-refused": (accept, "/refused", (4001, "not you")),
    "accept-status": (accept, "/status", (401, {"detail": "who are you?"})),
    "accept-late": (accept, "/late", (4002, "too late")),
}


@pytest.mark.parametrize(("app", "path", "told"), REFUSALS.values(), ids=REFUSALS)
def test_what_a_client_is_told(loop: dict[str, Any], app: FastAPI, path: str, told: Told) -> None:
    with TestClient(app, **loop) as client:
        with (
            pytest.raises((WebSocketDenialResponse, WebSocketDisconnect)) as caught,
            client.websocket_connect(path) as session,
        ):
            session.receive_text()
        if isinstance(caught.value, WebSocketDenialResponse):
            found: Told = caught.value.status_code, caught.value.json()
        else:
            assert isinstance(caught.value, WebSocketDisconnect)
            found = caught.value.code, caught.value.reason
        assert found == told
        with client.websocket_connect("/number?number=3") as session:
            assert session.receive_json() == 3


@pytest.mark.anyio
async def test_a_server_that_cannot_send_a_response_is_told_to_close() -> None:
    sent: list[Message] = []
    messages = [{"type": "websocket.connect"}]

    async def receive() -> Message:
        return messages.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "websocket",
        "path": "/nothing",
        "query_string": b"",
        "headers": [],
        "subprotocols": [],
    }
    await response(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 4404, "reason": "Not Found"}]


# name: (application, path, status of the handshake and its content, or code and reason)
OVER_A_SOCKET: dict[str, tuple[str, str, Told]] = {
    "close": ("close", "/nothing", (403, None)),
    "response": ("response", "/nothing", (404, NOT_FOUND)),
    "response_does_not_fit": ("response", "/number?number=x", (422, {"detail": [ERROR]})),
    "accept": ("accept", "/nothing", (4404, "Not Found")),
    "accept_does_not_fit": ("accept", "/number?number=x", (1008, REASON[:123])),
}


@pytest.mark.parametrize(("name", "path", "told"), OVER_A_SOCKET.values(), ids=OVER_A_SOCKET)
def test_over_a_socket(start_server: Any, name: str, path: str, told: Told) -> None:
    server = start_server(
        ["-m", "uvicorn", f"tests.test_websocket_refusal:{name}", "--port", "0"],
        cwd=EXAMPLES.parent,
    )
    port = int(server.wait_for(r"http://127\.0\.0\.1:(\d+)")[1])
    with (
        pytest.raises((InvalidStatus, ConnectionClosed)) as caught,
        connect(f"ws://127.0.0.1:{port}{path}", proxy=None) as session,
    ):
        session.recv(timeout=10)
    if isinstance(caught.value, InvalidStatus):
        answer = caught.value.response
        content = json.loads(answer.body) if answer.body else None
        assert (answer.status_code, content) == told
    else:
        assert caught.value.rcvd is not None
        assert (caught.value.rcvd.code, caught.value.rcvd.reason) == told


def test_a_default_of_the_users_answers() -> None:
    async def default(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.close", "code": 4999, "reason": "mine"})

    app = FastAPI(websocket_refusal="response")
    app.router.default = default
    with pytest.raises(WebSocketDisconnect) as caught, TestClient(app).websocket_connect("/x"):
        pass
    assert caught.value.code == 4999
    assert Router().default != default


class Place(BaseModel):
    name: str
    since: date


# name: (what is sent, the text)
SENT: dict[str, tuple[Any, str]] = {
    "model": (Place(name="ü", since=date(2026, 1, 2)), '{"name":"ü","since":"2026-01-02"}'),
    "date": (date(2026, 1, 2), '"2026-01-02"'),
    "inside": ({"at": [date(2026, 1, 2)]}, '{"at":["2026-01-02"]}'),
    "data": ({"a": [1, None, "ü"]}, '{"a":[1,null,"ü"]}'),
}


@pytest.mark.parametrize("mode", ["text", "binary"])
@pytest.mark.parametrize(("value", "text"), SENT.values(), ids=SENT)
def test_send_json(value: Any, text: str, mode: str) -> None:
    app = FastAPI()

    @app.websocket("/")
    async def send(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json(value, mode=mode)

    with TestClient(app).websocket_connect("/") as session:
        found = session.receive_text() if mode == "text" else session.receive_bytes().decode()
    assert found == text


def needs_request(request: Request) -> None: ...


def may_have_request(request: Request = None) -> None: ...  # type: ignore[assignment]  # WebSockets have none


def has_connection(connection: HTTPConnection) -> None: ...


class NeedsRequest:
    def __call__(self, request: Request) -> None: ...


async def plain(websocket: WebSocket) -> None: ...


async def asking(websocket: WebSocket, request: Request) -> None: ...


async def depending(
    websocket: WebSocket, value: Annotated[None, Depends(needs_request)]
) -> None: ...


# name: (what declares a WebSocket, the function that is named)
REQUESTS: dict[str, tuple[Callable[[], Any], Any]] = {
    "endpoint": (lambda: FastAPI().websocket("/")(asking), asking),
    "dependency": (lambda: FastAPI().websocket("/")(depending), needs_request),
    "of_the_route": (
        lambda: FastAPI().websocket("/", dependencies=[Depends(needs_request)])(plain),
        needs_request,
    ),
    "of_the_application": (
        lambda: FastAPI(dependencies=[Depends(needs_request)]).websocket("/")(plain),
        needs_request,
    ),
    "of_the_router": (
        lambda: APIRouter(dependencies=[Depends(needs_request)]).websocket("/")(plain),
        needs_request,
    ),
    "callable_object": (
        lambda: FastAPI().websocket("/", dependencies=[Depends(NeedsRequest())])(plain),
        plain,
    ),
}


@pytest.mark.parametrize(("declare", "function"), REQUESTS.values(), ids=REQUESTS)
def test_a_websocket_has_no_request(declare: Callable[[], Any], function: Any) -> None:
    with pytest.raises(
        FastAPIError, match="A WebSocket has no Request for the parameter"
    ) as caught:
        declare()
    line = inspect.getsourcelines(function)[1]
    assert any(f"{__file__}, line {line}" in note for note in caught.value.__notes__)


def test_a_signature_may_show_a_request_that_is_not_needed() -> None:
    """As packages have it that inject what they take from either kind of connection."""

    async def echo(**connections: Any) -> None:
        await connections["websocket"].accept()
        await connections["websocket"].send_json(sorted(connections))

    vars(echo)["__signature__"] = inspect.Signature(
        [
            inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request),
            inspect.Parameter("websocket", inspect.Parameter.KEYWORD_ONLY, annotation=WebSocket),
        ]
    )
    app = FastAPI()
    app.websocket("/")(echo)
    with TestClient(app).websocket_connect("/") as connection:
        assert connection.receive_json() == ["websocket"]


def test_a_request_that_may_be_missing_is_none() -> None:
    app = FastAPI()

    @app.websocket("/")
    async def send(
        websocket: WebSocket,
        number: Annotated[int, Query()] = 3,
        _one: None = Depends(may_have_request),
        _two: None = Depends(has_connection),
    ) -> None:
        await websocket.accept()
        await websocket.send_json(number)

    with TestClient(app).websocket_connect("/") as session:
        assert session.receive_json() == 3


def test_what_an_inclusion_adds_may_be_for_requests() -> None:
    app, router = FastAPI(), APIRouter()
    router.websocket("/socket")(plain)

    @router.get("/x")
    async def read() -> int:
        return 1

    app.include_router(router, prefix="/a", dependencies=[Depends(needs_request)])
    app.include_router(router, dependencies=[Depends(needs_request)])
    client = TestClient(app)
    assert client.get("/a/x").json() == client.get("/x").json() == 1
    assert client.get("/openapi.json").status_code == 200
    with pytest.raises(TypeError, match="request"), client.websocket_connect("/socket"):
        pass


@pytest.mark.parametrize("refusal", ["403", None, True])
def test_there_are_three_ways(refusal: Any) -> None:
    with pytest.raises(ValueError, match="websocket_refusal is none of"):
        FastAPI(websocket_refusal=refusal)
