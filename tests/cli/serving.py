"""Running commands that serve, and a service for them."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

from tests.processes import process_group

SERVICE = """
import asyncio, os
from {name} import FastAPI
from {name}.responses import EventSourceResponse, StreamingResponse

app = FastAPI()
version = 1

@app.get("/")
def facts():
    return {{"version": version, "pid": os.getpid(), "from": FastAPI.__module__,
            "FASTAPI_ENV": os.environ.get("FASTAPI_ENV")}}

@app.get("/open")
async def open_stream():
    async def chunks():
        while True:
            yield b"chunk"
            await asyncio.sleep(0.01)
    return StreamingResponse(chunks())

@app.get("/items")
@app.get("/events", response_class=EventSourceResponse)
async def items():
    while True:
        yield "chunk"
        await asyncio.sleep(0.01)
"""


class Server:
    """A running command and its address."""

    def __init__(
        self, process: subprocess.Popen[bytes], url: str, context: ssl.SSLContext | None
    ) -> None:
        self.process = process
        self.url = url
        self._context = context

    def facts(self) -> dict[str, object]:
        """The answer of `/`, waiting until there is one."""
        deadline = time.monotonic() + 30
        while True:
            try:
                with urlopen(self.url, timeout=5, context=self._context) as response:
                    facts: dict[str, object] = json.load(response)
                    return facts
            except (URLError, ConnectionError):
                assert self.process.poll() is None, "the server has ended"
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.05)


@contextmanager
def serving(
    *arguments: str,
    directory: Path,
    stdout: IO[str] | None = None,
    stderr: IO[str] | None = None,
    context: ssl.SSLContext | None = None,
) -> Iterator[Server]:
    """Starts the command, and sees to it that SIGTERM ends it. A `context` asks it by TLS."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with process_group(
        [sys.executable, "-m", "ferroapi", *arguments, "--port", str(port)],
        cwd=directory,
        stdout=stdout,
        stderr=stderr,
        env={name: value for name, value in os.environ.items() if name != "FASTAPI_ENV"},
    ) as process:
        scheme = "http" if context is None else "https"
        yield Server(process, f"{scheme}://127.0.0.1:{port}", context)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) in (0, -signal.SIGTERM)
