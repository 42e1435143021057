"""Malformed requests over sockets, to servers that collect garbage and to some that do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from random import Random
from time import monotonic

from tests.differential.descriptions import Sent

from harness.findings import OURS, UVICORN, Subject
from harness.serving import Served
from verification.answer import Outcome, outcome
from verification.malformed.applications import innocent, mounted, to_shop
from verification.malformed.generator import good_requests, to_these
from verification.malformed.wire import reading, wire
from verification.part import Effort
from verification.row import Row
from verification.serving import left, serving

FULL, QUICK = 20_000, 800
"""Requests to each of the four servers."""

TARGET = "verification.malformed.service:app"
PATIENCE = 1.0
"""Seconds after which a request hangs, when it does a second time."""

SHOWN = 5
ASKED_FOR = (501, 505)
"""Server errors that RFC 9110 asks for: an unknown method or transfer coding, another version."""


@dataclass(slots=True)
class Tally:
    """What happened to the requests to a server."""

    tried: int = 0
    failures: int = 0
    dropped: int = 0
    hung: int = 0
    left: int = 0
    shown: set[str] = field(default_factory=set)

    def count(self, data: bytes, found: Outcome, *, needed: bool) -> None:
        """Counts one of them, and shows the first of a kind that is wrong.

        `needed`: whether the server may not close without a whole answer, as it may where the
        request is incomplete (RFC 9112, section 8).
        """
        self.tried += 1
        failed = found.status >= 500 and found.status not in ASKED_FOR
        dropped = needed and found.end in ("broken", "closed")
        hung = found.end == "hung"
        self.failures += failed
        self.dropped += dropped
        self.hung += hung
        kind = f"{found.end} {found.status}"
        if (failed or dropped or hung) and len(self.shown) < SHOWN:
            self.shown.add(kind)
            print(f"  {kind} after {found.seconds:.3f} s: {data[:1000]!r}")


def requests(effort: Effort) -> Iterator[Sent]:
    """Malformed requests to the shop and the applications in it, in turns and without end."""
    turn, paths = 0, mounted()
    while True:
        shop = to_these(effort.random(f"shop over sockets {turn}"), to_shop())
        generated = (
            _to(
                effort.random(f"{path} over sockets {turn}"),
                path,
                good_requests(effort.seed + turn, innocent(seed)),
            )
            for path, seed in paths.items()
        )
        yield from filter(None, chain.from_iterable(zip_longest(shop, *generated)))
        turn += 1


def _to(random: Random, path: str, good: list[Sent]) -> Iterator[Sent]:
    return ({**sent, "path": path + sent["path"]} for sent in to_these(random, good))


def load(served: Served, effort: Effort, wanted: int, end: float, tally: Tally) -> None:
    """Sends so many malformed requests to one server, until the time is over."""
    random = effort.random("wire")
    for sent in islice(requests(effort), wanted):
        if monotonic() > end:
            break
        data, frames = wire(random, sent)
        read = reading(data)
        ends = read != "complete"
        found = outcome(served.port, data, ends=ends, seconds=PATIENCE, then=frames)
        if found.end == "hung":
            found = outcome(served.port, data, ends=ends, seconds=PATIENCE, then=frames)
        # Other parsers wait for the end of some that ours refuses at once.
        needed = read == "complete" or (read == "wrong" and served.subject is OURS)
        tally.count(data, found, needed=needed)
    tally.left += left(served, 5.0)


def rows(subject: Subject, tally: Tally, wanted: int) -> list[Row]:
    """What was found of a server."""
    trials = "malformed requests over a socket"
    # What other servers do with a connection by themselves is told and not judged.
    bound = 0 if subject is OURS else None
    return [
        Row("F5", f"{name}, {subject.name}", count, most, tally.tried, wanted, trials)
        for name, count, most in (
            ("answers 5xx", tally.failures, 0),
            ("dropped connections", tally.dropped, bound),
            ("hangs over a second", tally.hung, bound),
            ("left behind", tally.left, 0),
        )
    ]


def run(effort: Effort) -> list[Row]:
    """Tries each server with and without the garbage collector."""
    wanted = effort.sized(FULL, QUICK)
    found = []
    for subject in (OURS, UVICORN):
        tally = Tally()
        for collect in (True, False):
            with serving(TARGET, subject, collect=collect) as served:
                load(served, effort, wanted, effort.end(0.1), tally)
        found += rows(subject, tally, 2 * wanted)
    return found
