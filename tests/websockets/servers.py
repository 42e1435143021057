"""Servers of the application, in processes of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import process_group

SERVERS: dict[str, list[str]] = {
    "websockets": ["uvicorn", "--ws", "auto", "--log-level", "warning"],
    "wsproto": ["uvicorn", "--ws", "wsproto", "--log-level", "warning"],
    "ferroapi": ["tests.server.command", "--log-level", "warning"],
    "granian": ["granian", "--interface", "asgi", "--log-level", "warning"],
}
"""The arguments of `python -m`, by the library that speaks the protocol, or hands over to it."""
START_SECONDS = 20


@contextmanager
def serving(name: str, output: Path) -> Iterator[int]:
    """The port of a server that answers; what it says goes to `output`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    arguments = [*SERVERS[name], "--port", str(port), "application:app"]
    with (
        output.open("wb") as file,
        process_group(
            [sys.executable, "-m", *arguments],
            cwd=Path(__file__).parent,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ
            | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(Path(__file__).parents[2])},
        ) as process,
    ):
        _wait_for(port, process, output)
        yield port


def _wait_for(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the server does not start:\n{output.read_text()}")
