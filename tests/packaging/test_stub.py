"""The stub of the extension, against the extension."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_stub_describes_the_extension() -> None:
    pytest.importorskip("mypy")
    result = subprocess.run(
        [
            *(sys.executable, "-m", "mypy.stubtest", "ferroapi._core"),
            *("--mypy-config-file", str(ROOT / "pyproject.toml")),
            *("--allowlist", str(ROOT / "tests/packaging/stubtest_allowlist.txt")),
        ],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT / "python")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
