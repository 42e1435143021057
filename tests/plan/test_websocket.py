"""A handshake from its parameters to the endpoint, and what wrong ones get."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from starlette.requests import HTTPConnection
from starlette.testclient import WebSocketDenialResponse

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    FastAPI,
    Header,
    HTTPException,
    Query,
    Request,
    Security,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from ferroapi.exceptions import WebSocketRequestValidationError
from ferroapi.responses import PlainTextResponse
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


class Filter(BaseModel):
    """Parameters as one."""

    q: int
    tags: list[str] = []


class Headers(BaseModel):
    """Headers as one."""

    x_token: str


class Cookies(BaseModel):
    """Cookies as one."""

    session: str


def test_models_and_lists_of_parameters() -> None:
    app = FastAPI()

    @app.websocket("/models")
    async def talk(
        websocket: WebSocket,
        query: Annotated[Filter, Query()],
        headers: Annotated[Headers, Header()],
        cookies: Annotated[Cookies, Cookie()],
    ) -> None:
        await websocket.accept()
        await websocket.send_json([query.model_dump(), headers.x_token, cookies.session])

    @app.websocket("/lists")
    async def list_them(
        websocket: WebSocket,
        q: Annotated[list[int], Query(alias="number")],
        x: Annotated[list[str], Header()],
    ) -> None:
        await websocket.accept()
        await websocket.send_json([q, x])

    client = TestClient(app)
    given = {"cookie": "session=s", "x-token": "t"}
    with client.websocket_connect("/models?q=1&tags=a&tags=b", headers=given) as websocket:
        assert websocket.receive_json() == [{"q": 1, "tags": ["a", "b"]}, "t", "s"]
    with client.websocket_connect("/lists?number=1&number=2", headers={"x": "a"}) as websocket:
        assert websocket.receive_json() == [[1, 2], ["a"]]


def function() -> str:
    return "value"


async def coroutine() -> str:
    return "value"


def generator() -> Iterator[str]:
    yield "value"


async def asynchronous_generator() -> AsyncIterator[str]:
    yield "value"


class Class:
    """A class is called, and so are its objects."""

    def __str__(self) -> str:
        return "value"

    def __call__(self) -> str:
        return "value"

    async def method(self) -> str:
        return "value"


# name: a dependency whose value reads "value"
DEPENDENCIES: dict[str, Any] = {
    "function": Depends(function),
    "coroutine": Depends(coroutine),
    "generator": Depends(generator),
    "asynchronous_generator": Depends(asynchronous_generator),
    "generator_of_the_function": Depends(generator, scope="function"),
    "generator_of_the_request": Depends(asynchronous_generator, scope="request"),
    "class": Depends(Class),
    "object": Depends(Class()),
    "method": Depends(Class().method),
    "partial": Depends(partial(coroutine)),
    "not_cached": Depends(function, use_cache=False),
    "security": Security(function, scopes=["a"]),
}


@pytest.mark.parametrize("dependency", DEPENDENCIES.values(), ids=DEPENDENCIES)
def test_dependencies(dependency: Any, loop: dict[str, Any]) -> None:
    app = FastAPI()

    @app.websocket("/")
    async def talk(websocket: WebSocket, found: Any = dependency) -> None:
        await websocket.accept()
        await websocket.send_text(str(found))

    with TestClient(app, **loop).websocket_connect("/") as websocket:
        assert websocket.receive_text() == "value"


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

    async def kind(request: Request = None, websocket: WebSocket = None) -> list[str]:  # type: ignore[assignment]  # one of both is given
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


class Session:
    """A client that connects, sends what it has to say, and waits."""

    def __init__(self, app: FastAPI, *messages: dict[str, Any]) -> None:
        self.sent: list[Any] = []
        self._app = app
        self._messages = [{"type": "websocket.connect"}, *messages]

    async def run(self) -> None:
        scope = {
            "type": "websocket",
            "path": "/",
            "headers": [],
            "query_string": b"",
            "extensions": {"websocket.http.response": {}},
        }
        await self._app(scope, self._receive, self._send)

    async def _receive(self) -> Any:
        return self._messages.pop(0)

    async def _send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def codes(self) -> list[int]:
        """Those of all closes."""
        return [message["code"] for message in self.sent if message["type"] == "websocket.close"]


class OwnError(Exception):
    """An exception of the user's."""


async def returns(websocket: WebSocket) -> None:
    await websocket.accept()


async def accepts_nothing(websocket: WebSocket) -> None: ...


