"""WebSockets behind our protocol: uvicorn's class for them, with a bound for what waits."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from starlette.types import Receive, Scope, Send
from tests.server.serving import LIMIT, connected, serving
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from uvicorn.server import ServerState

from ferroapi.server.protocol import websocket_class
from ferroapi.server.websocket import BoundedWebSocket

pytestmark = pytest.mark.anyio

UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
)
PING, PONG, CLOSE = 9, 10, 8
COUNT = 12_000
"""Pings whose pongs are more than the sockets take."""
WAITING = 400_000
"""Bytes that may wait for a client: those of the transport, and of the pings that come at once."""


class Mine(WebSocketsSansIOProtocol):
    """A class that somebody has chosen."""


def frame(opcode: int, content: bytes) -> bytes:
    """A frame of a client, whose mask changes nothing."""
    return bytes([0x80 | opcode, 0x80 | len(content), 0, 0, 0, 0]) + content


def pings(first: int, count: int) -> bytes:
    return b"".join(frame(PING, b"%0125d" % number) for number in range(first, first + count))


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends the text of each message back."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


async def frames(reader: asyncio.StreamReader) -> AsyncIterator[tuple[int, bytes]]:
    """What the server sends, until it closes."""
    while start := await reader.read(1):
        size = (await reader.readexactly(1))[0]
        yield start[0] & 0x0F, await reader.readexactly(size)


@asynccontextmanager
async def flooded() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, list[int]]]:
    """A connection whose client has sent pings and read nothing, and the sizes of what waited."""
    server_state = ServerState()
    async with (
        serving(echo, ws="websockets-sansio", server_state=server_state) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        connections: set[Any] = server_state.connections
        (transport,) = [connection.transport for connection in connections]
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        sizes: list[int] = []
        for first in range(0, COUNT, 1000):
            writer.write(pings(first, 1000))
            await writer.drain()
            await asyncio.sleep(0)
            sizes.append(transport.get_write_buffer_size())
        yield reader, writer, sizes


async def test_a_client_that_does_not_read_has_the_last_of_its_pings_answered() -> None:
    async with flooded() as (reader, writer, sizes):
        writer.write(frame(PING, b"last"))
        answered: list[bytes] = []
        async for opcode, content in frames(reader):
            assert opcode == PONG
            answered.append(content)
            if content == b"last":
                break
    assert max(sizes) < WAITING
    assert answered[:-1] == sorted(set(answered[:-1]))
    assert len(answered) < COUNT


async def test_a_close_behind_pings_that_wait_is_the_last_frame() -> None:
    async with flooded() as (reader, writer, sizes):
        writer.write(pings(COUNT, 3) + frame(CLOSE, struct.pack("!H", 1000)))
        sent = [found async for found in frames(reader)]
    assert max(sizes) < WAITING
    assert sent[-1] == (CLOSE, struct.pack("!H", 1000))
    assert {opcode for opcode, _ in sent[:-1]} == {PONG}


async def test_each_ping_of_a_client_that_reads_is_answered() -> None:
    async with (
        serving(echo, ws="websockets-sansio") as port,
        websockets.connect(f"ws://127.0.0.1:{port}/") as client,
        asyncio.timeout(LIMIT),
    ):
        for _ in range(3):
            await (await client.ping())
            await client.send("ab")
            assert await client.recv() == "ab"


@pytest.mark.parametrize(
    ("chosen", "used"),
    [
        pytest.param(WebSocketsSansIOProtocol, BoundedWebSocket, id="uvicorn's default"),
        pytest.param(WSProtocol, WSProtocol, id="another one of uvicorn's"),
        pytest.param(Mine, Mine, id="somebody's own"),
    ],
)
async def test_only_the_class_of_uvicorn_is_replaced(chosen: Any, used: Any) -> None:
    assert websocket_class(chosen) is used
