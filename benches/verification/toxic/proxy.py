"""A proxy that does to a connection what networks do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from harness.case import LOOPBACK
from harness.departures import abort

PATIENCE = 10
"""Seconds until every connection has to be over, when its client has left."""


@dataclass(frozen=True, slots=True)
class Toxic:
    """What happens to the bytes that go to the server, and come from it.

    Attributes:
        latency: seconds that each piece is late.
        slice: bytes of a piece, all others follow by themselves.
        rate: bytes a second.
        half_closes: the client closes its half when it has sent everything, and waits.
        resets_after: bytes of the request after which both connections are reset.
        resets_answer_after: the same of the answer.
        stalls_after: bytes of the request after which no more come, until the client gives up.
    """

    latency: float = 0.0
    slice: int = 65536
    rate: float = 0.0
    half_closes: bool = False
    resets_after: int | None = None
    resets_answer_after: int | None = None
    stalls_after: int | None = None

    @property
    def is_fatal(self) -> bool:
        """Whether no whole answer can be asked for: for servers, half-closed is closed."""
        return (
            self.half_closes
            or (self.resets_after, self.resets_answer_after, self.stalls_after) != (None,) * 3
        )


class _ResetError(Exception):
    """Both connections are to be reset."""


async def _pump(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    toxic: Toxic,
    resets_after: int | None,
    stalls_after: int | None,
) -> None:
    passed = 0
    while data := await reader.read(65536):
        for at in range(0, len(data), toxic.slice):
            piece = data[at : at + toxic.slice]
            if stalls_after is not None and passed + len(piece) > stalls_after:
                while await reader.read(65536):
                    pass
                return
            if resets_after is not None and passed + len(piece) > resets_after:
                writer.write(piece[: resets_after - passed])
                raise _ResetError
            if toxic.latency:
                await asyncio.sleep(toxic.latency)
            writer.write(piece)
            await writer.drain()
            passed += len(piece)
            # Each piece is to be read by itself.
            await asyncio.sleep(len(piece) / toxic.rate if toxic.rate else 0)


async def _upstream(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, toxic: Toxic
) -> None:
    await _pump(reader, writer, toxic, toxic.resets_after, toxic.stalls_after)
    if toxic.half_closes:
        writer.write_eof()
    else:
        writer.close()


async def _pass_on(
    port: int, toxic: Toxic, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
) -> None:
    server, to_server = await asyncio.open_connection(LOOPBACK, port)
    up = asyncio.create_task(_upstream(client, to_server, toxic))
    down = asyncio.create_task(_pump(server, to_client, toxic, toxic.resets_answer_after, None))
    await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
    if not down.done() and up.exception() is None:
        await asyncio.wait((down,))
    errors = [task.exception() for task in (up, down) if task.done()]
    if any(isinstance(error, _ResetError) for error in errors):
        abort(to_server.transport)
        abort(to_client.transport)
    for task in (up, down):
        task.cancel()
    await asyncio.wait((up, down))
    to_server.close()
    to_client.close()


@asynccontextmanager
async def proxy(port: int, toxic: Toxic) -> AsyncIterator[int]:
    """Hands connections on to a port; gives its own. Its clients have to leave before it ends."""
    tasks = set[asyncio.Task[None]]()

    def accept(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(_pass_on(port, toxic, client, to_client)))

    listening = await asyncio.start_server(accept, LOOPBACK, 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)
