"""The command that looks for growth."""

import subprocess
import sys
from pathlib import Path

import pytest
from harness.case import Expected, Request, Row
from harness.contenders import BENCHES
from memory import BOUND, Growth, line

import ferroapi

ROW = Row("row", "a row", Request("/"), Expected(None))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="nothing says what is resident")
def test_the_size_of_a_process_is_watched() -> None:
    package = str(Path(ferroapi.__file__).parents[1])
    command = [sys.executable, str(BENCHES / "memory.py"), "--package", package]
    command += ["--case", "constant", "--requests", "2000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "2,000" in done.stdout
    assert done.stdout.endswith("Nothing has grown.\n")


@pytest.mark.parametrize(("added", "grown"), [(-BOUND, False), (BOUND, False), (BOUND + 1, True)])
def test_more_than_the_bound_has_grown(added: int, grown: bool) -> None:
    growth = Growth(ROW, 100_000, 50 * BOUND, 50 * BOUND + added)
    assert growth.grown is grown
    assert line(growth).endswith("* grown") is grown
