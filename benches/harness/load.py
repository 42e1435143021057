"""Requests over connections that stay open, from one process that does nothing else."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from time import perf_counter, process_time, sleep

import uvloop

from harness.answers import Answer
from harness.case import Request
from harness.chunks import ChunkedBody

CONNECTIONS = 16
LAST_CHUNK = b"0\r\n\r\n"
PATIENCE = 60.0
"""Seconds that one load may take."""


class BrokenAnswerError(Exception):
    """A server closed a connection or answered something else than the first time."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a load took: seconds, and the part of them that the client itself was busy."""

    requests: int
    seconds: float
    busy: float


def wire(request: Request) -> bytes:
    """The bytes of a request (RFC 9112)."""
    target = request.path.encode() + (b"?" + request.query if request.query else b"")
    lines = [
        b"%b %b HTTP/1.1" % (request.method.encode(), target),
        *(b"%b: %b" % header for header in request.headers),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + request.body


def wait_for(port: int) -> None:
    """Returns when somebody listens on a port. Raises `BrokenAnswerError` after ten seconds."""
    for _ in range(100):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    raise BrokenAnswerError(f"nobody listens on port {port}")


def ask_once(port: int, request: Request) -> tuple[Answer, int, bytes]:
    """One answer over a connection of its own, how many bytes it is on the wire, and the last."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(wire(request))
        data = b""
        while b"\r\n\r\n" not in data:
            data += _more(connection)
        head, separator, tail = data.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = [(name.lower(), value) for name, _, value in (x.partition(": ") for x in lines)]
        length = dict(headers).get("content-length")
        while len(tail) < int(length) if length else not tail.endswith(LAST_CHUNK):
            tail += _more(connection)
        body = tail if length else ChunkedBody().feed(head + separator + tail)
        answer = Answer(int(status.split()[1]), headers, body)
        return answer, len(head) + len(separator) + len(tail), separator + tail


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise BrokenAnswerError("the server closed the connection")
    return data


class Connection(asyncio.Protocol):
    """Sends a request, waits for the whole answer, sends the next, while there are any."""

    def __init__(self, load: _Requests) -> None:
        self._load = load
        self._received = bytearray()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]  # uvloop's has no such base
        self._next()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) < self._load.length:
            return
        if len(self._received) > self._load.length or not self._received.endswith(self._load.tail):
            self._load.fail(f"the server answered {self._received[:200]!r}")
            return
        self._received.clear()
        self._load.answered()
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self._load.fail("the server closed a connection")

    def _next(self) -> None:
        assert self._transport is not None
        if self._load.left > 0:
            self._load.left -= 1
            self._transport.write(self._load.request)


class _Requests:
    """How many requests are still to be sent and to be answered, over all connections."""

    def __init__(self, request: bytes, length: int, tail: bytes, count: int) -> None:
        self.request = request
        self.length = length
        self.tail = tail
        self.left = count
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._unanswered = count

    def answered(self) -> None:
        self._unanswered -= 1
        if self._unanswered == 0 and not self.done.done():
            self.done.set_result(None)

    def fail(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(BrokenAnswerError(reason))


async def _load(port: int, request: Request, count: int, length: int, tail: bytes) -> Load:
    loop = asyncio.get_running_loop()
    requests = _Requests(wire(request), length, tail, count)
    transports = []
    busy, started = process_time(), perf_counter()
    try:
        for _ in range(CONNECTIONS):
            transport, _ = await loop.create_connection(
                lambda: Connection(requests), "127.0.0.1", port
            )
            transports.append(transport)
        await asyncio.wait_for(requests.done, PATIENCE)
        seconds = perf_counter() - started
        return Load(count, seconds, (process_time() - busy) / seconds)
    finally:
        for transport in transports:
            transport.abort()


def load(port: int, request: Request, count: int, length: int, tail: bytes) -> Load:
    """Sends `count` requests over 16 connections, one at a time on each.

    Every answer has to have `length` bytes, of which `tail` are the last.

    Raises:
        BrokenAnswerError: an answer is another one, or a connection was closed.
        TimeoutError: it took longer than a minute.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_load(port, request, count, length, tail))
