"""Sends requests one after the other over few connections, and sees whether one sees another.

python -m tests.server.isolation --requests 100000
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

from tests.processes import process_group

from ferroapi import BackgroundTasks, Depends, FastAPI, Request

SERVERS = {
    f"{name}-{loop}": [*arguments, "--loop", loop]
    for name, arguments in {
        "uvicorn": [
            *("uvicorn", "--http", "httptools", "--log-level", "warning", "--reset-contextvars")
        ],
        "ferroapi": [
            *("uvicorn", "--http", "ferroapi.server:HTTPProtocol", "--log-level", "warning")
        ],
        "granian": ["granian", "--interface", "asgi", "--log-level", "warning"],
    }.items()
    for loop in ("asyncio", "uvloop")
}
"""The arguments of `python -m`, by server and event loop."""
APPLICATION = "tests.server.isolation:app"
CONNECTIONS = 8
LARGE = bytes(400_000)
"""More than any server reads ahead of the application."""
START_SECONDS = 30

variable: ContextVar[str] = ContextVar("variable", default="")

app = FastAPI()


class Seen:
    """What a request has seen in the variable that each sets to its own name."""

    def __init__(self, request: Request) -> None:
        self.name = request.query_params["name"]
        self.values = [variable.get()]
        variable.set(self.name)

    def look(self) -> None:
        self.values.append(variable.get())


async def in_task(seen: Annotated[Seen, Depends(Seen)]) -> AsyncIterator[Seen]:
    seen.look()
    token = variable.set("in a task")
    yield seen
    variable.reset(token)


def in_thread(seen: Annotated[Seen, Depends(Seen)]) -> Iterator[Seen]:
    variable.set("in a thread")
    yield seen
    variable.set("after it")


@app.post("/bare")
async def bare(request: Request) -> list[str]:
    """Sets the variable before it reads the body."""
    seen = Seen(request)
    await request.body()
    seen.look()
    return seen.values


@app.post("/dependencies")
async def dependencies(
    request: Request,
    tasks: BackgroundTasks,
    seen: Annotated[Seen, Depends(in_task)],
    _: Annotated[Seen, Depends(in_thread)],
) -> list[str]:
    tasks.add_task(variable.set, "after the response")
    await request.body()
    return seen.values


async def read(request: Request) -> None:
    await request.body()


@app.post("/thread", dependencies=[Depends(read)])
def thread(seen: Annotated[Seen, Depends(in_thread)]) -> list[str]:
    return seen.values


PATHS = ("bare", "dependencies", "thread")


async def leaks(port: int, requests: int) -> list[Any]:
    """The requests that have seen the value of another one, with what they have seen."""
    found: list[Any] = []

    async def connection(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for index in range(requests // CONNECTIONS):
            name = f"{number}-{index}"
            path = PATHS[index % len(PATHS)]
            body = LARGE if index % 2 else b"{}"
            head = f"POST /{path}?name={name} HTTP/1.1\r\nhost: a\r\ncontent-length: {len(body)}"
            writer.write(head.encode() + b"\r\n\r\n")
            # The application reads, and waits for what comes late.
            await asyncio.sleep(0)
            writer.write(body)
            await writer.drain()
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(answer.split(b"content-length: ")[1].split(b"\r\n")[0])
            values = json.loads(await reader.readexactly(length))
            if b" 200 " not in answer.split(b"\r\n")[0] or set(values) - {"", name} or values[0]:
                found.append((path, name, values))
        writer.close()

    await asyncio.gather(*map(connection, range(CONNECTIONS)))
    return found


@contextmanager
def serving(name: str, output: Path) -> Iterator[int]:
    """The port of a server of this application; what it says goes to `output`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    root = Path(__file__).parents[2]
    with (
        output.open("wb") as file,
        process_group(
            [sys.executable, "-m", *SERVERS[name], f"--port={port}", APPLICATION],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": str(root)},
        ) as process,
    ):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except OSError:
                time.sleep(0.05)
            else:
                break
        yield port


def main() -> None:
    """Prints the number of leaks by server as JSON; fails where there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    requests = parser.parse_args().requests // len(SERVERS)
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in SERVERS:
            with serving(name, Path(folder) / name) as port:
                figures[name] = len(asyncio.run(leaks(port, requests)))
    print(json.dumps({"requests": requests * len(SERVERS), "leaks": figures}, indent=2))
    raise SystemExit(any(figures.values()))


if __name__ == "__main__":
    main()
