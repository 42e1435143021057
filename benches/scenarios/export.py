"""An export of 1 GiB as JSON Lines, to a reader as fast as it can be and to slow ones.

The server has to stay as large as it is after the first 64 MiB, and a generator must not be far
ahead of its reader: at most by what is on its way, which is mostly in the kernel's buffers.
"""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only.

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from time import monotonic, perf_counter, sleep
from types import ModuleType

from pydantic import BaseModel

from harness.case import ASGIApp, Request
from harness.chunks import ChunkedBody
from harness.findings import GRANIAN, OURS, UVICORN, Findings
from harness.ledger import Generation, Ledger
from harness.load import wire
from harness.scenario import Scenario
from harness.servers import LOOPBACK
from harness.serving import PATIENCE, Served, Soak

MIB = 2**20
TEXT = "x" * 998
LINE = len('{"number":0,"text":""}\n') + len(TEXT)
"""Bytes of the shortest line."""

SETTLED = 64 * MIB
GROWTH = 4.0
"""MiB that the server may grow by after the first 64."""

SLOW_GROWTH = 2.0
"""MiB that it may grow by for each slow reader: Granian alone keeps 1."""

AHEAD = 8.0
"""MiB that a generator may be ahead of its reader: twice the most that Linux keeps to send."""


class Row(BaseModel):
    """What is exported."""

    number: int
    text: str


def app(framework: ModuleType, ledger: Ledger) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/rows")
    async def export(count: int) -> AsyncIterator[Row]:
        with Generation(ledger):
            for number in range(count):
                ledger.produced += 1
                yield Row(number=number, text=TEXT)

    return api


class Lines:
    """A connection that reads lines, and counts those that are not the next one."""

    def __init__(self, port: int, count: int, buffer: int | None = None) -> None:
        self.connection = socket.socket()
        self.connection.settimeout(PATIENCE)
        if buffer is not None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.connection.connect((LOOPBACK, port))
        self.connection.sendall(wire(Request("/rows", b"count=%d" % count)))
        self.body = ChunkedBody()
        self.read = 0
        self.lines = 0
        self.wrong = 0
        self._rest = b""

    def more(self, size: int) -> None:
        """Reads what is there, at most `size` bytes. Raises `ConnectionError` at the end."""
        data = self.connection.recv(size)
        if not data:
            raise ConnectionError("the server closed the connection")
        text = self.body.feed(data)
        self.read += len(text)
        *lines, self._rest = (self._rest + text).split(b"\n")
        for line in lines:
            self.wrong += not (line.startswith(b'{"number":%d,' % self.lines) and line[-1:] == b"}")
            self.lines += 1


def read_everything(served: Served, findings: Findings, count: int) -> None:
    """One reader, as fast as it can be."""
    reader = Lines(served.port, count)
    sizes: list[int] = []
    measured = 0
    started = perf_counter()
    while not reader.body.complete:
        reader.more(MIB)
        if reader.read >= max(measured, min(SETTLED, count * LINE // 2)):
            sizes.append(served.resident())
            measured = reader.read + 8 * MIB
    seconds = perf_counter() - started
    reader.connection.close()
    subject = served.subject
    findings.count(subject, "lines missing", count - reader.lines)
    findings.count(subject, "lines that are not the next one", reader.wrong)
    findings.size(subject, "sent", reader.read / MIB, "MiB")
    findings.size(subject, "a second", reader.read / MIB / seconds, "MiB")
    grown = (max(sizes) - sizes[0]) / MIB
    findings.size(subject, "growth after the first 64 MiB", grown, "MiB", GROWTH)


def read_slowly(served: Served, findings: Findings, count: int, seconds: float) -> None:
    """Several readers that take 16 KiB twenty times a second."""
    produced, before = served.state()["produced"], served.resident()
    readers = [Lines(served.port, 10**9, buffer=65536) for _ in range(count)]
    largest = before
    ends = monotonic() + seconds
    while monotonic() < ends:
        for reader in readers:
            reader.more(16384)
        largest = max(largest, served.resident())
        sleep(0.05)
    produced = served.state()["produced"] - produced
    read = sum(reader.lines for reader in readers)
    subject = served.subject
    wrong = sum(reader.wrong for reader in readers)
    findings.count(subject, "slow readers: lines that are not the next one", wrong)
    findings.size(subject, "a slow reader: read", read * LINE / count / MIB, "MiB")
    ahead = (produced - read) * LINE / count / MIB
    findings.size(subject, "a slow reader: produced and not read", ahead, "MiB", AHEAD)
    grown = (largest - before) / count / MIB
    findings.size(subject, "a slow reader: growth", grown, "MiB", SLOW_GROWTH)
    for reader in readers:
        reader.connection.close()


def load(served: Served, findings: Findings, size: int, slow: int, seconds: float) -> None:
    """Puts one server under both loads."""
    warm = Lines(served.port, 1000)
    while not warm.body.complete:
        warm.more(MIB)
    warm.connection.close()
    served.begin()
    read_everything(served, findings, -(-size // LINE))
    read_slowly(served, findings, slow, seconds)
    served.leavings(findings, 1.0)


def run(soak: Soak) -> Findings:
    """The load on each server, one after the other."""
    findings = Findings(soak.quick)
    for subject in (UVICORN, OURS, GRANIAN):
        with soak.serving("export", (subject,)) as loaded:
            for served in loaded:
                size = soak.sized(1024, 8) * MIB
                load(served, findings, size, soak.sized(20, 2), soak.sized(8, 1))
    return findings


SCENARIO = Scenario(
    title="an export of 1 GiB as JSON Lines to a fast reader, and endless ones to 20 slow readers",
    app=app,
    run=run,
)
