"""Whether a server stays as large as it was after the first requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from harness.findings import OURS, UVICORN, Subject
from harness.serving import Served
from verification.memory.requests import play
from verification.part import Effort
from verification.row import Row
from verification.serving import left, serving

FULL, QUICK = 200_000, 4_000
FIRST, FIRST_QUICK = 100_000, 4_000
"""Requests after which the server has everything that it keeps."""

CLIENTS = 8
GROWTH = 2.0
"""MiB that it may grow by afterwards."""

TARGET = "verification.memory.service:app"


def ask(served: Served, count: int, end: float) -> int:
    """Has clients ask for the mix until there were as many requests; how many there were."""
    asked = 0
    with ThreadPoolExecutor(CLIENTS) as clients:
        while asked < count and monotonic() < end:
            asked += sum(clients.map(play, [served.port] * CLIENTS))
    return asked


def rows(subject: Subject, effort: Effort, wanted: int) -> list[Row]:
    """What was found of one server."""
    trials = "mixed requests"
    with serving(TARGET, subject) as served:
        ask(served, effort.sized(FIRST, FIRST_QUICK), effort.end(0.15))
        served.begin()
        served.ask("/items/1")
        before = served.resident()
        asked = ask(served, wanted, effort.end(0.2))
        remaining = left(served, 5.0)
        threads = max(served.state()["threads"] - served.before["threads"], 0)
        grown = max(served.resident() - before, 0) / 2**20
    return [
        Row("F23", f"growth, {subject.name}", grown, GROWTH, asked, wanted, trials, "MiB"),
        Row("F23", f"tasks, descriptors left, {subject.name}", remaining, 0, asked, wanted, trials),
        Row("F23", f"threads more, {subject.name}", threads, CLIENTS, asked, wanted, trials),
    ]


def run(effort: Effort) -> list[Row]:
    """Each server, one after the other."""
    wanted = effort.times(FULL, QUICK)

    return [row for subject in (OURS, UVICORN) for row in rows(subject, effort, wanted)]
