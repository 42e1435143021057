"""What uvicorn limits, and how it stops, on our protocol."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from tests.server.applications import echo, respond
from tests.server.serving import LIMIT, connected, sent, serving
from uvicorn import Config, Server

from ferroapi.server import HTTPProtocol

pytestmark = pytest.mark.anyio

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Quiet(Server):
    """Leaves the signals of the process alone."""

    def handle_exit(self, *_: Any) -> None: ...


@asynccontextmanager
async def started(
    app: Any, listening: socket.socket, **settings: Any
) -> AsyncIterator[tuple[Server, asyncio.Task[None]]]:
    """uvicorn itself, and the task that ends when it has stopped."""
    options = {"http": HTTPProtocol, "log_config": None, "lifespan": "off", **settings}
    server = Quiet(Config(app, **options))
    async with asyncio.timeout(3 * LIMIT):
        task = asyncio.create_task(server.serve(sockets=[listening]))
        # Nobody tells when it has started.
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        try:
            yield server, task
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def running(
    app: Any, **settings: Any
) -> AsyncIterator[tuple[Server, int, asyncio.Task[None]]]:
    """The same on a port of the loopback address."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    async with started(app, listening, **settings) as (server, task):
        yield server, port, task


async def test_a_response_under_way_ends_and_an_idle_connection_is_closed() -> None:
    go_on = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/slow":
            await go_on.wait()
        await respond(send, b"ok")

    async with (
        running(app) as (server, port, task),
        connected(port) as (idle, idle_writer),
        connected(port) as (busy, busy_writer),
    ):
        idle_writer.write(GET)
        await idle.readuntil(b"ok")
        busy_writer.write(GET.replace(b"/", b"/slow", 1))
        await asyncio.sleep(0.05)
        server.should_exit = True
        assert await idle.read() == b""
        assert not task.done()
        go_on.set()
        answer = await busy.read()
        assert b"connection: close\r\n" in answer
        assert answer.endswith(b"\r\n\r\nok")
        await task


async def test_what_does_not_end_in_time_is_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    cancelled: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            cancelled.extend(error.args)
            raise

    async with (
        running(app, timeout_graceful_shutdown=1) as (server, port, task),
        connected(port) as (reader, writer),
    ):
        writer.write(GET)
        await asyncio.sleep(0.05)
        server.should_exit = True
        assert (await reader.read()).startswith(b"HTTP/1.1 500 ")
        await task
    assert cancelled == ["Task cancelled, timeout graceful shutdown exceeded"]
    assert "Cancel 1 running task(s)" in caplog.text


async def test_work_after_a_response_is_waited_for() -> None:
    done: list[bool] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, b"ok")
        await asyncio.sleep(0.3)
        done.append(True)

    async with running(app) as (server, port, task):
        assert (await sent(port, LAST)).endswith(b"ok")
        server.should_exit = True
        await task
    assert done == [True]


async def test_a_limit_of_requests_stops_the_server() -> None:
    async with running(echo, limit_max_requests=3) as (_, port, task):
        for _ in range(3):
            await sent(port, LAST)
        await task


async def test_a_limit_of_connections_is_held() -> None:
    release = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await release.wait()
        await respond(send, b"ok")

    async with serving(app, limit_concurrency=2) as port, connected(port) as (reader, writer):
        writer.write(LAST)
        await asyncio.sleep(0.02)
        assert (await sent(port, GET)).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        release.set()
        assert (await reader.read()).endswith(b"ok")


async def test_a_unix_socket_is_served(tmp_path: Path) -> None:
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        await respond(send, b"ok")

    path = str(tmp_path / "socket")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    async with started(app, listening):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(LAST)
        assert (await reader.read()).endswith(b"ok")
        writer.close()
    assert scopes[0]["client"] is None
    assert scopes[0]["server"] == (path, None)
