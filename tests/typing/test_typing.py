"""What type checkers make of the interface: the other files of this folder are their input."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
SOURCES = FOLDER.parent.parent / "python"
INPUTS = sorted(path for path in FOLDER.glob("*.py") if path != Path(__file__))
CHECKERS = {
    "mypy": ("mypy", "--strict", "--explicit-package-bases", *map(str, INPUTS)),
    "pyright": ("pyright", "--project", str(FOLDER)),
}


@pytest.mark.parametrize("command", CHECKERS.values(), ids=CHECKERS)
def test_checker_accepts_and_refuses_what_it_should(command: tuple[str, ...]) -> None:
    """Every use is accepted, but for those that are marked, and those are refused."""
    pytest.importorskip(command[0])
    environment = {**os.environ, "MYPYPATH": str(SOURCES)}
    result = subprocess.run(
        [sys.executable, "-m", *command],
        env=environment,
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert result.returncode == 0, result.stdout + result.stderr
