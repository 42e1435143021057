"""`examples/cancellation.py` behind real servers, whose clients leave."""

import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.sync.client import connect

UVICORN = ["-m", "uvicorn", "cancellation:app", "--port", "0"]
SERVERS = {
    "ferroapi": [*UVICORN, "--http", "ferroapi.server:HTTPProtocol", "--loop", "uvloop"],
    "ferroapi, asyncio": [*UVICORN, "--http", "ferroapi.server:HTTPProtocol", "--loop", "asyncio"],
    "httptools": [*UVICORN, "--http", "httptools"],
    "h11": [*UVICORN, "--http", "h11"],
}


@pytest.fixture(scope="module", params=SERVERS.values(), ids=SERVERS)
def server(
    request: pytest.FixtureRequest, start_server: Callable[..., Any]
) -> Iterator[tuple[Any, int]]:
    server = start_server(request.param)
    return server, int(server.wait_for(r"running on http://127\.0\.0\.1:(\d+)")[1])


# a request: what is printed when it has begun, and when its client has left
REQUESTS = {
    "GET /answer": ("thinking", "not thinking any more"),
    "GET /report": ("writing", "not writing any more"),
    "POST /order": ("ordering", "ordered"),
}


@pytest.mark.parametrize("request_line", REQUESTS)
def test_a_client_leaves(server: tuple[Any, int], request_line: str) -> None:
    running, port = server
    begun, ended = REQUESTS[request_line]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        head = f"{request_line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode())
        running.wait_for(rf"(?m)^{begun}$")
        assert not re.search(rf"(?m)^{ended}$", running.output.read_text())
    running.wait_for(rf"(?m)^{ended}$")


def test_the_client_of_a_websocket_leaves(server: tuple[Any, int]) -> None:
    running, port = server
    with connect(f"ws://127.0.0.1:{port}/clock") as websocket:
        assert websocket.recv(timeout=10) == "tick"
    running.wait_for("not ticking any more")


def test_nothing_is_logged_as_an_error(server: tuple[Any, int]) -> None:
    running, _ = server
    assert not re.search("ERROR|Traceback", running.output.read_text())