async def closes(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close(4000)


async def sees_the_client_leave(websocket: WebSocket) -> None:
    await websocket.accept()
    async for _ in websocket.iter_text():
        pass


async def is_left(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.receive_text()


async def fails(websocket: WebSocket) -> None:
    await websocket.accept()
    raise ValueError("broken")


async def fails_before_accepting(websocket: WebSocket) -> None:
    raise ValueError("broken")


async def fails_after_closing(websocket: WebSocket) -> None:
    await closes(websocket)
    raise ValueError("broken")


async def answers_late(websocket: WebSocket) -> None:
    await websocket.accept()
    raise HTTPException(403)


async def raises_what_is_handled(websocket: WebSocket) -> None:
    await websocket.accept()
    raise OwnError


# name: (the endpoint, the codes it is closed with, what the server sees)
ENDS: dict[str, tuple[Any, list[int], type[Exception] | None]] = {
    "returns": (returns, [1000], None),
    "accepts_nothing": (accepts_nothing, [], None),
    "closes": (closes, [4000], None),
    "sees_the_client_leave": (sees_the_client_leave, [], None),
    "is_left": (is_left, [], WebSocketDisconnect),
    "fails": (fails, [1011], ValueError),
    "fails_before_accepting": (fails_before_accepting, [], ValueError),
    "fails_after_closing": (fails_after_closing, [4000], ValueError),
    "answers_late": (answers_late, [1011], RuntimeError),
    "raises_what_is_handled": (raises_what_is_handled, [1011], None),
}


@pytest.mark.parametrize("around", ["nothing", "middleware", "inclusion", "convertor"])
@pytest.mark.parametrize(("endpoint", "codes", "error"), ENDS.values(), ids=ENDS)
@pytest.mark.anyio
async def test_what_is_left_open_is_closed(
    endpoint: Any, codes: list[int], error: type[Exception] | None, around: str
) -> None:
    """With 1000 after the endpoint has returned, with 1011 after an exception; nothing twice."""

    async def handle(websocket: WebSocket, error: OwnError) -> None: ...

    class Middleware:
        def __init__(self, app: Any) -> None:
            self._app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await self._app(scope, receive, send)

    app = FastAPI(exception_handlers={OwnError: handle})
    router = APIRouter() if around == "inclusion" else app.router
    router.add_api_websocket_route("/{rest:path}" if around == "convertor" else "/", endpoint)
    if around == "inclusion":
        app.include_router(router)
    elif around == "middleware":
        app.add_middleware(Middleware)
    session = Session(app, {"type": "websocket.disconnect", "code": 1001})
    if error is None:
        await session.run()
    else:
        with pytest.raises(error):
            await session.run()
    assert session.codes == codes


@pytest.mark.anyio
@pytest.mark.parametrize("own", [False, True])
async def test_dependencies_may_talk_while_they_are_left(own: bool) -> None:
    """The close comes after them; they may close by themselves."""

    async def opened(websocket: WebSocket) -> AsyncIterator[None]:
        await websocket.accept()
        yield
        await websocket.send_text("bye")
        if own:
            await websocket.close(4000)

    app = FastAPI()

    @app.websocket("/", dependencies=[Depends(opened)])
    async def talk() -> None: ...

    session = Session(app)
    await session.run()
    assert [message["type"] for message in session.sent] == [
        "websocket.accept",
        "websocket.send",
        "websocket.close",
    ]


@pytest.mark.anyio
async def test_a_client_that_cannot_be_told_of_the_end() -> None:
    """The endpoint has returned: there is nobody to raise it for."""
    app = FastAPI()
    app.websocket("/")(returns)

    class Gone(Session):
        async def _send(self, message: Any) -> None:
            await super()._send(message)
            if message["type"] == "websocket.close":
                raise OSError("gone")

    session = Gone(app)
    await session.run()
    assert session.codes == [1000]


@pytest.mark.parametrize("how", ["returns", "closes", "fails"])
@pytest.mark.anyio
async def test_background_tasks(how: str) -> None:
    """They run once the WebSocket is closed, unless there was an exception."""
    events: list[Any] = []

    async def opened(tasks: BackgroundTasks) -> AsyncIterator[None]:
        tasks.add_task(lambda: events.append("task of the dependency"))
        try:
            yield
        finally:
            events.append("left")

    app = FastAPI()

    @app.websocket("/", dependencies=[Depends(opened)])
    async def talk(websocket: WebSocket, tasks: BackgroundTasks) -> None:
        tasks.add_task(lambda: events.append(list(session.codes)))
        await {"returns": returns, "closes": closes, "fails": fails}[how](websocket)

    session = Session(app)
    if how == "fails":
        with pytest.raises(ValueError, match="broken"):
            await session.run()
        assert events == ["left"]
    else:
        await session.run()
        assert events == ["left", "task of the dependency", session.codes]


def test_background_tasks_of_the_response_that_refuses_run_once() -> None:
    ran: list[str] = []
    app = FastAPI()

    @app.websocket("/")
    async def refuse(websocket: WebSocket, tasks: BackgroundTasks) -> None:
        tasks.add_task(ran.append, "task")
        await websocket.send_denial_response(PlainTextResponse("no", 403, background=tasks))

    with (
        pytest.raises(WebSocketDenialResponse),
        TestClient(app).websocket_connect("/"),
    ):
        pass
    assert ran == ["task"]


@pytest.mark.anyio
async def test_wrong_frames_close() -> None:
    app = FastAPI()
    app.websocket("/")(is_left)
    session = Session(app, {"type": "websocket.receive", "bytes": b"1"})
    await session.run()
    assert session.sent[-1] == {
        "type": "websocket.close",
        "code": 1003,
        "reason": "Expected text",
    }


@pytest.mark.anyio
async def test_a_failure_of_another_route_closes() -> None:
    """A handler and the close know that Starlette's own object has accepted it."""
    app = FastAPI()
    app.websocket_route("/")(fails)
    session = Session(app)
    with pytest.raises(ValueError, match="broken"):
        await session.run()
    assert session.codes == [1011]

    @app.exception_handler(ValueError)
    async def handle(websocket: WebSocket, error: ValueError) -> None:
        await websocket.send_text("sorry")
        await websocket.close(4000, "x" * 200)

    session = Session(app)
    await session.run()
    assert [message["type"] for message in session.sent[1:]] == [
        "websocket.send",
        "websocket.close",
    ]
    assert session.sent[-1]["reason"] == "x" * 123
