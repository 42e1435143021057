"""A panic forced in everything that the extension exports, while servers answer requests."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from subprocess import Popen
from time import monotonic
from typing import Any

from tests.processes import process_group

from harness.case import LOOPBACK, Request
from harness.contenders import BENCHES
from harness.load import wait_for, wire
from harness.servers import free_port
from verification.memory.requests import MIX
from verification.part import Effort, Part
from verification.row import Row

CHECKOUT = BENCHES.parent
BUILT = CHECKOUT / "target" / "debug" / "lib_core.so"
OVERLAY = CHECKOUT / "target" / "panics"
"""The package with the extension that panics in the place of its own."""

TARGET = "verification.panics.service:app"
UVICORN = ["uvicorn", TARGET, "--log-level", "critical"]
SERVERS = {
    "ours": [*UVICORN, "--http", "ferroapi.server:HTTPProtocol"],
    "uvicorn": [*UVICORN, "--http", "httptools"],
    "granian": ["granian", TARGET, "--interface", "asgi", "--no-log"],
}

STREAMS = ("/lines", "/events")
"""May be cut off when they have begun."""

OF_THE_CONNECTION = ("HTTPConnection", "AccessLog")
"""What serves a connection, and may end it where it cannot answer."""

ALIVE = Request("/items/1")
PATIENCE = 5
"""Seconds after which a request hangs."""
NONE, CUT, HANGS = 0, 1, -1
"""In the place of a status."""


def build() -> None:
    """Builds the extension with the feature that no wheel has, beside the package."""
    environment = {"PYO3_PYTHON": sys.executable, "CARGO_TARGET_DIR": str(CHECKOUT / "target")}
    subprocess.run(
        ["cargo", "build", "--locked", "--quiet", "-p", "ferroapi-python", "--features", "panics"],
        cwd=CHECKOUT,
        env=os.environ | environment,
        check=True,
    )
    package = OVERLAY / "ferroapi"
    shutil.rmtree(OVERLAY, ignore_errors=True)
    package.mkdir(parents=True)
    for path in (CHECKOUT / "python" / "ferroapi").iterdir():
        if path.suffix not in (".so", ".pyd"):
            (package / path.name).symlink_to(path)
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    shutil.copy(BUILT, package / f"_core{suffix}")


@dataclass(frozen=True)
class Trial:
    """A request during which an export was to panic, whether it has, and what was wrong then."""

    name: str
    has_panicked: bool
    fault: str


@dataclass(frozen=True)
class Drill:
    """A server, and the line to its extension."""

    process: Popen[bytes]
    port: int
    line: Any

    def tell(self, name: str) -> list[str]:
        """Has an export panic, or what else the service knows; what has panicked before."""
        self.line.write(name.encode() + b"\n")
        self.line.flush()
        return self.heard()

    def heard(self) -> list[str]:
        """The names of exports that the service says."""
        names: list[str] = json.loads(self.line.readline())
        return names

    def ask(self, request: Request) -> int:
        """The status of an answer; or that there is none, that it is cut off or does not come."""
        status = NONE
        with socket.create_connection((LOOPBACK, self.port), timeout=PATIENCE) as connection:
            try:
                connection.sendall(wire(request))
                with HTTPResponse(connection, method=request.method) as response:
                    response.begin()
                    status = CUT
                    response.read()
                    return response.status
            except (HTTPException, ConnectionError):
                return status
            except TimeoutError:
                return HANGS


@contextmanager
def serving(server: str) -> Iterator[Drill]:
    """A server of the application whose extension panics."""
    port, control = free_port(), free_port()
    paths = os.pathsep.join(map(str, (OVERLAY, BENCHES, CHECKOUT)))
    environment = {"PYTHONPATH": paths, "PANICS_PORT": str(control), "RUST_BACKTRACE": "0"}
    with process_group(
        [sys.executable, "-m", *SERVERS[server], f"--port={port}"],
        cwd=BENCHES,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_for(port)
        with (
            socket.create_connection((LOOPBACK, control), timeout=PATIENCE) as connection,
            connection.makefile("rwb") as line,
        ):
            yield Drill(process, port, line)


def drilled(server: str, requests: Sequence[tuple[Request, int]], end: float) -> Iterator[Trial]:
    """Has each export panic in the first call that each request makes."""
    with serving(server) as drill:
        for name in drill.heard():
            is_class = "." not in name and name[0].isupper()
            for request, status in requests:
                if monotonic() > end:
                    return
                if is_class:
                    drill.tell("fresh")
                drill.tell(name)
                answered = drill.ask(request)
                has_panicked = bool(drill.tell(""))
                allowed = {status}
                if has_panicked:
                    allowed |= {500, *([CUT] if request.path in STREAMS else [])}
                    if name.startswith(OF_THE_CONNECTION):
                        allowed |= {NONE, CUT}
                fault = ""
                if answered not in allowed:
                    fault = f"{request.method} {request.path} is answered with {answered}"
                elif has_panicked and drill.ask(ALIVE) != 200:
                    fault = f"nothing works after {request.method} {request.path}"
                yield Trial(name, has_panicked, fault)


def run(effort: Effort) -> list[Row]:
    """Forces a panic in each export during each request of the mix, on each server."""
    build()
    requests = list(dict(MIX).items())
    each = effort.sized(1, len(SERVERS))
    tried, wrong = 0, 0
    panicked: dict[str, bool] = {}
    for first, server in enumerate(SERVERS):
        part = requests[first % each :: each]
        for trial in drilled(server, part, effort.end(1 / len(SERVERS))):
            tried += 1
            panicked[trial.name] = panicked.get(trial.name, False) or trial.has_panicked
            if trial.fault:
                wrong += 1
                print(f"  {server}: {trial.name}: {trial.fault}")
    missed = [name for name, has in panicked.items() if not has]
    print(f"  not called: {', '.join(missed)}")
    wanted = len(panicked) * len(requests) * len(SERVERS) // each
    return [
        Row(
            "F25",
            "no 500, wrong answers, lost workers",
            wrong,
            0,
            tried,
            wanted,
            "requests, an export panics",
        ),
        Row(
            "F25",
            "exports that panicked",
            len(panicked) - len(missed),
            None,
            len(panicked),
            0,
            "exports",
        ),
    ]


PART = Part("panics of the extension", run, seconds=(100, 60))
