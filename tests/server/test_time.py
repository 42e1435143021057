"""How long a connection may take to send what it has to."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from starlette.types import Receive, Scope, Send
from tests.server.applications import echo, read, respond
from tests.server.serving import connected, limited, serving
from uvicorn.server import ServerState

pytestmark = pytest.mark.anyio

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n/ "
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
SOON = 0.5
"""Seconds of the limit that a test is about; a test takes several of them."""


async def trickle(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Sends a byte every now and then, more often than the limit of time."""
    for byte in data:
        if writer.is_closing():
            return
        writer.write(bytes([byte]))
        await asyncio.sleep(SOON / 5)


async def test_a_head_has_its_time_however_it_trickles(caplog: pytest.LogCaptureFixture) -> None:
    async with (
        serving(echo, protocol=limited(head_seconds=SOON)) as port,
        connected(port) as (reader, writer),
    ):
        trickling = asyncio.create_task(trickle(writer, GET * 2))
        # What comes after the end resets the connection, which may take the answer away.
        with suppress(ConnectionResetError):
            assert (await reader.read()).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        trickling.cancel()
    assert [record.getMessage() for record in caplog.records] == [
        "Invalid HTTP request received: head timed out"
    ]


async def test_a_silent_connection_is_closed() -> None:
    async with (
        serving(echo, protocol=limited(head_seconds=SOON)) as port,
        connected(port) as (reader, _),
    ):
        assert await reader.read() == b""


async def test_an_idle_connection_is_closed_when_its_time_is_over() -> None:
    # Less than the time of a head, for which the clock was set before.
    async with (
        serving(echo, protocol=limited(head_seconds=60), timeout_keep_alive=1) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(GET)
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        assert await reader.read() == b""


@pytest.mark.parametrize("stray", [b"\r", b"\r\n", b"\r\n\r\n", b"\r\n\r\n\r"])
@pytest.mark.parametrize("at_once", [True, False], ids=["with the request", "behind the answer"])
async def test_empty_lines_are_no_beginning_of_a_request(
    stray: bytes, at_once: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        serving(echo, protocol=limited(head_seconds=60), timeout_keep_alive=1) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(GET + stray if at_once else GET)
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        if not at_once:
            writer.write(stray)
        assert await reader.read() == b""
    assert caplog.records == []


async def test_a_connection_on_which_only_empty_lines_were_sent_is_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with (
        serving(echo, protocol=limited(head_seconds=SOON)) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(b"\r\n")
        assert await reader.read() == b""
    assert caplog.records == []


async def test_a_head_behind_an_empty_line_has_its_own_time() -> None:
    async with (
        serving(echo, protocol=limited(head_seconds=SOON), timeout_keep_alive=60) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(GET)
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        writer.write(b"\r\n")
        await asyncio.sleep(2 * SOON)
        writer.write(b"GET")
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_head_after_a_response_has_its_own_time() -> None:
    async with (
        serving(echo, protocol=limited(head_seconds=SOON), timeout_keep_alive=60) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(GET)
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        await asyncio.sleep(2 * SOON)
        writer.write(GET + GET[:5])
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("framing", ["length", "chunked"])
async def test_a_body_that_does_not_come_is_not_waited_for(framing: str) -> None:
    told: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while not told or told[-1] == "http.request":
            told.append((await receive())["type"])

    head = POST % 9 + b"hell"
    if framing == "chunked":
        head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n"
    async with (
        serving(app, protocol=limited(body_seconds=SOON)) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(head)
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert told[-1] == "http.disconnect"


async def test_a_response_that_has_begun_is_left_incomplete_without_the_body() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        await read(receive)

    async with (
        serving(app, protocol=limited(body_seconds=SOON)) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(POST % 9)
        answer = await reader.read()
    assert answer.endswith(b"\r\n\r\n5\r\nbegun\r\n")


async def test_a_body_that_keeps_coming_has_time() -> None:
    async with (
        serving(echo, protocol=limited(body_seconds=SOON)) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(POST % 12)
        await trickle(writer, b"slow but here"[:12])
        assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("framing", [b"Content-Length: 100", b"Transfer-Encoding: chunked"])
async def test_the_rest_of_a_body_that_was_answered_has_one_time(framing: bytes) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, b"/ ")

    async with (
        serving(app, protocol=limited(body_seconds=SOON)) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n%b\r\n\r\n" % framing)
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        trickling = asyncio.create_task(trickle(writer, b"1\r\na\r\n" * 12))
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        assert not trickling.done()
        trickling.cancel()


async def test_a_connection_is_idle_when_the_rest_of_a_body_that_was_answered_has_come() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, b"/ ")

    async with (
        serving(app, protocol=limited(head_seconds=60), timeout_keep_alive=1) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(POST % 2)
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        writer.write(b"ok")
        assert await reader.read() == b""


async def test_a_client_is_not_blamed_for_an_application_that_reads_late() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(4 * SOON)
        await respond(send, b"%d" % len(await read(receive)))

    size = 10_000_000
    async with (
        serving(app, protocol=limited(body_seconds=SOON)) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(POST % size + b"x" * size)
        assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"


async def test_a_client_that_waits_for_100_continue_may_wait() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(4 * SOON)
        await respond(send, await read(receive))

    async with (
        serving(app, protocol=limited(body_seconds=SOON)) as port,
        connected(port) as (reader, writer),
    ):
        writer.write((POST % 2).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        assert (await reader.readline()) == b"HTTP/1.1 100 Continue\r\n"
        writer.write(b"ok")
        answer = b"\r\nHTTP/1.1 200 OK\r\n"
        assert await reader.readexactly(len(answer)) == answer


async def test_nothing_of_a_closed_connection_is_left() -> None:
    server_state = ServerState()
    async with serving(echo, server_state=server_state) as port:
        async with connected(port) as (reader, writer):
            writer.write(GET)
            await reader.readexactly(len(ANSWER))
            (connection,) = [weakref.ref(known) for known in server_state.connections]
        async for _ in turns():
            gc.collect()
            if connection() is None:
                break
    assert connection() is None


async def turns() -> AsyncIterator[None]:
    """Gives the loop time, a bounded number of times."""
    for _ in range(100):
        await asyncio.sleep(0.01)
        yield
