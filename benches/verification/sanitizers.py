"""The tests of the core in programs that watch each access to memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic

from harness.contenders import BENCHES
from verification.part import Effort, Part
from verification.row import Row

CHECKOUT = BENCHES.parent
CORE = CHECKOUT / "rust" / "core"
BUILD = ["cargo", "test", "-p", "ferroapi-core", "--locked", "--no-run", "--message-format=json"]

QUICK = "frames"
"""The tests that are run for every change: valgrind takes a second for them."""

CASES = 4
"""Inputs of each property, for programs that take fifty times as long; none for those of time."""

REPORTED = 99
ADDRESS = {
    # What a stable compiler refuses by its name only.
    "RUSTC_BOOTSTRAP": "1",
    "RUSTFLAGS": "-Zsanitizer=address",
    "ASAN_OPTIONS": f"exitcode={REPORTED}",
    "CARGO_TARGET_DIR": str(CHECKOUT / "target" / "address"),
}


def programs(environment: Mapping[str, str]) -> Iterator[Path]:
    """Builds the tests; the path of each program."""
    command = BUILD
    if environment:
        # With a target, what runs at build time has no sanitizer.
        host = subprocess.run(
            ["rustc", "--print", "host-tuple"], capture_output=True, text=True, check=True
        )
        command = [*BUILD, "--target", host.stdout.strip()]
    built = subprocess.run(
        command,
        cwd=CHECKOUT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for line in map(json.loads, built.stdout.splitlines()):
        if line.get("profile", {}).get("test") and line["executable"]:
            yield Path(line["executable"])


def watched(
    prefix: list[str], environment: Mapping[str, str], effort: Effort, share: float
) -> tuple[int, int, int]:
    """How many programs there are, how many were run, and in how many something was found."""
    found = [
        path
        for path in programs(environment)
        if not effort.quick or path.name.partition("-")[0] == QUICK
    ]
    # Without the time that building takes.
    end = effort.end(share)
    tried = reports = 0
    for path in found:
        left = end - monotonic()
        if left <= 0:
            break
        done = subprocess.run(
            [*prefix, path, "--quiet", "--skip", "linear"],
            cwd=CORE,
            env=os.environ | environment | {"PROPTEST_CASES": str(CASES)},
            capture_output=True,
            text=True,
            timeout=left,
            check=False,
        )
        tried += 1
        if done.returncode:
            reports += 1
            print(f"  {path.name}: {done.returncode} {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return len(found), tried, reports


def run(effort: Effort) -> list[Row]:
    """Runs the tests in valgrind where it is installed, and built with AddressSanitizer."""
    rows = []
    trials = "programs of tests"
    if shutil.which("valgrind"):
        prefix = ["valgrind", "--quiet", f"--error-exitcode={REPORTED}"]
        count, tried, reports = watched(prefix, {}, effort, 0.7)
        rows.append(Row("F26", "reports of valgrind", reports, 0, tried, count, trials))
    else:
        print("  valgrind is not installed")
    if not effort.quick:
        count, tried, reports = watched([], ADDRESS, effort, 0.3)
        rows.append(Row("F26", "reports of AddressSanitizer", reports, 0, tried, count, trials))
    return rows


PART = Part("accesses to memory in the core", run, seconds=(200, 60))
