"""The advice in the wheel for programs that write programs is right."""

import re
import subprocess
import sys
from pathlib import Path

from tests.docs.transcripts import ENVIRONMENT

SKILL = Path(__file__).parents[2] / "python/ferroapi/.agents/skills/ferroapi/SKILL.md"
TEXT = SKILL.read_text()
MAIN, TEST = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def test_its_test_of_its_service_passes(tmp_path: Path) -> None:
    tmp_path.joinpath("main.py").write_text(MAIN)
    tmp_path.joinpath("test_main.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    tested = subprocess.run(
        command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert "1 passed" in tested.stdout, tested.stdout + tested.stderr


def test_it_says_what_it_is_for() -> None:
    name, description = re.findall(r"^(?:name|description): (.+)$", TEXT, re.MULTILINE)
    assert name == SKILL.parent.name
    assert 0 < len(description) <= 1024
