"""SIGTERM while streams are open: their generators are closed, and the process ends.

Each server is started by its own command, with what that has by default.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from harness.case import Request
from harness.contenders import BENCHES, installation
from harness.findings import FASTAPI, GRANIAN, UVICORN, Findings, Subject
from harness.load import wait_for, wire
from harness.scenario import Scenario
from harness.servers import LOOPBACK, free_port
from harness.serving import Soak
from scenarios import streams
from scenarios.disconnects import connect, read_first

STREAMS = 200
LIMIT = 3.0
"""Seconds until the process has to be gone."""

PATIENCE = 10.0
"""Seconds after which a process that is not gone is killed."""

FRAMEWORK = "SOAK_FRAMEWORK"
RECORD = "SOAK_RECORD"
"""The variables of the environment: the name of the module, and the file of the ledger."""

TARGET = "commanded:app"

RUN = Subject("ferroapi run", UVICORN.contender)
UVICORN_FASTAPI = Subject("FastAPI, uvicorn", FASTAPI.contender)

COMMANDS = {
    RUN: ("-m", "ferroapi", "run", "--entrypoint", TARGET),
    GRANIAN: ("-m", "granian", "--interface", "asgi", TARGET),
    UVICORN_FASTAPI: ("-m", "uvicorn", TARGET),
}


@contextmanager
def started(
    subject: Subject, port: int, record: Path, soak: Soak
) -> Iterator[subprocess.Popen[bytes]]:
    """The process of a server, killed at the end with what it started."""
    installed = installation(subject.contender, soak.package)
    process = subprocess.Popen(
        [installed.python, *COMMANDS[subject], "--host", LOOPBACK, "--port", str(port)],
        cwd=BENCHES,
        env=installed.environment()
        | {FRAMEWORK: subject.contender.removesuffix("_granian"), RECORD: str(record)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(port)
        yield process
    finally:
        # Granian's worker is another process, and outlives the one that started it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def load(subject: Subject, findings: Findings, count: int, soak: Soak) -> None:
    """Opens so many streams, tells the process to stop and waits until it has."""
    port = free_port()
    with TemporaryDirectory() as directory:
        record = Path(directory) / "closed"
        record.touch()
        with started(subject, port, record, soak) as process:
            clients: list[socket.socket] = []
            for number in range(count):
                path = streams.PATHS[number % len(streams.PATHS)]
                clients.append(connect(port, wire(Request(path))))
            for client in clients:
                read_first(client)
            told = monotonic()
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE)
                alive = 0
            except subprocess.TimeoutExpired:
                alive = 1
            seconds = monotonic() - told
            for client in clients:
                client.close()
        findings.count(subject, "streams", count, count)
        findings.count(subject, "never closed", count - record.stat().st_size)
        findings.count(subject, f"alive {PATIENCE:g} s later", alive)
        findings.size(subject, "gone after", seconds, "s", LIMIT)


def run(soak: Soak) -> Findings:
    """Each server, one after the other."""
    findings = Findings(soak.quick)
    for subject in soak.able(COMMANDS):
        load(subject, findings, soak.sized(STREAMS, 24), soak)
    return findings


SCENARIO = Scenario(
    title="SIGTERM while 200 streams are open",
    app=streams.app,
    run=run,
)
