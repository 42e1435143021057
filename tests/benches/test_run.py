"""The benchmarks' command: every contender answers, and equally."""

import subprocess
import sys
from pathlib import Path

import pytest
from harness.contenders import BENCHES, INSTALLED, interpreter

import ferroapi

RUN = (sys.executable, str(BENCHES / "run.py"), "--quick")
PACKAGE = str(Path(ferroapi.__file__).parents[1])


@pytest.mark.skipif(
    not all(interpreter(environment).exists() for environment in INSTALLED),
    reason="the others are not installed: make bench installs them",
)
@pytest.mark.parametrize("case", ["constant", "event_streams", "middleware", "websocket"])
def test_every_contender_answers_equally(case: str) -> None:
    command = [*RUN, "--case", case, "--package", PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "BlackSheep" in done.stdout


def test_an_unknown_case_is_refused_with_their_names() -> None:
    command = [*RUN, "--case", "absent"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "event_streams" in done.stderr
