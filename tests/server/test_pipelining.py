"""Requests that come before the ones before them were answered."""

import asyncio
from contextvars import ContextVar

import pytest
from starlette.types import Receive, Scope, Send
from tests.server.applications import respond
from tests.server.serving import LIMIT, connected, serving

pytestmark = pytest.mark.anyio

COUNT = 1_000


def numbered(number: int) -> bytes:
    return b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number


@pytest.mark.parametrize("waits", [False, True])
async def test_a_thousand_in_one_write_are_answered_in_order(waits: bool) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if waits:
            await asyncio.sleep(0)
        await respond(send, scope["path"].encode())

    last = numbered(COUNT).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(b"".join(map(numbered, range(COUNT))) + last)
        answer = await reader.read()
    parts = answer.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert [part.partition(b"\r\n\r\n")[2] for part in parts] == [
        b"/%d" % number for number in range(COUNT + 1)
    ]


@pytest.mark.parametrize("asks", [False, True], ids=["", "asking for the client"])
async def test_what_waits_is_left_to_the_network(asks: bool) -> None:
    """Also while the application asks again and again whether its client has left."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/0":
            await receive()
            while not go_on.is_set():
                if asks:
                    with pytest.raises(TimeoutError):
                        await asyncio.wait_for(receive(), 0.002)
                await asyncio.sleep(0.001)
        await respond(send, b"")

    go_on = asyncio.Event()
    many = b"".join(map(numbered, range(1, 800_000)))
    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(numbered(0))
        await asyncio.sleep(0.02)
        writer.write(many)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.5)
        go_on.set()
        assert await asyncio.wait_for(reader.readline(), LIMIT) == b"HTTP/1.1 200 OK\r\n"
        writer.transport.abort()


async def test_what_one_request_sets_is_not_there_for_the_next() -> None:
    before: ContextVar[str] = ContextVar("before", default="none")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found = before.get()
        before.set(scope["path"])
        await respond(send, found.encode())

    last = numbered(2).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(numbered(0) + numbered(1) + last)
        answer = await reader.read()
    parts = answer.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert [part.partition(b"\r\n\r\n")[2] for part in parts] == [b"none"] * 3
