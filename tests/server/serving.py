"""A server in the loop of the test, and a client that writes what it likes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from ferroapi.server import HTTPProtocol, ServerOptions

LIMIT = 5
"""Seconds after which a test that waits for the server fails."""


@asynccontextmanager
async def serving(
    app: Any,
    *,
    protocol: type[HTTPProtocol | HttpToolsProtocol] = HTTPProtocol,
    state: dict[str, Any] | None = None,
    server_state: ServerState | None = None,
    **settings: Any,
) -> AsyncIterator[int]:
    """Serves `app` on a port of the loopback address, which is given."""
    config = Config(app, **{"log_config": None, "lifespan": "off", **settings})
    config.load()
    server_state = server_state or ServerState()
    loop = asyncio.get_running_loop()

    def connection() -> Any:
        return protocol(config, server_state, state or {})

    server = await loop.create_server(connection, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for connection_ in list(server_state.connections):
            connection_.shutdown()
        async with asyncio.timeout(LIMIT):
            # As uvicorn waits for them; nobody tells.
            while server_state.connections or server_state.tasks:  # noqa: ASYNC110
                await asyncio.sleep(0.005)


async def sent(port: int, *parts: bytes, closing: bool = True) -> bytes:
    """What the server answers to these bytes until it closes, each sent by itself.

    With `closing` the client sends no more after them.
    """
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            return await reader.read()
        finally:
            writer.close()


def limited(**limits: float) -> type[HTTPProtocol]:
    """A protocol with other limits than the usual ones."""

    class Limited(HTTPProtocol):
        options = ServerOptions(**limits)  # type: ignore[arg-type]  # sizes are whole numbers

        __slots__ = ()

    return Limited


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that is closed at the end; what takes longer than the limit fails."""
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield reader, writer
        finally:
            writer.close()
