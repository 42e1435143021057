"""Clients that leave before they are answered: what is cancelled, what is not, and who is told."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from threading import Event
from typing import Annotated, Any

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    FastAPI,
    Request,
    WebSocket,
    WebSocketDisconnect,
    client_left,
)
from ferroapi.plan.cancellation import CLIENT_CLOSED_REQUEST
from ferroapi.routing import APIRoute
from ferroapi.streaming.watch import KEPT_MESSAGES

pytestmark = pytest.mark.anyio

ClientLeft = Annotated[Event, Depends(client_left)]


class Client:
    """One that sends its messages, and leaves when it is told to."""

    def __init__(self, *messages: Message) -> None:
        self.messages = list(messages)
        self.leaves = anyio.Event()
        self.sent: list[Message] = []

    @property
    def status(self) -> int | None:
        return self.sent[0]["status"] if self.sent else None

    async def receive(self) -> Message:
        if self.messages:
            return self.messages.pop(0)
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def request(self, app: Any, path: str = "/", method: str = "GET") -> None:
        self.messages = self.messages or [{"type": "http.request", "body": b"", "more_body": False}]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"content-type", b"application/json")],
            "client": ("testclient", 50000),
            "server": ("testserver", 80),
        }
        with anyio.fail_after(10):
            await app(scope, self.receive, self.send)


class Told:
    """What an endpoint and what is around it have seen."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.seen: list[str] = []

    @asynccontextmanager
    async def noting(self, name: str) -> AsyncIterator[None]:
        try:
            yield
        except BaseException as error:
            kind = (
                "cancelled" if isinstance(error, anyio.get_cancelled_exc_class()) else repr(error)
            )
            self.seen.append(f"{name} {kind}")
            raise
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.lowlevel.checkpoint()
            self.seen.append(f"{name} ended")

    async def work(self) -> str:
        async with self.noting("endpoint"):
            self.client.leaves.set()
            # Turns of the loop: of time, a busy machine may take as much in one of them.
            for _ in range(50):
                await anyio.lowlevel.checkpoint()
        return "done"


def told() -> Told:
    return Told(Client())


CANCELLED = ["endpoint cancelled", "endpoint ended"]
FINISHED = ["endpoint ended"]


def on_application(endpoint: Any) -> Any:
    app = FastAPI(cancel_on_disconnect=True)
    app.get("/")(endpoint)
    return app


def on_router(endpoint: Any) -> Any:
    router = APIRouter(cancel_on_disconnect=True)
    router.get("/")(endpoint)
    app = FastAPI()
    app.include_router(router)
    return app


def on_inclusion(endpoint: Any) -> Any:
    router = APIRouter()
    router.get("/")(endpoint)
    app = FastAPI(cancel_on_disconnect=False)
    app.include_router(router, cancel_on_disconnect=True)
    return app


def on_operation(endpoint: Any) -> Any:
    app = FastAPI(cancel_on_disconnect=False)
    app.get("/", cancel_on_disconnect=True)(endpoint)
    return app


def nowhere(endpoint: Any) -> Any:
    app = FastAPI()
    app.get("/")(endpoint)
    return app


def not_on_operation(endpoint: Any) -> Any:
    app = FastAPI(cancel_on_disconnect=True)
    app.get("/", cancel_on_disconnect=False)(endpoint)
    return app


def not_on_router(endpoint: Any) -> Any:
    router = APIRouter(cancel_on_disconnect=False)
    router.get("/")(endpoint)
    app = FastAPI(cancel_on_disconnect=True)
    app.include_router(router)
    return app


def set_later(endpoint: Any) -> Any:
    app = nowhere(endpoint)
    app.routes[-1].cancel_on_disconnect = True
    return app


def behind_a_handler(endpoint: Any) -> Any:
    class Handled(APIRoute):
        def get_route_handler(self) -> Any:
            handler = super().get_route_handler()

            async def handle(request: Request) -> Any:
                return await handler(request)

            return handle

    app = FastAPI(cancel_on_disconnect=True)
    app.router.route_class = Handled
    app.get("/")(endpoint)
    return app


def with_a_body_limit(endpoint: Any) -> Any:
    app = FastAPI(cancel_on_disconnect=True, max_body_size=10)
    app.get("/", max_body_size=5)(endpoint)
    return app


