"""The servers that a contender's process can be, each until standard input ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from harness.case import ASGIApp, Contender

LOOPBACK = "127.0.0.1"

Parser: TypeAlias = Literal["httptools", "h11", "ferroapi"]

CONNECTIONS = 4096
"""How many a server takes at the same time. Granian answers half as many otherwise."""


def server(
    contender: Contender, app: Any, http: Parser = "httptools"
) -> tuple[int, Callable[[], None]]:
    """The port that the application will be on, and what serves it; `http` is uvicorn's parser."""
    if contender == "robyn":
        return _robyn(app)
    if contender.endswith("granian"):
        return _granian(app)
    lifespan = contender not in ("floor", "ferroapi", "fastapi", "starlette")
    return _uvicorn(app, http, lifespan=lifespan)


def _uvicorn(app: ASGIApp, http: Parser, *, lifespan: bool) -> tuple[int, Callable[[], None]]:
    import uvicorn
    import uvloop

    listening = socket.create_server((LOOPBACK, 0))
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=_protocol(http),
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


def _protocol(http: Parser) -> Any:
    if http != "ferroapi":
        return http
    from ferroapi.server import HTTPProtocol

    return HTTPProtocol


def _granian(app: ASGIApp) -> tuple[int, Callable[[], None]]:
    from granian import Granian  # type: ignore[import-not-found]  # of another environment
    from granian.constants import (  # type: ignore[import-not-found]
        Interfaces,
        Loops,
    )

    port = free_port()
    granian = Granian(
        "application",
        LOOPBACK,
        port,
        interface=Interfaces.ASGINL,
        loop=Loops.uvloop,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        log_enabled=False,
    )

    def serve() -> None:
        _at_the_end(lambda: os.kill(os.getpid(), signal.SIGTERM))
        granian.serve(target_loader=lambda: app, wrap_loader=False)

    return port, serve


def _robyn(app: Any) -> tuple[int, Callable[[], None]]:
    port = free_port()

    def serve() -> None:
        _at_the_end(lambda: os._exit(0))
        app.start(LOOPBACK, port)

    return port, serve


def free_port() -> int:
    """A port that nobody has, for servers that cannot be given a socket."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        return int(listening.getsockname()[1])


def _at_the_end(stop: Callable[[], None]) -> None:
    """Calls `stop` when standard input ends."""

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)
        stop()

    threading.Thread(target=wait, daemon=True).start()
