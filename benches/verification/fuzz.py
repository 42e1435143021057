"""libFuzzer on the parsers of the core, beside their naive twins (`make fuzz`)."""

from __future__ import annotations

import re
import subprocess

from harness.contenders import BENCHES
from verification.part import Effort, Part
from verification.row import Row

CHECKOUT = BENCHES.parent
LOGS = CHECKOUT / "target" / "fuzz"

FULL, QUICK = 40, 2
"""Seconds of each fuzzer."""

PHASES = 2
"""Of each fuzzer: short input, and long."""

LEAST, LEAST_QUICK = 10_000_000, 10_000
"""Executions of all of them together."""

EXECUTED = re.compile(r"^stat::number_of_executed_units: +(\d+)", re.MULTILINE)
SLOWEST = re.compile(r"^stat::slowest_unit_time_sec: +(\d+)", re.MULTILINE)


def run(effort: Effort) -> list[Row]:
    """Runs every fuzzer for a while, and adds up what their logs say.

    A fuzzer ends at an input that panics, is read as its twin does not, or takes over 10 ms.
    """
    fuzzers = [path.stem for path in (CHECKOUT / "rust" / "fuzz" / "src" / "bin").glob("*.rs")]
    for name in fuzzers:
        (LOGS / f"{name}.log").unlink(missing_ok=True)
    done = subprocess.run(
        ["make", "fuzz", f"SECONDS={effort.times(FULL, QUICK)}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=effort.seconds,
        check=False,
    )
    if done.returncode:
        print(f"  {done.stdout[-3000:]}{done.stderr[-3000:]}")
    logs = [
        log.read_text(errors="replace")
        for name in fuzzers
        if (log := LOGS / f"{name}.log").exists()
    ]
    executed = sum(int(count) for log in logs for count in EXECUTED.findall(log))
    slowest = max((int(seconds) for log in logs for seconds in SLOWEST.findall(log)), default=0)
    finished = sum(len(EXECUTED.findall(log)) == PHASES for log in logs)
    least, trials = effort.sized(LEAST, LEAST_QUICK), "executions"
    failed = int(done.returncode != 0)
    return [
        Row("F1", "panics, differences, over 10 ms", failed, 0, executed, least, trials),
        Row("F1", "whole seconds of the slowest", slowest, None, executed, least, trials, "s"),
        Row(
            "F1",
            "fuzzers unfinished",
            len(fuzzers) - finished,
            0,
            finished,
            len(fuzzers),
            "fuzzers",
        ),
    ]


PART = Part("fuzzers of the core", run, seconds=(700, 600), is_quick=False)
"""Not for every change: `.ci/run` has a step of its own for the fuzzers."""