DECLARED: dict[str, tuple[Callable[[Any], Any], list[str]]] = {
    "application": (on_application, CANCELLED),
    "router": (on_router, CANCELLED),
    "inclusion": (on_inclusion, CANCELLED),
    "operation": (on_operation, CANCELLED),
    "nowhere": (nowhere, FINISHED),
    "not_operation": (not_on_operation, FINISHED),
    "not_router": (not_on_router, FINISHED),
    "set_later": (set_later, CANCELLED),
    "route_handler": (behind_a_handler, CANCELLED),
    "body_limit": (with_a_body_limit, CANCELLED),
}


@pytest.mark.parametrize(("declare", "seen"), DECLARED.values(), ids=DECLARED)
async def test_the_innermost_setting_decides(
    declare: Callable[[Any], Any], seen: list[str]
) -> None:
    noted = told()
    await noted.client.request(declare(noted.work))
    assert noted.seen == seen
    assert noted.client.status == (CLIENT_CLOSED_REQUEST if seen is CANCELLED else 200)


async def test_who_stays_is_answered() -> None:
    app = FastAPI(cancel_on_disconnect=True)

    @app.post("/")
    async def echo(words: list[str]) -> list[str]:
        await anyio.sleep(0.01)
        return words

    client = Client(
        {"type": "http.request", "body": b'["a', "more_body": True},
        {"type": "http.request", "body": b'"]', "more_body": False},
    )
    await client.request(app, method="POST")
    assert client.status == 200
    assert client.sent[1]["body"] == b'["a"]'


@pytest.mark.parametrize("chunks", [[b"[1]"], [b"[1", b"]"]], ids=["at once", "in two"])
async def test_a_body_that_was_read_is_not_waited_for(chunks: list[bytes]) -> None:
    last = len(chunks) - 1
    noted = Told(
        Client(
            *(
                {"type": "http.request", "body": chunk, "more_body": number < last}
                for number, chunk in enumerate(chunks)
            )
        )
    )
    app = FastAPI(cancel_on_disconnect=True)

    @app.post("/")
    async def work(numbers: list[int]) -> str:
        return await noted.work()

    await noted.client.request(app, method="POST")
    assert noted.seen == CANCELLED


async def test_the_function_reads_what_came_while_it_waited() -> None:
    app = FastAPI(cancel_on_disconnect=True)

    @app.post("/")
    async def read(request: Request) -> str:
        await anyio.sleep(0.02)
        return (await request.body()).decode()

    client = Client(
        {"type": "http.request", "body": b"one ", "more_body": True},
        {"type": "http.request", "body": b"two", "more_body": False},
    )
    await client.request(app, method="POST")
    assert client.sent[1]["body"] == b'"one two"'


async def test_who_reads_the_body_hears_it_there() -> None:
    app = FastAPI(cancel_on_disconnect=True)
    seen: list[str] = []

    @app.post("/")
    async def read(request: Request) -> str:
        try:
            await request.body()
        except ClientDisconnect:
            await anyio.sleep(0.01)
            seen.append("left")
        return "read"

    client = Client({"type": "http.request", "body": b"one ", "more_body": True})
    client.leaves.set()
    await client.request(app, method="POST")
    assert seen == ["left"]


async def test_a_body_beyond_the_limit_of_a_router_is_refused() -> None:
    router = APIRouter(max_body_size=4, cancel_on_disconnect=True)

    @router.post("/")
    async def read() -> None:
        await anyio.sleep(5)

    app = FastAPI(max_body_size=4)
    app.include_router(router)
    client = Client({"type": "http.request", "body": b"12345", "more_body": False})
    await client.request(app, method="POST")
    assert client.status == 413


async def test_a_body_beyond_the_limit_that_nobody_reads_is_not_missed_after_the_response() -> None:
    app = FastAPI(max_body_size=4, cancel_on_disconnect=True)
    answered = anyio.Event()

    @app.post("/")
    async def read(tasks: BackgroundTasks) -> str:
        async def task() -> None:
            answered.set()
            await anyio.sleep(0.02)

        tasks.add_task(task)
        return "read"

    class Late(Client):
        async def receive(self) -> Message:
            await answered.wait()
            return await super().receive()

    client = Late({"type": "http.request", "body": b"12345", "more_body": False})
    await client.request(app, method="POST")
    assert client.status == 200


