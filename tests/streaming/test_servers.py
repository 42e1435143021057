"""How streams end over a real socket. The servers are processes that serve `endings.py`."""

import importlib.util
import json
import re
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 10
"""Seconds for what takes milliseconds, on a machine that has other things to do."""

UVICORN = ["-m", "uvicorn", "endings:app", "--port", "{port}"]
FERROAPI_SERVER = ["-m", "tests.server.command", "endings:app", "--port", "{port}"]
GRANIAN = ["-m", "granian", "endings:app", "--interface", "asgi", "--port", "{port}"]
SERVERS = {
    "httptools": [*UVICORN, "--http", "httptools", "--loop", "uvloop"],
    "h11": [*UVICORN, "--http", "h11", "--loop", "asyncio"],
    "ferroapi": [*FERROAPI_SERVER, "--loop", "uvloop"],
    "ferroapi, asyncio": [*FERROAPI_SERVER, "--loop", "asyncio"],
    "granian": GRANIAN,
}
KINDS = ("sse", "jsonl", "raw", "returned-raw")
PATHS = [f"/{form}/{kind}" for form in ("async", "sync") for kind in KINDS]
BEHIND = [f"/behind{path}" for path in PATHS]
"""The same behind `BaseHTTPMiddleware`."""


class Endings:
    """A server, and what the streams it serves tell about their ends."""

    def __init__(self, server: Any, port: int, file: Path) -> None:
        self.server = server
        self.port = port
        self._file = file
        self._told = 0
        self._logged = 0

    def connect(self, *, receive_buffer: int | None = None) -> socket.socket:
        connection = socket.socket()
        if receive_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(PATIENCE)
        try:
            connection.connect(("127.0.0.1", self.port))
        except OSError:
            connection.close()
            raise
        return connection

    def open(self, target: str, **options: Any) -> socket.socket:
        """A connection on which `target` was asked for."""
        connection = self.connect(**options)
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return connection

    def read(self, path: str) -> Any:
        """The JSON of a path, with a connection of its own."""
        with self.connect() as connection:
            head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode())
            return json.loads(receive_all(connection).partition(b"\r\n\r\n")[2])

    def told(self, count: int, seconds: float = PATIENCE) -> list[dict[str, Any]]:
        """The next `count` endings, as soon as they are there."""
        deadline = time.monotonic() + seconds
        while True:
            *complete, _ = self._file.read_text().split("\n")
            lines = complete[self._told :]
            if len(lines) >= count or time.monotonic() > deadline:
                break
            time.sleep(0.01)
        self._told += len(lines)
        return [json.loads(line) for line in lines]

    def logged(self) -> str:
        """What was logged since the last call."""
        text: str = self.server.output.read_text()
        new, self._logged = text[self._logged :], len(text)
        return new

    def logged_until(self, pattern: str) -> str:
        """The same, once there is something that matches, or there is nothing for long."""
        text, deadline = self.logged(), time.monotonic() + PATIENCE
        while not re.search(pattern, text) and time.monotonic() < deadline:
            time.sleep(0.005)
            text += self.logged()
        return text


def receive_until(connection: socket.socket, part: bytes) -> bytes:
    received = b""
    while part not in received:
        chunk = connection.recv(65536)
        assert chunk, received
        received += chunk
    return received


