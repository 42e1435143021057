"""The state of one request: what is made, and when."""

from typing import Any

import pytest
from starlette.background import BackgroundTasks
from starlette.requests import ClientDisconnect, Request
from starlette.websockets import WebSocket

from ferroapi.connection.exchange import Exchange
from ferroapi.security import SecurityScopes

pytestmark = pytest.mark.anyio


class Server:
    """Gives messages and keeps those it gets."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages = list(messages)
        self.sent: list[Any] = []

    async def receive(self) -> Any:
        return self.messages.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    def exchange(self, kind: str = "http") -> Exchange:
        return Exchange({"type": kind, "headers": [], "method": "POST"}, self.receive, self.send)


def chunk(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


# name: (the messages of a client, its body)
BODIES: dict[str, tuple[list[dict[str, Any]], bytes]] = {
    "one": ([chunk(b"abc")], b"abc"),
    "several": ([chunk(b"a", more=True), chunk(b"", more=True), chunk(b"bc")], b"abc"),
    "empty": ([chunk(b"")], b""),
    "bare": ([{"type": "http.request"}], b""),
    "bare_end": ([chunk(b"a", more=True), {"type": "http.request"}], b"a"),
}


@pytest.mark.parametrize(("messages", "body"), BODIES.values(), ids=BODIES)
async def test_body(messages: list[dict[str, Any]], body: bytes) -> None:
    """Read once, whoever asks."""
    server = Server(*messages)
    exchange = server.exchange()
    assert await exchange.read_body() == body
    assert await exchange.read_body() == body
    request = exchange.connection
    assert isinstance(request, Request)
    assert await request.body() == body
    assert server.messages == []


async def test_a_request_made_first_reads_for_both() -> None:
    server = Server(chunk(b"abc"))
    exchange = server.exchange()
    request = exchange.connection
    assert isinstance(request, Request)
    assert await request.body() == b"abc"
    assert await exchange.read_body() == b"abc"


@pytest.mark.parametrize("asks_first", [False, True])
async def test_a_request_made_later_sees_the_body_and_the_client(asks_first: bool) -> None:
    """Who asks whether the client has left takes nothing of the body."""
    server = Server(chunk(b"abc"), {"type": "http.disconnect"})
    exchange = server.exchange()
    await exchange.read_body()
    request = exchange.connection
    assert isinstance(request, Request)
    if asks_first:
        assert await request.is_disconnected()
    assert [part async for part in request.stream()] == [b"abc", b""]
    assert await request.body() == b"abc"
    assert await request.is_disconnected()


@pytest.mark.parametrize("before", [[], [chunk(b"a", more=True)]])
async def test_a_client_that_leaves(before: list[dict[str, Any]]) -> None:
    exchange = Server(*before, {"type": "http.disconnect"}).exchange()
    with pytest.raises(ClientDisconnect):
        await exchange.read_body()


@pytest.mark.parametrize(("kind", "made"), [("http", Request), ("websocket", WebSocket)])
async def test_connection(kind: str, made: type[Any]) -> None:
    """Made when somebody asks, and then always the same."""
    exchange = Server().exchange(kind)
    assert not exchange.has_connection
    connection = exchange.connection
    assert isinstance(connection, made)
    assert exchange.connection is connection
    assert exchange.has_connection


async def test_response() -> None:
    """Nobody's headers and status, until somebody sets them."""
    exchange = Server().exchange()
    assert (exchange.chosen_status, exchange.chosen_headers) == (None, [])
    response = exchange.response
    assert exchange.response is response
    assert (exchange.chosen_status, exchange.chosen_headers) == (None, [])
    response.status_code = 201
    response.headers["x-a"] = "1"
    assert (exchange.chosen_status, exchange.chosen_headers) == (201, [(b"x-a", b"1")])


async def test_injected() -> None:
    exchange = Server().exchange()
    tasks = exchange.inject("background_tasks", [])
    assert isinstance(tasks, BackgroundTasks)
    assert exchange.inject("background_tasks", []) is tasks
    assert exchange.inject("response", []) is exchange.response
    assert exchange.inject("request", []) is exchange.connection
    assert exchange.inject("connection", []) is exchange.connection
    scopes = exchange.inject("security_scopes", ["a", "b"])
    assert isinstance(scopes, SecurityScopes)
    assert scopes.scopes == ["a", "b"]


async def test_sending_is_remembered() -> None:
    server = Server()
    exchange = server.exchange()
    await exchange.send_tracked({"type": "http.response.debug"})
    assert not exchange.started
    await exchange.send_tracked({"type": "http.response.start"})
    assert exchange.started
    assert len(server.sent) == 2
