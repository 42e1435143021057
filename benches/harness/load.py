"""Requests over connections that stay open, from one process that does nothing else."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from selectors import EVENT_READ, DefaultSelector
from time import perf_counter, process_time, sleep

from harness.answers import Answer
from harness.case import LOOPBACK, Request
from harness.chunks import ChunkedBody

CONNECTIONS = 16
MOST_AT_ONCE = 65536
"""Bytes that are read at once, at most."""

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
    """Returns when somebody listens on a port. Raises `BrokenAnswerError` after a minute."""
    for _ in range(600):
        with socket.socket() as connection:
            if connection.connect_ex((LOOPBACK, port)) == 0:
                return
        sleep(0.1)
    raise BrokenAnswerError(f"nobody listens on port {port}")


def ask_once(port: int, request: Request) -> tuple[Answer, int, bytes]:
    """One answer over a connection of its own, how many bytes it is on the wire, and the last."""
    with socket.create_connection((LOOPBACK, port), timeout=10) as connection:
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
    try:
        data = connection.recv(MOST_AT_ONCE)
    except ConnectionError as error:
        raise BrokenAnswerError("the server broke the connection") from error
    if not data:
        raise BrokenAnswerError("the server closed the connection")
    return data


class _Connection:
    """Sends a request and takes its answer, again and again."""

    def __init__(self, port: int, request: bytes, length: int, tail: bytes, slack: int) -> None:
        self.socket = socket.create_connection((LOOPBACK, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._least = length - slack
        self._most = length + slack
        self._tail = tail
        self._at_once = min(self._most + 1, MOST_AT_ONCE)
        self._received = b""

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *exception: object) -> None:
        self.socket.close()

    def send(self) -> None:
        """Sends the request."""
        self.socket.sendall(self._request)

    def receive(self) -> bool:
        """Takes what has arrived; whether that was the end of the answer."""
        data = self.socket.recv(self._at_once)
        if not data:
            raise BrokenAnswerError("the server closed a connection")
        if self._received:
            data = self._received + data
        if self._least <= len(data) <= self._most and data.endswith(self._tail):
            self._received = b""
            return True
        if len(data) >= self._most:
            raise BrokenAnswerError(f"the server answered {data[:200]!r}")
        self._received = data
        return False


def load(
    port: int,
    request: Request,
    count: int,
    length: int,
    tail: bytes,
    connections: int = CONNECTIONS,
    slack: int = 0,
) -> Load:
    """Sends `count` requests over so many connections, one at a time on each.

    Every answer has to have `length` bytes, of which `tail` are the last. `slack` is by how many it
    may have more or less: of a stream the parts may be cut elsewhere each time.

    Raises:
        BrokenAnswerError: an answer is another one, or a connection was closed.
        TimeoutError: it took longer than a minute.
    """
    busy, started = process_time(), perf_counter()
    try:
        _load(port, request, count, length, tail, connections, slack)
    except ConnectionError as error:
        raise BrokenAnswerError("the server broke a connection") from error
    seconds = perf_counter() - started
    return Load(count, seconds, (process_time() - busy) / seconds)


def _load(
    port: int,
    request: Request,
    count: int,
    length: int,
    tail: bytes,
    connections: int,
    slack: int,
) -> None:
    sent, deadline = wire(request), perf_counter() + PATIENCE
    unsent, unanswered = count, count
    with ExitStack() as stack:
        selector = stack.enter_context(DefaultSelector())
        for _ in range(min(connections, count)):
            connection = stack.enter_context(_Connection(port, sent, length, tail, slack))
            selector.register(connection.socket, EVENT_READ, connection)
            connection.send()
            unsent -= 1
        while unanswered:
            ready = selector.select(PATIENCE)
            if not ready or perf_counter() > deadline:
                raise TimeoutError(f"{unanswered} of {count} answers are missing")
            for key, _ in ready:
                if key.data.receive():
                    unanswered -= 1
                    if unsent:
                        key.data.send()
                        unsent -= 1
