"""A client that asks one thing again and again, over a few connections that stay open."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from httptools import HttpResponseParser

__all__ = ["Load", "Request", "put_under_load"]


@dataclass(frozen=True)
class Request:
    """What is asked of whom."""

    host: str
    port: int
    method: str
    target: str
    """Path and query."""
    body: bytes = b""
    content_type: str = "application/json"

    @property
    def encoded(self) -> bytes:
        """The request as HTTP/1.1."""
        lines = [f"{self.method} {self.target} HTTP/1.1", f"host: {self.host}:{self.port}"]
        if self.body:
            lines += [f"content-type: {self.content_type}", f"content-length: {len(self.body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass
class Load:
    """What was answered."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    """Seconds from a request to the end of its answer."""

    @property
    def answered(self) -> int:
        """How many requests were answered."""
        return len(self.latencies)

    def latency(self, share: float) -> float:
        """The seconds within which a share of the requests was answered, such as 0.99."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def put_under_load(request: Request, *, seconds: float, connections: int) -> Load:
    """Sends the request on each connection as soon as the one before was answered.

    Args:
        request: the request.
        seconds: how long new ones are sent.
        connections: how many are open at a time.

    Raises:
        OSError: a connection cannot be made or ends before the answer.
    """
    return asyncio.run(_run(request, seconds, connections))


async def _run(request: Request, seconds: float, connections: int) -> Load:
    load = Load()
    begin = time.perf_counter()
    loop = asyncio.get_running_loop()
    clients = [
        await loop.create_connection(
            lambda: _Client(request, load, begin + seconds), request.host, request.port
        )
        for _ in range(connections)
    ]
    await asyncio.gather(*(client.ended for _, client in clients))
    load.seconds = time.perf_counter() - begin
    return load


class _Client(asyncio.Protocol):
    """One connection, also what its parser calls. It has ended when the time is over."""

    def __init__(self, request: Request, load: Load, until: float) -> None:
        self._request = request.encoded
        self._is_head = request.method == "HEAD"
        self._load = load
        self._until = until
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._parser = HttpResponseParser(self)
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("the server closed a connection"))

    def on_headers_complete(self) -> None:
        # The parser would wait for the content that HEAD has none of (RFC 9110, section 9.3.2).
        if self._is_head:
            self._answered()

    def on_message_complete(self) -> None:
        if not self._is_head:
            self._answered()

    def _answered(self) -> None:
        now = time.perf_counter()
        self._load.statuses[self._parser.get_status_code()] += 1
        self._load.latencies.append(now - self._sent)
        if now < self._until:
            self._parser = HttpResponseParser(self)
            self._send()
        else:
            self.ended.set_result(None)
            self._transport.close()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._request)
