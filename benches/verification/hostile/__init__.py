"""Hostile objects in every place of the extension, and processes that fork, or start it again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import product
from time import monotonic

from harness.contenders import BENCHES
from verification.hostile import lifetimes
from verification.hostile.objects import OBJECTS
from verification.hostile.places import PLACES
from verification.part import Effort, Part
from verification.row import Row

FORKS, LOOPS, INTERPRETERS = 200, 1_000, 50
QUICK = 10

PROGRAM = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from verification.hostile.trial import main
main()
"""


def try_all(end: float) -> tuple[int, int]:
    """How often an object was tried in a place, and how often that ended as it may not."""
    left, tried, faults = list(product(PLACES, OBJECTS)), 0, 0
    paths = json.dumps([str(BENCHES), str(BENCHES.parent)])
    while left and monotonic() < end:
        # A process that hangs ends itself.
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, paths],
            input=json.dumps(left),
            capture_output=True,
            text=True,
            check=False,
        )
        last, before = ["", ""], tried
        for line in map(json.loads, done.stdout.splitlines()):
            if "try" in line:
                last = line["try"]
                left.pop(0)
                tried += 1
            elif "fault" in line:
                faults += 1
                print(f"  {': '.join(last)}: {line['fault']}")
        if done.returncode or not done.stdout.endswith('{"done": true}\n'):
            faults += 1
            print(f"  {': '.join(last)}: ended with {done.returncode} {done.stderr[:1000]}")
        if tried == before:
            break
    return tried, faults


def lifetime(name: str, program: str, arguments: Sequence[str], seconds: float) -> int:
    """Whether a program of `lifetimes` failed."""
    command = [sys.executable, "-W", "ignore", "-c", program, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, cwd=BENCHES.parent, check=False
    )
    if done.returncode:
        print(f"  {name}: {done.returncode} {done.stderr[-2000:]}")
    return int(done.returncode != 0)


def run(effort: Effort) -> list[Row]:
    """Tries all objects in all places, then whole processes."""
    tried, faults = try_all(effort.end(0.6))
    wanted = len(PLACES) * len(OBJECTS)
    rows = [Row("F28", "crashes, panics and hangs", faults, 0, tried, wanted, "hostile objects")]
    for name, program, full, more in (
        ("forks after import that fail", lifetimes.FORK, FORKS, ()),
        ("forks after serving that fail", lifetimes.FORK, FORKS, ("served",)),
        ("no clean refusal or answer", lifetimes.INTERPRETER, INTERPRETERS, ()),
        ("servers that leave something", lifetimes.LOOPS, LOOPS, ()),
    ):
        times = effort.sized(full, QUICK)
        failed = lifetime(name, program, (str(times), *more), effort.seconds)
        trials = {lifetimes.INTERPRETER: "other interpreters", lifetimes.LOOPS: "starts and stops"}
        rows.append(Row("F28", name, failed, 0, times, times, trials.get(program, "forks")))
    return rows


PART = Part("hostile objects at the border of the extension", run, seconds=(400, 120))