def receive_all(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


def leave(connection: socket.socket, how: str) -> float:
    """Closes, and returns the moment before."""
    if how == "RST":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    at = time.monotonic()
    connection.close()
    return at


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


Serve = Callable[[list[str]], Endings]


@pytest.fixture(scope="module")
def serve(
    start_server: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serve]:
    """Starts a server of `endings.py` and waits until it answers."""

    def start(command: list[str]) -> Endings:
        if importlib.util.find_spec(command[1]) is None:
            pytest.skip(f"{command[1]} is not installed")
        file = tmp_path_factory.mktemp("endings") / "endings.jsonl"
        file.touch()
        port = free_port()
        server = start_server(
            [argument.format(port=port) for argument in command],
            cwd=Path(__file__).parent,
            ENDINGS=str(file),
            PYTHONPATH=str(Path(__file__).parents[2]),
        )
        endings = Endings(server, port, file)
        deadline = time.monotonic() + 30
        while True:
            try:
                endings.read("/produced")
                return endings
            except (ConnectionError, json.JSONDecodeError):
                assert server.process.poll() is None, server.output.read_text()
                assert time.monotonic() < deadline, server.output.read_text()
                time.sleep(0.05)

    return start


@pytest.fixture(scope="module", params=SERVERS)
def name(request: pytest.FixtureRequest) -> str:
    server: str = request.param
    return server


@pytest.fixture(scope="module")
def endings(name: str, serve: Serve) -> Endings:
    return serve(SERVERS[name])


CLOSED = [
    {"of": "dependency", "task": True, "context": True},
    {"of": "generator", "task": True, "context": True},
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("how", ["FIN", "RST"])
@pytest.mark.parametrize("does", ["wait", "go on"])
def test_client_leaves(endings: Endings, name: str, path: str, how: str, does: str) -> None:
    """The generator and what the request depends on are closed at once, where they were opened."""
    before = endings.read("/left")
    endings.logged()
    connection = endings.open(f"{path}?how={does.replace(' ', '%20')}")
    receive_until(connection, b"0")
    left = leave(connection, how)
    told = endings.told(2, 60)

    took = [ending.pop("at") - left for ending in told]
    assert sorted(told, key=lambda ending: ending["of"]) == CLOSED
    # On a busy machine Granian itself may take seconds to notice.
    assert max(took) < 2 or name == "granian"
    deadline = time.monotonic() + PATIENCE
    while (after := endings.read("/left")) != before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert after == before
    assert not re.search("ERROR|Traceback", endings.logged())


@pytest.mark.parametrize("path", [*PATHS, *BEHIND])
@pytest.mark.parametrize("how", ["FIN", "RST"])
def test_client_leaves_before_the_response_has_begun(endings: Endings, path: str, how: str) -> None:
    """That is no error, also for middleware that waits for a response."""
    endings.logged()
    connection = endings.open(f"{path}?items=0")
    time.sleep(0.03)
    leave(connection, how)
    endings.told(2)
    time.sleep(0.02)
    assert not re.search("ERROR|Traceback", endings.logged())


# name: (query, status)
BEFORE_THE_FIRST_ITEM = {
    "http exception": ("how=http%20exception&items=0", 404),
    "exception": ("how=exception&items=0", 500),
    "wrong item": ("how=wrong%20item&items=0", 500),
    "wrong parameter": ("items=x", 422),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "status"), BEFORE_THE_FIRST_ITEM.values(), ids=BEFORE_THE_FIRST_ITEM
)
def test_failure_before_the_first_item(
    endings: Endings, path: str, query: str, status: int
) -> None:
    """It has its own status, and the connection goes on."""
    endings.logged()
    with endings.open(f"{path}?{query}") as connection:
        head = receive_until(connection, b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % status)
    endings.told(1 if status == 422 else 2)
    if status == 500:
        # It is not to be taken for what the next request logs.
        assert "Error" in endings.logged_until(r"Error: .*\n")


# name: (query, what the last event says, what is logged last)
FAILURES = {
    "exception": ("how=exception", b"ItemError", "ItemError: it failed"),
    "wrong item": ("how=wrong%20item", b"ResponseValidationError", "ValidationError: |TypeError: "),
    "http exception": ("how=http%20exception", b"HTTPException", r"HTTPException: 404: "),
}


@pytest.mark.parametrize("path", [*PATHS, *BEHIND])
@pytest.mark.parametrize(("query", "event", "logged"), FAILURES.values(), ids=FAILURES)
def test_failure_after_some_items(
    endings: Endings, path: str, query: str, event: bytes, logged: str
) -> None:
    """Everything before it arrives, the end cannot be taken for a good one, and it is logged."""
    endings.logged()
    with endings.open(f"{path}?{query}&items=50") as connection:
        head, _, received = receive_all(connection).partition(b"\r\n\r\n")
    body, complete = unchunked(received)

    numbers = [int(number) for number in re.findall(rb'^(?:.*"number":)?(\d+)', body, re.MULTILINE)]
    assert head.startswith(b"HTTP/1.1 200 ")
    assert numbers == list(range(50))
    assert body.endswith(b"event: error\ndata: %s\n\n" % event) is path.endswith("sse")
    assert not complete
    endings.told(2)
    text = endings.logged_until(logged)
    assert len(re.findall(logged, text, re.MULTILINE)) == 1, text
    assert "ExceptionGroup" not in text
    assert "RuntimeError" not in text


def test_request_that_is_read_meanwhile(endings: Endings) -> None:
    parts = [b"%d," % number * 1000 for number in range(100)]
    head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    with endings.connect() as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        received = receive_until(connection, b"begin")
        for part in parts:
            connection.sendall(b"%x\r\n%b\r\n" % (len(part), part))
            time.sleep(0.001)
        connection.sendall(b"0\r\n\r\n")
        received += receive_all(connection)

    body, complete = unchunked(received.partition(b"\r\n\r\n")[2])
    assert body == b"begin" + b"".join(parts)
    assert complete


def unchunked(received: bytes) -> tuple[bytes, bool]:
    """A body in chunks, and whether it has its end (RFC 9112, section 7.1)."""
    body = b""
    while received:
        size, _, received = received.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            return body, True
        body, received = body + received[:length], received[length + 2 :]
    return body, False


@pytest.mark.parametrize("path", PATHS)
def test_slow_reader_slows_the_generator(endings: Endings, path: str) -> None:
    """What it has not read is in the buffers of the system, and no more than they hold."""
    before = endings.read("/produced")
    with endings.open(f"{path}?how=go%20on", receive_buffer=4096) as connection:
        receive_until(connection, b"x" * 1024)
        produced = -1
        deadline = time.monotonic() + PATIENCE
        while produced != (now := endings.read("/produced") - before):
            assert time.monotonic() < deadline, "the generator goes on"
            produced = now
            time.sleep(0.2)
        assert produced < 16 * 2**20
        read = 0
        while read < produced + 2**20:
            read += len(connection.recv(65536))
        assert endings.read("/produced") - before > produced
    endings.told(2)


FERROAPI = ["-m", "ferroapi", "run", "endings.py", "--host", "127.0.0.1", "--port", "{port}"]
COMMANDS = {
    "ferroapi": FERROAPI,
    "ferroapi, workers": [*FERROAPI, "--workers", "2"],
    "uvicorn": UVICORN,
    "uvicorn, ferroapi": FERROAPI_SERVER,
    "uvicorn, workers": [*UVICORN, "--workers", "2"],
    "granian": GRANIAN,
    # Its worker processes hear of no signal: they wait three seconds, then cancel what is open.
    "hypercorn": ["-m", "hypercorn", "endings:app", "--workers", "0", "-b", "127.0.0.1:{port}"],
}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_server_stops(serve: Serve, command: list[str], number: int) -> None:
    """All generators and dependencies are closed, and the process waits for nobody.

    What is no event stream has the two seconds that `endings.py` gives it.
    """
    endings = serve(command)
    connections = [endings.open(PATHS[index % len(PATHS)]) for index in range(60)]
    for connection in connections:
        receive_until(connection, b"0")
    endings.server.process.send_signal(number)
    endings.server.process.wait(PATIENCE)
    for connection in connections:
        connection.close()

    told = endings.told(120, seconds=0)
    for ending in told:
        del ending["at"]
    assert sorted(told, key=lambda ending: ending["of"]) == [CLOSED[0]] * 60 + [CLOSED[1]] * 60


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_server_stops_amid_downloads(serve: Serve, command: list[str]) -> None:
    """What ends by itself is complete; of event streams, whose readers come back, it is the end."""
    endings = serve(command)
    downloads = {path: endings.open(f"{path}?how=end") for path in PATHS}
    first = {path: receive_until(each, b"\r\n\r\n") for path, each in downloads.items()}
    # What has not begun its next item makes none, when it is an event stream.
    assert endings.told(len(PATHS)) == [{"of": "last item"}] * len(PATHS)
    endings.server.process.send_signal(signal.SIGTERM)
    received = {path: first[path] + receive_all(each) for path, each in downloads.items()}
    endings.server.process.wait(PATIENCE)
    for connection in downloads.values():
        connection.close()

    for path in PATHS:
        body, complete = unchunked(received[path].partition(b"\r\n\r\n")[2])
        numbers = re.findall(rb'^(?:.*"number":)?(\d+)', body, re.MULTILINE)
        # A thread cannot be interrupted: it makes its next event.
        assert numbers == ([b"0"] if path == "/async/sse" else [b"0", b"1"]), path
        assert complete, path