async def test_a_body_beyond_the_limit_does_not_follow_the_response_of_a_thread() -> None:
    """Which is not cancelled, and answers."""
    app = FastAPI(max_body_size=4, cancel_on_disconnect=True)

    @app.post("/")
    def read() -> str:
        time.sleep(0.05)
        return "read"

    client = Client({"type": "http.request", "body": b"12345", "more_body": False})
    await client.request(app, method="POST")
    assert client.status in (200, 413)
    assert [message["type"] for message in client.sent] == [
        "http.response.start",
        "http.response.body",
    ]


async def test_dependencies_are_ended_and_not_cancelled() -> None:
    noted = told()
    app = FastAPI(cancel_on_disconnect=True)

    async def outer() -> AsyncIterator[None]:
        # Its scope has to be left where it was entered.
        async with anyio.create_task_group(), noted.noting("outer"):
            yield

    async def inner(_outer: Annotated[None, Depends(outer)]) -> AsyncIterator[None]:
        async with noted.noting("inner"):
            yield

    def in_a_thread() -> Iterator[None]:
        try:
            yield
        finally:
            noted.seen.append("thread ended")

    @app.get("/", dependencies=[Depends(inner), Depends(in_a_thread)])
    async def work(tasks: BackgroundTasks) -> str:
        tasks.add_task(noted.seen.append, "task")
        return await noted.work()

    await noted.client.request(app)
    assert noted.seen == [
        *CANCELLED,
        "thread ended",
        *("inner cancelled", "inner ended"),
        *("outer cancelled", "outer ended"),
    ]
    assert noted.client.status == CLIENT_CLOSED_REQUEST


async def test_a_dependency_that_waits_is_cancelled() -> None:
    noted = told()
    app = FastAPI(cancel_on_disconnect=True)

    @app.get("/", dependencies=[Depends(noted.work)])
    async def never() -> None:
        raise AssertionError("called for nobody")

    await noted.client.request(app)
    assert noted.seen == CANCELLED


async def test_background_tasks_run_to_their_end() -> None:
    noted = told()
    app = FastAPI(cancel_on_disconnect=True)

    @app.get("/")
    async def work(tasks: BackgroundTasks) -> str:
        tasks.add_task(noted.work)
        return "done"

    await noted.client.request(app)
    assert noted.seen == FINISHED
    assert noted.client.status == 200


async def test_middleware_sees_an_answer() -> None:
    noted = told()
    app = on_application(noted.work)

    @app.middleware("http")
    async def note(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        noted.seen.append(str(response.status_code))
        return response

    await noted.client.request(app)
    assert noted.seen == [*CANCELLED, "499"]


async def test_a_function_in_a_thread_asks() -> None:
    client = Client()
    app = FastAPI()

    @app.get("/")
    def work(left: ClientLeft) -> bool:
        assert not left.is_set()
        anyio.from_thread.run_sync(client.leaves.set)
        return left.wait(timeout=10)

    await client.request(app)
    # It was not cancelled: nobody asked for that.
    assert client.sent[1]["body"] == b"true"


async def test_a_synchronous_stream_asks() -> None:
    client = Client()
    app = FastAPI()
    asked: list[bool] = []

    @app.get("/")
    def stream(left: ClientLeft) -> Iterator[int]:
        yield 1
        anyio.from_thread.run_sync(client.leaves.set)
        asked.append(left.wait(timeout=10))
        yield 2

    await client.request(app)
    assert asked == [True]


async def test_a_cancelled_endpoint_in_a_thread_ends_by_itself() -> None:
    client = Client()
    app = FastAPI(cancel_on_disconnect=True)
    ended: list[bool] = []

    @app.get("/")
    def work(left: ClientLeft) -> None:
        anyio.from_thread.run_sync(client.leaves.set)
        ended.append(left.wait(timeout=10))

    await client.request(app)
    assert ended == [True]
    # Nobody reads it.
    assert client.status == 200


async def test_asking_is_a_dependency_that_tests_override() -> None:
    client = Client()
    app = FastAPI()
    gone = Event()
    gone.set()
    app.dependency_overrides[client_left] = lambda: gone

    @app.get("/")
    async def work(left: ClientLeft) -> bool:
        return left.is_set()

    await client.request(app)
    assert client.sent[1]["body"] == b"true"


async def test_an_override_may_ask() -> None:
    client = Client()
    app = FastAPI()

    async def real() -> bool:
        return True

    async def fake(left: ClientLeft) -> bool:
        return left.is_set()

    app.dependency_overrides[real] = fake

    @app.get("/")
    async def work(value: Annotated[bool, Depends(real)]) -> bool:
        return value

    await client.request(app)
    assert client.sent[1]["body"] == b"false"


# WebSockets


class WebSocketClient(Client):
    """One that accepts what it is sent, and leaves when it is told to."""

    async def receive(self) -> Message:
        message = await super().receive()
        if message["type"] == "http.disconnect":
            return {"type": "websocket.disconnect", "code": 1001}
        return message

    async def talk(self, app: Any) -> None:
        scope: Scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "root_path": "",
            "headers": [],
            "subprotocols": [],
            "client": ("testclient", 50000),
            "server": ("testserver", 80),
        }
        with anyio.fail_after(10):
            await app(scope, self.receive, self.send)


