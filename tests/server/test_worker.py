"""The worker class for Gunicorn, in a real one."""

import signal
import socket
import sys
import time
from pathlib import Path

import pytest
from tests.processes import process_group

SERVICE = """
import os

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        open(f"started-{os.getpid()}", "w").close()
    if scope["type"] == "http":
        name = type(receive.__self__).__module__.encode()
        headers = [(b"content-length", b"%d" % len(name))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": name})
"""

REQUEST = b"GET /a?b=c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def answer(port: int) -> bytes:
    """What the server answers, waiting until there is one."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                client.sendall(REQUEST)
                return b"".join(iter(lambda: client.recv(65536), b""))
        except ConnectionError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)


def until_started(directory: Path, workers: int) -> None:
    deadline = time.monotonic() + 30
    while len([*directory.glob("started-*")]) < workers:
        assert time.monotonic() < deadline, "the workers do not start"
        time.sleep(0.05)


@pytest.mark.parametrize("workers", [1, 2])
def test_gunicorn_serves_on_the_protocol(workers: int, tmp_path: Path) -> None:
    tmp_path.joinpath("service.py").write_text(SERVICE)
    log = tmp_path / "log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "gunicorn", "service:app"),
        *("--worker-class", "ferroapi.server.worker.Worker", "--workers", str(workers)),
        *("--bind", f"127.0.0.1:{port}", "--access-logfile", str(log), "--no-control-socket"),
    ]
    with process_group(command, cwd=tmp_path) as process:
        for _ in range(10):
            head, _, body = answer(port).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert body == b"ferroapi._core"
        # A worker that has only begun to start misses the signal.
        until_started(tmp_path, workers)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert log.read_text().count("127.0.0.1:") == 10
    assert log.read_text().count('"GET /a?b=c HTTP/1.1" 200') == 10
