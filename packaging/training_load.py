"""The load that trains the optimizer of the extension: python packaging/training_load.py.

Every row of the benchmarks' cases, in process and over a socket of uvicorn with our protocol and
its access log, and what clients send beside. The requests are the same each time, and each answer
is checked. It needs ferroapi with its extra `standard`, and no FastAPI beside it.
"""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

sys.path.append(str(Path(__file__).parents[1] / "benches"))

from cases import CASES, SERVICE_CASES, SHAPE_CASES, service
from harness.answers import Answer, WrongAnswerError, check
from harness.applications import build
from harness.case import LOOPBACK, ASGIApp, Row
from harness.driver import answer
from harness.load import ask_once, load
from harness.servers import OWN_PROTOCOL

BYTES = 1_000_000
"""What the requests and answers of a row come to: long ones must not outweigh the short ones."""

FEWEST, MOST = 3, 2_000
"""Requests of a row."""

REPEATED = 50
"""How often each of `EXCHANGES` takes place."""

PATIENCE = 10
"""Seconds after which a server that does not answer is given up."""

EXCHANGES: Mapping[str, tuple[bytes, bytes]] = {
    "closed after it": (
        b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        b"HTTP/1.1 200 ",
    ),
    "HTTP/1.0": (b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 "),
    "pipelined": (
        b"GET / HTTP/1.1\r\nhost: a\r\n\r\n" * 3
        + b"GET /items/3 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        b"HTTP/1.1 200 ",
    ),
    "path of no route": (
        b"GET /absent HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        b"HTTP/1.1 404 ",
    ),
    "method of no route": (
        b"DELETE / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        b"HTTP/1.1 405 ",
    ),
    "body in chunks": (
        b"POST /orders HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
        b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        b'f\r\n{"id": 1, "name\r\n10\r\n": "a", "parts":\r\n'
        b'14\r\n [], "total": 1.5}  \r\n0\r\n\r\n',
        b"HTTP/1.1 200 ",
    ),
    "body that is waited for": (
        b"POST /orders HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
        b"content-length: 2\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n{}",
        b"HTTP/1.1 ",
    ),
    "WebSocket that is refused": (
        b"GET /absent HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        b"HTTP/1.1 403 ",
    ),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 "),
    "two lengths": (
        b"POST /orders HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"HTTP/1.1 400 ",
    ),
    "no request": (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"HTTP/1.1 400 "),
    "too many fields": (
        b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 431 ",
    ),
}
"""What is sent to the small service, and how its answer begins. It closes the connection then."""


def times(row: Row, given: Answer) -> int:
    """How often the request of a row is made."""
    size = len(row.request.path) + len(row.request.body) + len(given.body)
    size += sum(len(name) + len(value) for name, value in (*row.request.headers, *given.headers))
    return max(FEWEST, min(MOST, BYTES // size))


async def answer_in_process(app: ASGIApp, row: Row) -> Answer:
    """Has an application answer a row, and gives the last answer.

    Raises:
        WrongAnswerError: it answers something else than the row says.
    """
    given = Answer.of(await answer(app, row.request))
    for _ in range(times(row, given)):
        check(row, given)
        given = Answer.of(await answer(app, row.request))
    check(row, given)
    return given


def answer_over_socket(port: int, row: Row) -> None:
    """Has the server on a port answer a row.

    Raises:
        WrongAnswerError: it answers something else than the row says.
        BrokenAnswerError: it closes the connection, or answers something else than the first time.
    """
    given, length, end = ask_once(port, row.request)
    check(row, given)
    if "content-length" in dict(given.headers):
        load(port, row.request, times(row, given), length, end)
        return
    for _ in range(times(row, given)):  # of a stream the parts are cut elsewhere each time
        given, _, _ = ask_once(port, row.request)
        check(row, given)


def exchange(port: int, name: str) -> None:
    """One of `EXCHANGES`.

    Raises:
        WrongAnswerError: the answer begins otherwise.
    """
    sent, begins = EXCHANGES[name]
    received = b""
    with socket.create_connection((LOOPBACK, port), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        while part := connection.recv(65536):
            received += part
    if not received.startswith(begins):
        raise WrongAnswerError(f"{name}: {received[:200]!r}")


@contextmanager
def serving(app: ASGIApp) -> Iterator[int]:
    """Serves an application on our protocol in a thread; gives its port."""
    listening = socket.create_server((LOOPBACK, 0))
    with Path(os.devnull).open("w") as log, listening:
        with redirect_stdout(log):
            config = uvicorn.Config(app, http=OWN_PROTOCOL, lifespan="off")
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


def on_sockets(given: Answer) -> bool:
    """Whether `harness.load` can read it: no WebSocket, and nothing that has no content."""
    return given.status not in (101, 204) and len(given.body) <= BYTES


def main() -> None:
    """The whole load."""
    for cases in (CASES | SHAPE_CASES | SERVICE_CASES).values():
        for case in cases:
            app: Any = build("ferroapi", case)
            answers = [asyncio.run(answer_in_process(app, row)) for row in case.rows]
            with serving(app) as port:
                for row, given in zip(case.rows, answers, strict=True):
                    if on_sockets(given):
                        answer_over_socket(port, row)
    with serving(build("ferroapi", service.CASE)) as port:
        for name in EXCHANGES:
            for _ in range(REPEATED):
                exchange(port, name)


if __name__ == "__main__":
    main()
