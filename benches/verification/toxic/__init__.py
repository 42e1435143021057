"""Bad networks: every request ends in a correct answer, or in a clean end in time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic

from harness.findings import OURS, UVICORN, Subject
from harness.serving import Served
from verification.part import Effort, Part
from verification.row import Row
from verification.serving import left, serving
from verification.toxic.endpoints import ENDPOINTS, exchange
from verification.toxic.proxy import Toxic, proxy

FULL, QUICK = 100, 2
"""Requests of each endpoint under each toxic."""

TOGETHER = 25
"""Of them at the same time."""

LIMIT = 10.0
"""Seconds in which a request has to end."""

STALLED = 0.5
"""Seconds after which a client gives up whose request does not arrive."""

TARGET = "verification.memory.service:app"

TOXICS = {
    "latency": Toxic(latency=0.02),
    "one byte at a time": Toxic(slice=1),
    "bandwidth": Toxic(rate=50_000, slice=1000),
    "half-close": Toxic(half_closes=True),
    "reset of a request": Toxic(resets_after=60),
    "reset of an answer": Toxic(resets_answer_after=30),
    "stall": Toxic(stalls_after=60),
}


@dataclass(slots=True)
class Tally:
    """What became of the requests to a server."""

    tried: int = 0
    wrong: int = 0
    endless: int = 0


async def poison(served: Served, effort: Effort, end: float, tally: Tally) -> None:
    """Sends the requests of every endpoint through each toxic."""
    times = effort.times(FULL, QUICK)
    for name, toxic in TOXICS.items():
        async with proxy(served.port, toxic) as port:
            limit = STALLED if toxic.stalls_after is not None else LIMIT
            for path, endpoint in ENDPOINTS.items():
                for first in range(0, times, TOGETHER):
                    if monotonic() > end:
                        return
                    count = min(TOGETHER, times - first)
                    answers = await asyncio.gather(
                        *(
                            exchange(port, endpoint, limit, half_closes=toxic.half_closes)
                            for _ in range(count)
                        )
                    )
                    tally.tried += count
                    endless = sum(answer is None for answer in answers)
                    wrong = sum(
                        answer is not None and not endpoint.is_right(answer) for answer in answers
                    )
                    if toxic.stalls_after is None:
                        tally.endless += endless
                    if not toxic.is_fatal:
                        tally.wrong += wrong
                    if (wrong and not toxic.is_fatal) or (endless and toxic.stalls_after is None):
                        print(f"  {served.subject.name}: {name}, {path}: {answers[0]!r}"[:400])


def rows(subject: Subject, effort: Effort) -> list[Row]:
    """What was found of one server."""
    tally = Tally()
    with serving(TARGET, subject) as served:
        asyncio.run(poison(served, effort, effort.end(0.45), tally))
        remaining = left(served, 5.0)
    wanted = effort.times(FULL, QUICK) * len(TOXICS) * len(ENDPOINTS)
    trials = "requests through toxics"
    return [
        Row("F22", f"{name}, {subject.name}", count, 0, tally.tried, wanted, trials)
        for name, count in (
            ("wrong answers", tally.wrong),
            (f"not ended after {LIMIT:g} s", tally.endless),
            ("left behind", remaining),
        )
    ]


def run(effort: Effort) -> list[Row]:
    """Each server, one after the other."""
    return [row for subject in (OURS, UVICORN) for row in rows(subject, effort)]


PART = Part("bad networks", run, seconds=(300, 60))
