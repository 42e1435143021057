"""`examples/read_body.py` behind real servers: who may not upload is not asked to."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

UVICORN = ["-m", "uvicorn", "read_body:app", "--port", "0"]
SERVERS = {
    "ferroapi": [*UVICORN, "--http", "ferroapi.server:HTTPProtocol"],
    "httptools": [*UVICORN, "--http", "httptools"],
    "h11": [*UVICORN, "--http", "h11"],
}
BODY = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    + b"x" * 100_000
    + b"\r\n--b--\r\n"
)


@pytest.fixture(scope="module", params=SERVERS.values(), ids=SERVERS)
def port(request: pytest.FixtureRequest, start_server: Callable[..., Any]) -> int:
    server = start_server(request.param)
    return int(server.wait_for(r"running on http://127\.0\.0\.1:(\d+)")[1])


def asked(port: int, key: bytes) -> tuple[socket.socket, bytes]:
    """A connection on which the head of an upload was sent, and the first answer to it."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(
        b"POST /uploads/ HTTP/1.1\r\nHost: localhost\r\nX-Key: %s\r\nExpect: 100-continue\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n"
        % (key, len(BODY))
    )
    return connection, connection.recv(65536)


def test_who_is_refused_is_not_asked_for_the_body(port: int) -> None:
    connection, answer = asked(port, b"wrong")
    with connection:
        assert answer.startswith(b"HTTP/1.1 401 ")


def test_who_is_let_in_is_asked_for_the_body(port: int) -> None:
    connection, answer = asked(port, b"open")
    with connection:
        assert answer == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(BODY)
        answer = connection.recv(65536)
        while not answer.endswith(b"100000"):
            answer += connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200 ")
