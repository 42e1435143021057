"""Clients that leave, politely or not, at every stage of a request."""

import asyncio
import socket
import struct
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from tests.server.applications import respond
from tests.server.serving import LIMIT, connected, sent, serving
from uvicorn.server import ServerState

from ferroapi import BackgroundTasks, FastAPI

pytestmark = pytest.mark.anyio

LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
POST = b"POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
CHUNKED = b"POST /reads HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
GET = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"

STAGES: dict[str, bytes] = {
    "nothing sent": b"",
    "in the request line": b"GET /",
    "in the fields": b"GET / HTTP/1.1\r\nHo",
    "before the body": POST % b"reads",
    "in the body": POST % b"reads" + b"bo",
    "in a chunk": CHUNKED + b"5\r\nbo",
    "in the size of a chunk": CHUNKED + b"5",
    "before anything is answered": GET % b"waits",
    "while a response is sent": GET % b"streams",
    "while a response waits for the client to read": GET % b"floods",
    "after a response": GET % b"",
    "with requests that wait": GET % b"waits" + GET % b"next" * 3,
    "while a body is thrown away": POST % b"" + b"b",
}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Does what its path says until the client has left."""
    match scope["path"]:
        case "/reads" | "/waits":
            while (await receive())["type"] != "http.disconnect":
                pass
            # What is sent to nobody is no error.
            await respond(send, b"")
        case "/streams":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while not await has_left(receive):
                await send({"type": "http.response.body", "body": b"x", "more_body": True})
        case "/floods":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while not await has_left(receive):
                data = b"x" * 1_000_000
                await send({"type": "http.response.body", "body": data, "more_body": True})
        case _:
            await respond(send, b"")


async def has_left(receive: Receive) -> bool:
    try:
        return (await asyncio.wait_for(receive(), 0.001))["type"] == "http.disconnect"
    except TimeoutError:
        return False


@pytest.mark.parametrize("resets", [False, True], ids=["FIN", "RST"])
@pytest.mark.parametrize("data", STAGES.values(), ids=STAGES)
async def test_a_client_may_leave_at_any_time(
    data: bytes, resets: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Its application hears of it and ends, nothing is logged, and the server goes on."""
    server_state = ServerState()
    async with serving(application, server_state=server_state) as port:
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(data)
        await asyncio.sleep(0.03)
        if resets:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        async with asyncio.timeout(LIMIT):
            # Nobody tells when the server has noticed.
            while server_state.connections or server_state.tasks:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        assert (await sent(port, LAST)).startswith(b"HTTP/1.1 200 OK\r\n")
    assert not caplog.records


async def test_background_tasks_run_to_their_end_without_the_client() -> None:
    """Also those that begin after it has reset the connection."""
    done: list[str] = []
    app = FastAPI()
    left = asyncio.Event()

    async def first() -> None:
        await left.wait()
        await asyncio.sleep(0.02)
        done.append("first")

    @app.get("/")
    async def read(tasks: BackgroundTasks) -> None:
        tasks.add_task(first)
        tasks.add_task(done.append, "second")

    server_state = ServerState()
    async with serving(app, server_state=server_state) as port:
        async with connected(port) as (reader, writer):
            writer.write(GET % b"")
            await reader.readuntil(b"null")
            client = writer.get_extra_info("socket")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        left.set()
        async with asyncio.timeout(LIMIT):
            # Nobody tells when a task has ended.
            while server_state.tasks:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    assert done == ["first", "second"]


async def test_a_client_that_only_stops_sending_has_left() -> None:
    """As to uvicorn's protocols: nobody knows whether the other half is still read."""
    told: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while not told or told[-1]["type"] != "http.disconnect":
            told.append(await receive())

    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(GET % b"")
        await asyncio.sleep(0.02)
        writer.write_eof()
        assert await reader.read() == b""
    assert told[-1] == {"type": "http.disconnect"}
