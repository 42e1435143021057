"""How long somebody waits for something small while a hostile request is answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic, perf_counter

from harness.case import Request
from harness.findings import OURS, UVICORN, Subject
from harness.load import wire
from harness.serving import Served
from verification.answer import Outcome, outcome
from verification.bounded.requests import HOSTILE
from verification.part import Effort
from verification.row import Row
from verification.serving import serving

MOST = 50.0
"""Milliseconds that somebody may wait."""

BODY, BODY_QUICK = 1_000_000, 100_000
"""Bytes of hostile bodies."""

AMPLIFIED = 16 * 1024
"""Bytes that the answer to a refused request may have over those of the request."""

TARGET = "verification.bounded.service:app"
SMALL = wire(Request("/small"))
PATIENCE = 60.0

OF_PYDANTIC = frozenset({"a tree", "a set of colliding integers", "colliding integers as keys"})
"""What takes its time in pydantic or in CPython's hashes, which is told and not judged."""


def stall(served: Served, data: bytes) -> tuple[float, Outcome]:
    """The longest wait in seconds, and what became of the hostile request.

    A wait counts as far as the server worked meanwhile: what else the machine does is no figure.
    """
    worst = 0.0
    with ThreadPoolExecutor(1) as hostile:
        answer = hostile.submit(outcome, served.port, data, ends=False, seconds=PATIENCE)
        while True:
            is_last = answer.done()
            worked, started = served.worked(), perf_counter()
            outcome(served.port, SMALL, ends=False, seconds=PATIENCE)
            waited = perf_counter() - started
            worst = max(worst, min(waited, served.worked() - worked))
            if is_last:
                return worst, answer.result()


def rows(subject: Subject, effort: Effort) -> list[Row]:
    """What was found of one server."""
    end, waits, failures, amplified = effort.end(0.2), dict[str, float](), 0, 0
    with serving(TARGET, subject) as served:
        for name, make in HOSTILE.items():
            if monotonic() > end:
                break
            data = make(effort.sized(BODY, BODY_QUICK))
            wait, answer = stall(served, data)
            waits[name] = wait * 1000
            failed = answer.status >= 500 or answer.end == "hung"
            is_larger = len(answer.body) > len(data) + AMPLIFIED
            is_amplified = 400 <= answer.status < 500 and is_larger
            failures += failed
            amplified += is_amplified
            if failed or is_amplified or waits[name] > MOST:
                print(
                    f"  {subject.name}: {name}: {waits[name]:.0f} ms, {answer.end} "
                    f"{answer.status}, {len(data):,} in, {len(answer.body):,} out"
                )
    tried, wanted, trials = len(waits), len(HOSTILE), "hostile requests"
    # As for all times, those of a small version on a busy machine say little.
    most = None if effort.quick else MOST
    ours = max((waits[name] for name in waits.keys() - OF_PYDANTIC), default=0)
    theirs = max((waits[name] for name in waits.keys() & OF_PYDANTIC), default=0)
    return [
        Row(figure, f"{name}, {subject.name}", value, bound, tried, wanted, trials, unit)
        for figure, name, value, bound, unit in (
            ("F8", "longest wait beside", round(ours), most, "ms"),
            ("F8", "of what pydantic reads", round(theirs), None, "ms"),
            ("F8", "answers 5xx or none", failures, 0, ""),
            ("F10", "amplified answers", amplified, 0, ""),
        )
    ]


def run(effort: Effort) -> list[Row]:
    """Each hostile request, one after the other, to each server."""
    return [row for subject in (OURS, UVICORN) for row in rows(subject, effort)]
