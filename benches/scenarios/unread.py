"""Endless producers whose clients never read, and somebody else who asks for something small.

Memory has to stay bounded, and the others' answers have to come within 50 ms.
"""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only.

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from types import ModuleType
from typing import Any

from cases.sending import send_json, send_part, send_start, wait_for_disconnect
from harness.case import ASGIApp, Request
from harness.findings import (
    BARE,
    FASTAPI,
    FLOOR,
    GRANIAN,
    GRANIAN_FLOOR,
    OURS,
    OURS_FLOOR,
    UVICORN,
    Findings,
    Subject,
)
from harness.ledger import Generation, Ledger
from harness.load import ask_once, wire
from harness.scenario import Scenario
from harness.servers import LOOPBACK
from harness.serving import Served, Soak, until
from scenarios.disconnects import connect

CLIENTS = 20

TURNS = 3
"""How often clients come: the worst of a turn may be what else the machine does."""

RATE = 100
"""Requests a second of those who ask for something small."""

SMALL = Request("/small")

SECONDS = 4
"""Of each turn."""

PROBES = 8
"""Their connections."""

WORST = 50.0
"""Milliseconds that the server may work until their answers are there."""

GROWTH = 10.0
"""MiB that the server may grow by, behind Granian over what that keeps by itself."""

STYLES = {"async": "async def", "sync": "def"}
ITEM = {"text": "x" * 1000}


def app(framework: ModuleType, ledger: Ledger) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/async")
    async def produce() -> AsyncIterator[dict[str, str]]:
        with Generation(ledger):
            while True:
                ledger.produced += 1
                yield ITEM

    @api.get("/sync")
    def produce_in_thread() -> Iterator[dict[str, str]]:
        with Generation(ledger):
            while True:
                ledger.produced += 1
                yield ITEM

    @api.get("/small")
    async def small() -> dict[str, int]:
        return {"answer": 42}

    return api


def floor(ledger: Ledger) -> ASGIApp:
    """Sends 64 KiB at a time."""
    part = b"x" * 65536

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["path"] == "/small":
            await send_json(send, b'{"answer":42}')
            return
        await send_start(send, [])
        left = asyncio.create_task(wait_for_disconnect(receive))
        while not left.done():
            await send_part(send, part, more=True)
            await asyncio.sleep(0)

    return application


@dataclass(slots=True)
class Turn:
    """What the answers of a while took.

    Attributes:
        taken: seconds that each took.
        worked: seconds that the server worked until each was there. It says the same as `taken`,
            but nothing of what else the machine does.
        unanswered: how many did not come.
        largest: the most resident bytes of the server.
    """

    taken: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    unanswered: int = 0
    largest: int = 0


class Probe(asyncio.Protocol):
    """Asks when it is told to, one request at a time, and notes how long the answers take.

    The time counts from when the answer was due to be asked for, even when the one before took too
    long.
    """

    def __init__(self, served: Served, length: int, turn: Turn) -> None:
        self._served = served
        self._length = length
        self._turn = turn
        self._worked = 0.0
        self._due: deque[float] = deque()
        self._received = 0
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def ask(self, due: float) -> None:
        """Asks, or does when what was asked before is answered."""
        self._due.append(due)
        if len(self._due) == 1:
            self._write()

    def _write(self) -> None:
        self._worked = self._served.worked()
        self.transport.write(wire(SMALL))

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received >= self._length:
            self._received = 0
            self._turn.taken.append(perf_counter() - self._due.popleft())
            self._turn.worked.append(self._served.worked() - self._worked)
            if self._due:
                self._write()

    @property
    def waiting(self) -> int:
        """Requests that are not answered."""
        return len(self._due)


async def probe(served: Served, seconds: float, turn: Turn) -> None:
    """Asks for something small, `RATE` times a second."""
    loop = asyncio.get_running_loop()
    _, length, _ = await asyncio.to_thread(ask_once, served.port, SMALL)
    probes = []
    for _ in range(PROBES):
        _, client = await loop.create_connection(
            lambda: Probe(served, length, turn), LOOPBACK, served.port
        )
        probes.append(client)
    due = perf_counter()
    for number in range(round(seconds * RATE)):
        probes[number % PROBES].ask(due)
        due += 1 / RATE
        await asyncio.sleep(max(due - perf_counter(), 0))
    await until(lambda: not any(client.waiting for client in probes))
    for client in probes:
        client.transport.close()
    turn.unanswered = sum(client.waiting for client in probes)


async def load(served: Served, path: str, clients: int, seconds: float) -> Turn:
    """Has generators produce, from a third of a second after somebody else has begun."""
    turn = Turn()
    probing = asyncio.create_task(probe(served, seconds, turn))
    await asyncio.sleep(0.3)
    request = wire(Request(path))
    connections = await asyncio.to_thread(
        lambda: [connect(served.port, request) for _ in range(clients)]
    )
    while not probing.done():
        turn.largest = max(turn.largest, served.resident())
        await asyncio.sleep(0.1)
    for connection in connections:
        connection.close()
    await probing
    return turn


def judge(subject: Subject, findings: Findings, name: str, turns: list[Turn], before: int) -> None:
    """Adds what was found in all turns of one kind of generator."""
    findings.count(subject, f"{name}: unanswered", sum(turn.unanswered for turn in turns))
    middle = median(median(turn.taken) for turn in turns)
    findings.size(subject, f"{name}: median", middle * 1000, "ms")
    worst = median(max(turn.taken) for turn in turns)
    findings.size(subject, f"{name}: worst", worst * 1000, "ms")
    worked = median(max(turn.worked) for turn in turns)
    findings.size(subject, f"{name}: worst, server's own work", worked * 1000, "ms", WORST)
    grown = (max(turn.largest for turn in turns) - before) / 2**20
    most = GROWTH if subject in (UVICORN, OURS) else None
    findings.size(subject, f"{name}: growth", grown, "MiB", most)


async def load_all(
    served: Served,
    findings: Findings,
    styles: Iterable[str],
    *,
    clients: int,
    turns: int,
    seconds: float,
) -> None:
    """Puts one server under the load of generators of each kind, one after the other."""
    await asyncio.to_thread(served.begin)
    quiet = Turn()
    await probe(served, 1, quiet)
    findings.size(served.subject, "no streams: worst", max(quiet.taken) * 1000, "ms")
    for style in styles:
        before = served.resident()
        found = [await load(served, f"/{style}", clients, seconds) for _ in range(turns)]
        judge(served.subject, findings, STYLES[style], found, before)
    await asyncio.to_thread(served.leavings, findings, 2.0)


def run(soak: Soak) -> Findings:
    """The load on each server, one after the other; on FastAPI and none for part of the time."""
    findings = Findings(soak.quick)
    for subject in (UVICORN, OURS, GRANIAN, FASTAPI, FLOOR, OURS_FLOOR, GRANIAN_FLOOR):
        styles = ("async",) if subject in BARE.values() else STYLES
        with soak.serving("unread", (subject,)) as loaded:
            for served in loaded:
                soak.run(
                    load_all(
                        served,
                        findings,
                        styles,
                        clients=soak.sized(CLIENTS, 4),
                        turns=soak.sized(TURNS, 1),
                        seconds=soak.sized(SECONDS if subject.ours else 2, 1),
                    )
                )
    findings.over_bare("async def: growth", GROWTH)
    return findings


SCENARIO = Scenario(
    title="20 clients that never read what endless generators produce; 100 small requests a second",
    app=app,
    run=run,
    floor=floor,
)
