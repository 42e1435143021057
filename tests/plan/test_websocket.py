"""A handshake from its parameters to the endpoint, and what wrong ones get."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from starlette.requests import HTTPConnection
from starlette.testclient import WebSocketDenialResponse

from ferroapi import (
    Body,
    Cookie,
    Depends,
    FastAPI,
    Header,
    HTTPException,
    Request,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from ferroapi.exceptions import WebSocketRequestValidationError
from ferroapi.security import HTTPBearer
from ferroapi.testclient import TestClient


def test_parameters(loop: dict[str, Any]) -> None:
    """Path, query, header, cookie, dependencies, and the WebSocket itself under any name."""

    async def token(websocket: WebSocket, x_token: Annotated[str, Header()] = "none") -> str:
        return x_token

    app = FastAPI()

    @app.websocket("/{number}")
    async def talk(
        connection: WebSocket,
        number: int,
        q: int,
        session: Annotated[str, Cookie()],
        found: Annotated[str, Depends(token)],
        same: HTTPConnection,
    ) -> None:
        await connection.accept()
        await connection.send_json([number, q, session, found, same is connection])
        await connection.close()

    headers = {"cookie": "session=s", "x-token": "t"}
    with TestClient(app, **loop).websocket_connect("/1?q=2", headers=headers) as websocket:
        assert websocket.receive_json() == [1, 2, "s", "t", True]


# name: (path, query): each is refused
WRONG = {"path": "/x?q=1", "query": "/1?q=x", "missing": "/1"}


@pytest.mark.parametrize("target", WRONG.values(), ids=WRONG)
def test_wrong_parameters(target: str, loop: dict[str, Any]) -> None:
    """Closed with 1008 before anything was accepted; the endpoint is not called."""
    calls: list[int] = []
    app = FastAPI()

    @app.websocket("/{number}")
    async def talk(websocket: WebSocket, number: int, q: int) -> None:
        calls.append(number)

    with (
        pytest.raises(WebSocketDisconnect) as caught,
        TestClient(app, **loop).websocket_connect(target),
    ):
        pass
    assert caught.value.code == 1008
    assert calls == []


def test_a_body_is_always_missing() -> None:
    app = FastAPI()

    @app.websocket("/")
    async def talk(websocket: WebSocket, item: Annotated[int, Body()]) -> None: ...

    with pytest.raises(WebSocketDisconnect), TestClient(app).websocket_connect("/"):
        pass


def test_several_bodies_are_missing_by_their_names() -> None:
    errors: list[Any] = []
    app = FastAPI()

    @app.exception_handler(WebSocketRequestValidationError)
    async def handle(websocket: WebSocket, error: WebSocketRequestValidationError) -> None:
        errors.extend(error.errors())
        await websocket.close()

    async def depend(first: Annotated[int, Body()]) -> None: ...

    @app.websocket("/", dependencies=[Depends(depend)])
    async def talk(websocket: WebSocket, second: Annotated[int, Body()]) -> None: ...

    with pytest.raises(WebSocketDisconnect), TestClient(app).websocket_connect("/"):
        pass
    assert [error["loc"] for error in errors] == [("body", "first"), ("body", "second")]


def test_the_body_of_the_endpoint_says_whether_one_of_its_name_is_a_member() -> None:
    errors: list[Any] = []
    app = FastAPI()

    @app.exception_handler(WebSocketRequestValidationError)
    async def handle(websocket: WebSocket, error: WebSocketRequestValidationError) -> None:
        errors.extend(error.errors())
        await websocket.close()

    async def depend(item: Annotated[int, Body(embed=True)]) -> None: ...

    @app.websocket("/", dependencies=[Depends(depend)])
    async def talk(websocket: WebSocket, item: Annotated[int, Body()]) -> None: ...

    with pytest.raises(WebSocketDisconnect), TestClient(app).websocket_connect("/"):
        pass
    assert [error["loc"] for error in errors] == [("body", "item"), ("body",)]


def test_a_handler_of_the_application() -> None:
    """It gets the errors and where they are from."""
    seen: list[WebSocketRequestValidationError] = []
    app = FastAPI()

    @app.exception_handler(WebSocketRequestValidationError)
    async def handle(websocket: WebSocket, error: WebSocketRequestValidationError) -> None:
        seen.append(error)
        await websocket.close(4000)

    @app.websocket("/{number}")
    async def talk(websocket: WebSocket, number: int) -> None: ...

    with (
        pytest.raises(WebSocketDisconnect) as caught,
        TestClient(app).websocket_connect("/x"),
    ):
        pass
    assert caught.value.code == 4000
    (error,) = seen
    assert error.errors()[0]["loc"] == ("path", "number")
    assert (error.endpoint_function, error.endpoint_path) == ("talk", "WS /{number}")


@pytest.mark.parametrize("accepted", [False, True])
def test_websocket_exception(accepted: bool, loop: dict[str, Any]) -> None:
    """Closes with its code and reason."""
    app = FastAPI()

    @app.websocket("/")
    async def talk(websocket: WebSocket) -> None:
        if accepted:
            await websocket.accept()
        raise WebSocketException(4001, "no more")

    with (
        pytest.raises(WebSocketDisconnect) as caught,
        TestClient(app, **loop).websocket_connect("/") as websocket,
    ):
        websocket.receive_text()
    assert (caught.value.code, caught.value.reason) == (4001, "no more")


def test_websocket_exception_of_a_dependency() -> None:
    async def refuse() -> None:
        raise WebSocketException(1008)

    app = FastAPI()

    @app.websocket("/", dependencies=[Depends(refuse)])
    async def talk(websocket: WebSocket) -> None: ...

    with pytest.raises(WebSocketDisconnect) as caught, TestClient(app).websocket_connect("/"):
        pass
    assert caught.value.code == 1008


def test_http_exception_denies_the_handshake(loop: dict[str, Any]) -> None:
    """By the extension of ASGI for it, with status, headers and body."""
    app = FastAPI()

    @app.websocket("/")
    async def talk(websocket: WebSocket) -> None:
        raise HTTPException(403, "not you", {"x-a": "b"})

    with (
        pytest.raises(WebSocketDenialResponse) as caught,
        TestClient(app, **loop).websocket_connect("/"),
    ):
        pass
    denial = caught.value
    assert (denial.status_code, denial.json()) == (403, {"detail": "not you"})
    assert denial.headers["x-a"] == "b"


def test_security_schemes() -> None:
    app = FastAPI()

    @app.websocket("/")
    async def talk(websocket: WebSocket, found: Annotated[Any, Depends(HTTPBearer())]) -> None:
        await websocket.accept()
        await websocket.send_text(found.credentials)
        await websocket.close()

    client = TestClient(app)
    with client.websocket_connect("/", headers={"authorization": "Bearer t"}) as websocket:
        assert websocket.receive_text() == "t"
    with pytest.raises(WebSocketDenialResponse) as caught, client.websocket_connect("/"):
        pass
    assert (caught.value.status_code, caught.value.headers["www-authenticate"]) == (401, "Bearer")


def test_unhandled_exceptions_reach_the_server(loop: dict[str, Any]) -> None:
    app = FastAPI()

    @app.websocket("/")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        raise ValueError("broken")

    with (
        pytest.raises(ValueError, match="broken"),
        TestClient(app, **loop).websocket_connect("/") as websocket,
    ):
        websocket.receive_text()


def test_handlers_of_own_exceptions() -> None:
    class OwnError(Exception):
        pass

    app = FastAPI()

    @app.exception_handler(OwnError)
    async def handle(websocket: WebSocket, error: OwnError) -> None:
        await websocket.close(4002)

    @app.websocket("/")
    async def talk(websocket: WebSocket) -> None:
        raise OwnError

    with pytest.raises(WebSocketDisconnect) as caught, TestClient(app).websocket_connect("/"):
        pass
    assert caught.value.code == 4002


def test_a_client_that_leaves_is_seen_by_generators(loop: dict[str, Any]) -> None:
    events: list[str] = []

    async def opened() -> AsyncIterator[None]:
        try:
            yield
        except WebSocketDisconnect:
            events.append("disconnected")
        finally:
            events.append("left")

    app = FastAPI()

    @app.websocket("/", dependencies=[Depends(opened)])
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.receive_text()

    with TestClient(app, **loop).websocket_connect("/"):
        pass
    assert events == ["disconnected", "left"]


def test_a_connection_is_a_request_or_a_websocket() -> None:
    """An `HTTPConnection` is either of them."""

    async def ask(connection: HTTPConnection) -> str:
        return connection.scope["type"]

    app = FastAPI()

    @app.websocket("/")
    async def talk(websocket: WebSocket, kind: Annotated[str, Depends(ask)]) -> None:
        await websocket.accept()
        await websocket.send_text(kind)
        await websocket.close()

    @app.get("/")
    async def read(request: Request, kind: Annotated[str, Depends(ask)]) -> str:
        return kind

    client = TestClient(app)
    with client.websocket_connect("/") as websocket:
        assert websocket.receive_text() == "websocket"
    assert client.get("/").json() == "http"


def test_a_dependency_of_requests_and_of_websockets() -> None:
    """It gets the one there is; the default stays for the other."""

    async def kind(request: Request = None, websocket: WebSocket = None) -> list[str]:  # type: ignore[assignment]
        return [type(request).__name__, type(websocket).__name__]

    app = FastAPI()

    @app.get("/")
    async def read(found: Annotated[list[str], Depends(kind)]) -> list[str]:
        return found

    @app.websocket("/")
    async def talk(websocket: WebSocket, found: Annotated[list[str], Depends(kind)]) -> None:
        await websocket.accept()
        await websocket.send_json(found)

    client = TestClient(app)
    assert client.get("/").json() == ["Request", "NoneType"]
    with client.websocket_connect("/") as websocket:
        assert websocket.receive_json() == ["NoneType", "WebSocket"]