def data(*texts: str) -> list[Message]:
    return [{"type": "websocket.receive", "text": text} for text in texts]


CONNECT = {"type": "websocket.connect"}


def websockets(endpoint: Any, **options: Any) -> FastAPI:
    router = APIRouter()
    router.websocket("/", **options)(endpoint)
    app = FastAPI(cancel_on_disconnect=True)
    app.include_router(router)
    return app


# how many messages the client sends that nobody reads: whether it is heard that it has left
UNREAD = {0: CANCELLED, 3: CANCELLED, KEPT_MESSAGES: FINISHED}


@pytest.mark.parametrize("unread", UNREAD)
async def test_a_websocket_that_waits_elsewhere_is_cancelled(unread: int) -> None:
    noted = Told(WebSocketClient(CONNECT, *data(*map(str, range(unread)))))

    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await noted.work()

    await noted.client.talk(websockets(talk))  # type: ignore[attr-defined]  # only of the ones with a client
    assert noted.seen == UNREAD[unread]


async def test_a_websocket_is_not_cancelled_where_it_is_declared_so() -> None:
    noted = Told(WebSocketClient(CONNECT))

    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await noted.work()

    await noted.client.talk(websockets(talk, cancel_on_disconnect=False))  # type: ignore[attr-defined]  # only of the ones with a client
    assert noted.seen == FINISHED


async def test_a_websocket_that_receives_hears_it_as_ever() -> None:
    client = WebSocketClient(CONNECT, *data("a", "b"))
    seen: list[Any] = []

    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await anyio.sleep(0.01)
        try:
            while True:
                seen.append(await websocket.receive_text())
                if seen == ["a", "b"]:
                    client.leaves.set()
        except WebSocketDisconnect as left:
            await anyio.sleep(0.01)
            seen.append(left.code)

    await client.talk(websockets(talk))
    assert seen == ["a", "b", 1001]


async def test_a_websocket_endpoint_asks() -> None:
    client = WebSocketClient(CONNECT)
    asked: list[bool] = []

    async def talk(websocket: WebSocket, left: ClientLeft) -> None:
        await websocket.accept()
        client.leaves.set()
        asked.append(await anyio.to_thread.run_sync(left.wait, 10))

    await client.talk(websockets(talk, cancel_on_disconnect=False))
    assert asked == [True]


async def test_background_tasks_of_a_websocket_are_not_cancelled() -> None:
    noted = Told(WebSocketClient(CONNECT))

    async def talk(websocket: WebSocket, tasks: BackgroundTasks) -> None:
        await websocket.accept()
        tasks.add_task(noted.work)

    await noted.client.talk(websockets(talk))  # type: ignore[attr-defined]  # only of the ones with a client
    assert noted.seen == FINISHED


async def test_asked_outside_of_an_operation_it_says_so() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await client_left(Request(scope, receive))

    with pytest.raises(RuntimeError, match="path operations and WebSockets"):
        await Client().request(app)


async def test_nobody_else_pays() -> None:
    async def plain() -> None:
        return

    [route] = (route for route in nowhere(plain).routes if isinstance(route, APIRoute))
    assert type(route._plan()).__name__ == "OperationPlan"
