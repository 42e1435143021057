"""A hundred thousand clients that leave a stream after its first item.

With the garbage collector off: whatever waits for it is never closed. A second after the last
client has gone, every generator has to be closed, in its own task and context.
"""

from __future__ import annotations

import socket
from time import perf_counter

from harness.case import Request
from harness.departures import vanish
from harness.findings import FASTAPI, GRANIAN, H11, OURS, UVICORN, Findings
from harness.load import wire
from harness.scenario import Scenario
from harness.serving import Served, Soak
from scenarios import streams

TOTAL = 100_000
COMPARED = 200
"""Clients of each stream and way that leave FastAPI."""

BATCH = 50
"""Clients at a time."""

WAYS = ("FIN", "RST")
PATIENCE = 10
"""Seconds that a client waits for its first item."""


def connect(port: int, request: bytes) -> socket.socket:
    """A client that has asked."""
    client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    client.sendall(request)
    return client


def read_first(client: socket.socket) -> None:
    """Waits for the first item. Raises `OSError` when there is none."""
    received = b""
    while streams.ITEM.encode() not in received:
        data = client.recv(4096)
        if not data:
            raise OSError(f"closed before the first item, after {received!r}")
        received += data


def leave(client: socket.socket, way: str) -> None:
    """Closes the connection; what has arrived unread would make a FIN an RST."""
    if way == "RST":
        vanish(client)
    else:
        client.shutdown(socket.SHUT_WR)
    client.close()


def disconnect(port: int, path: str, way: str, count: int) -> None:
    """So many clients, a batch at a time."""
    request = wire(Request(path))
    for start in range(0, count, BATCH):
        clients = [connect(port, request) for _ in range(start, min(start + BATCH, count))]
        for client in clients:
            read_first(client)
        for client in clients:
            leave(client, way)


def load(served: Served, findings: Findings, count: int) -> None:
    """Puts one server under the load: `count` clients of each stream and way."""
    subject = served.subject
    for path in streams.PATHS:
        disconnect(served.port, path, "FIN", BATCH)
    served.begin()
    served.ask("/collect")
    served.begin()
    seconds, unserved = 0.0, 0
    for path in streams.PATHS:
        for way in WAYS:
            before = served.state()
            started = perf_counter()
            disconnect(served.port, path, way, count)
            seconds += perf_counter() - started
            state = served.settle(1.0, ("generators",))
            assert not state["collects"], "the garbage collector is on"
            what = f"never closed: {path} {way}"
            findings.count(subject, what, state["generators"] - before["generators"])
            unserved += count + before["opened"] - state["opened"]
            served.ask("/collect")  # what is cyclic of the server's would fill the memory
    findings.count(subject, "clients without a generator", unserved)
    clients = count * len(streams.PATHS) * len(WAYS)
    findings.size(subject, "disconnects", clients, "")
    findings.size(subject, "disconnects a second", clients / seconds, "")
    # A synchronous generator has a thread of its own, and a batch comes while the last one leaves.
    served.leavings(findings, 1.0, idle=2 * BATCH)


def run(soak: Soak) -> Findings:
    """The load on each server, one after the other, and a part of it on FastAPI."""
    findings = Findings(soak.quick)
    subjects = (UVICORN, H11, OURS, GRANIAN)
    each = -(-TOTAL // (len(subjects) * len(streams.PATHS) * len(WAYS)))
    for subject in (*subjects, FASTAPI):
        count = soak.sized(each if subject.ours else COMPARED, 20)
        with soak.serving("disconnects", (subject,), collect=False) as loaded:
            for served in loaded:
                load(served, findings, count)
    return findings


SCENARIO = Scenario(
    title="100,000 clients that leave streams after the first item, no garbage collected",
    app=streams.app,
    run=run,
)
