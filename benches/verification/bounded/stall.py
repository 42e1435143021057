"""How long somebody waits for something small while a hostile request is answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic, perf_counter

from harness.case import Request
from harness.findings import OURS, UVICORN
from harness.load import wire
from harness.serving import Served
from verification.answer import Outcome, outcome
from verification.bounded.requests import HOSTILE
from verification.part import Effort
from verification.row import Row
from verification.serving import serving

MOST = 50.0
"""Milliseconds that somebody may wait."""

AMPLIFIED = 16 * 1024
"""Bytes that the answer to a refused request may have over those of the request."""

TARGET = "verification.bounded.service:app"
SMALL = wire(Request("/small"))
PATIENCE = 60.0
SHOWN = 12


def stall(served: Served, data: bytes) -> tuple[float, Outcome]:
    """The longest wait in seconds, and what became of the hostile request.

    A wait counts as far as the server worked meanwhile: what else the machine does is no figure.
    """
    worst = 0.0
    with ThreadPoolExecutor(1) as hostile:
        answer = hostile.submit(outcome, served.port, data, ends=False, seconds=PATIENCE)
        while True:
            ended = answer.done()
            worked, started = served.worked(), perf_counter()
            outcome(served.port, SMALL, ends=False, seconds=PATIENCE)
            waited = perf_counter() - started
            worst = max(worst, min(waited, served.worked() - worked))
            if ended:
                return worst, answer.result()


def run(effort: Effort) -> list[Row]:
    """Each hostile request, one after the other, to each server."""
    rows = []
    for subject in (OURS, UVICORN):
        end, waits, failures, amplified = effort.end(0.2), dict[str, float](), 0, 0
        with serving(TARGET, subject) as served:
            for name, make in HOSTILE.items():
                if monotonic() > end:
                    break
                data = make()
                waits[name], answer = stall(served, data)
                failed = answer.status >= 500 or answer.end == "hung"
                is_amplified = (
                    400 <= answer.status < 500 and len(answer.body) > len(data) + AMPLIFIED
                )
                failures += failed
                amplified += is_amplified
                if failed or is_amplified or waits[name] * 1000 > MOST:
                    print(
                        f"  {subject.name}: {name}: {waits[name] * 1000:.0f} ms, {answer.end} "
                        f"{answer.status}, {len(data):,} in, {len(answer.body):,} out"
                    )
        worst = max(waits.values(), default=0) * 1000
        tried, wanted, trials = len(waits), len(HOSTILE), "hostile requests"
        rows += [
            Row(
                "F8",
                f"longest wait beside, {subject.name}",
                worst,
                MOST,
                tried,
                wanted,
                trials,
                "ms",
            ),
            Row("F8", f"answers 5xx or none, {subject.name}", failures, 0, tried, wanted, trials),
            Row("F10", f"amplified answers, {subject.name}", amplified, 0, tried, wanted, trials),
        ]
    return rows
