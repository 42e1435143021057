"""What a server grows by while bodies of the largest size come at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.findings import OURS, UVICORN, Subject
from harness.serving import Served
from verification.answer import Outcome, outcome
from verification.bounded.requests import post_file, post_raw, post_text
from verification.bounded.service import LIMIT
from verification.part import Effort
from verification.row import Row
from verification.serving import left, serving

TOGETHER = 20
SPARE = 8 * 2**20
"""Bytes that a server may need beside twice what may come."""

TARGET = "verification.bounded.service:app"
PATIENCE = 60.0


def peak(served: Served) -> int:
    """The most resident bytes of a server since `forget_peak`."""
    status = Path(f"/proc/{served.before['process']}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def forget_peak(served: Served) -> None:
    """Lets `peak` begin with what is resident now (proc(5): the 5 of clear_refs)."""
    Path(f"/proc/{served.before['process']}/clear_refs").write_text("5")


def send(served: Served, data: bytes) -> list[Outcome]:
    """Sends the same request so many times at once."""

    def ask(number: int) -> Outcome:
        return outcome(served.port, data, ends=False, seconds=PATIENCE)

    with ThreadPoolExecutor(TOGETHER) as clients:
        return [*clients.map(ask, range(TOGETHER))]


def rows(subject: Subject) -> list[Row]:
    """What was found of one server."""
    sent, unlike, grown = 0, 0, 0
    with serving(TARGET, subject) as served:
        for make in (post_file, post_raw, post_text):
            for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
                data = make(size)
                forget_peak(served)
                before = served.resident()
                answers = send(served, data)
                sent += len(answers)
                for answer in answers:
                    # Whoever is refused may be cut off while it sends.
                    is_cut = status == 413 and answer.end in ("closed", "broken")
                    unlike += answer.status != status and not is_cut
                grown = max(grown, peak(served) - before)
        remaining = left(served, 5.0)
    most = (TOGETHER * 2 * LIMIT + SPARE) / 2**20
    trials, wanted = "bodies of the limit", 6 * TOGETHER
    return [
        Row(
            "F11",
            f"peak growth of {TOGETHER}, {subject.name}",
            round(grown / 2**20, 1),
            most,
            sent,
            wanted,
            trials,
            "MiB",
        ),
        Row("F11", f"not accepted or refused, {subject.name}", unlike, 0, sent, wanted, trials),
        Row("F11", f"files left, {subject.name}", remaining, 0, sent, wanted, trials),
    ]


def run(effort: Effort) -> list[Row]:
    """Each server, one after the other; it takes some seconds, whatever the effort."""
    return [row for subject in (OURS, UVICORN) for row in rows(subject)]
