"""The servers that a contender's process can be, each until standard input ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

from harness.case import LOOPBACK, ASGIApp, Contender
from harness.limit import Limit

Parser: TypeAlias = str
"""What uvicorn reads HTTP with: one of its own names, or where a class is, `module:name`."""

OWN_PROTOCOL = "ferroapi.server:HTTPProtocol"
"""Ours."""

CONNECTIONS = 4096
"""How many a server takes at the same time. Granian answers half as many otherwise."""


def server(
    contender: Contender, app: Any, http: Parser = "httptools"
) -> tuple[int, Callable[[], None]]:
    """The port that the application will be on, and what serves it; `http` is uvicorn's parser."""
    if contender in _SERVERS:
        return _SERVERS[contender](app)
    if contender in ("granian", "ferroapi_granian", "rsgi"):
        return _granian(app, "RSGI" if contender == "rsgi" else "ASGINL")
    lifespan = contender not in ("floor", "ferroapi", "fastapi", "starlette")
    return _uvicorn(app, http, lifespan=lifespan)


def _uvicorn(app: ASGIApp, http: Parser, *, lifespan: bool) -> tuple[int, Callable[[], None]]:
    import uvicorn
    import uvloop

    listening = socket.create_server((LOOPBACK, 0))
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=http,
        interface="asgi3",
        lifespan="on" if lifespan else "off",
        backlog=CONNECTIONS,
        access_log=False,
        log_level="warning",
    )
    uvicorn_server = uvicorn.Server(config)

    def stop() -> None:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        uvicorn_server.should_exit = True

    async def run() -> None:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop)
        await uvicorn_server.serve(sockets=[listening])

    def serve() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run())

    return int(listening.getsockname()[1]), serve


def _granian(app: Any, interface: Literal["ASGINL", "RSGI"]) -> tuple[int, Callable[[], None]]:
    from granian import Granian  # type: ignore[import-not-found]  # of another environment
    from granian.constants import (  # type: ignore[import-not-found]  # not everywhere
        Interfaces,
        Loops,
    )

    port = free_port()
    granian = Granian(
        "application",
        LOOPBACK,
        port,
        interface=Interfaces[interface],
        loop=Loops.uvloop,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        log_enabled=False,
    )

    def serve() -> None:
        _at_the_end(_terminate)
        granian.serve(target_loader=lambda: app, wrap_loader=False)

    return port, serve


def _robyn(app: Any) -> tuple[int, Callable[[], None]]:
    port = free_port()

    def serve() -> None:
        _at_the_end(lambda: os._exit(0))
        app.start(LOOPBACK, port)

    return port, serve


def _h2corn(app: ASGIApp) -> tuple[int, Callable[[], None]]:
    import h2corn  # type: ignore[import-not-found]  # of another environment

    port = free_port()
    config = h2corn.Config(
        bind=(f"{LOOPBACK}:{port}",),
        loop="uvloop",
        lifespan="off",
        backlog=CONNECTIONS,
        access_log=False,
    )

    def serve() -> None:
        _at_the_end(_terminate)
        h2corn.serve(app, config)

    return port, serve


def _bolt(app: Any) -> tuple[int, Callable[[], None]]:
    from django.core.management import (  # type: ignore[import-not-found]  # of another environment
        call_command,
    )

    port = free_port()

    def serve() -> None:
        _at_the_end(lambda: os._exit(0))
        call_command("runbolt", host=LOOPBACK, port=port, no_admin=True, backlog=CONNECTIONS)

    return port, serve


def _limit(answers: Mapping[bytes, bytes]) -> tuple[int, Callable[[], None]]:
    import uvloop

    listening = socket.create_server((LOOPBACK, 0), backlog=CONNECTIONS)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(sys.stdin.fileno(), ended.set)
        async with await loop.create_server(partial(Limit, answers), sock=listening):
            await ended.wait()
            loop.remove_reader(sys.stdin.fileno())

    def serve() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run())

    return int(listening.getsockname()[1]), serve


def command() -> tuple[int, Callable[[], None]]:
    """The port and what serves it: `ferroapi run` with its defaults, of the small service."""
    port = free_port()
    options = ["--entrypoint", "served:app", "--host", LOOPBACK, "--port", str(port)]

    def serve() -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "ferroapi", "run", *options],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            os.read(sys.stdin.fileno(), 1)
            process.terminate()

    return port, serve


_SERVERS: dict[Contender, Callable[[Any], tuple[int, Callable[[], None]]]] = {
    "limit": _limit,
    "robyn": _robyn,
    "h2corn": _h2corn,
    "bolt": _bolt,
}
"""Who is served by a server of its own."""


def free_port() -> int:
    """A port that nobody has, for servers that cannot be given a socket."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        return int(listening.getsockname()[1])


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _at_the_end(stop: Callable[[], None]) -> None:
    """Calls `stop` when standard input ends."""

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)
        stop()

    threading.Thread(target=wait, daemon=True).start()
