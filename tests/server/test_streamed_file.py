"""A file of which nothing is kept, over a socket: who does not read it stops its client."""

import asyncio
from typing import Any

import pytest
from tests.server.serving import connected, serving
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ferroapi import FastAPI, FileStream
from ferroapi.server import HTTPProtocol

pytestmark = pytest.mark.anyio

PROTOCOLS: list[Any] = [HTTPProtocol, HttpToolsProtocol, H11Protocol]
CHUNK = 2**18
SIZE = 2**25
ON_THE_WAY = 2**24
"""Bytes that may be on their way: those of the kernel's two buffers, and little of a server's."""

FIRST = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
LAST = b"\r\n--b--\r\n"
HEAD = (
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    b"Content-Length: %d\r\n\r\n" % (len(FIRST) + SIZE + len(LAST))
)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_who_does_not_read_stops_its_client(protocol: Any) -> None:
    """All of it comes when it is read on, in chunks that are no larger than what it keeps."""
    app = FastAPI()
    go_on = asyncio.Event()
    chunks: list[int] = []

    @app.post("/", max_body_size=2 * SIZE)
    async def read(file: FileStream) -> int:
        async for chunk in file:
            chunks.append(len(chunk))
            await go_on.wait()
        return file.size

    async with serving(app, protocol=protocol) as port, connected(port) as (reader, writer):
        writer.write(HEAD + FIRST)
        sent = 0
        try:
            while sent < SIZE:
                writer.write(b"x" * CHUNK)
                sent += CHUNK
                async with asyncio.timeout(0.3):
                    await writer.drain()
        except TimeoutError:
            pass
        assert len(chunks) == 1
        assert sent < ON_THE_WAY
        go_on.set()
        for _ in range(sent, SIZE, CHUNK):
            writer.write(b"x" * CHUNK)
            await writer.drain()
        writer.write(LAST)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert await reader.readexactly(len(str(SIZE))) == str(SIZE).encode()
    assert max(chunks) <= CHUNK
