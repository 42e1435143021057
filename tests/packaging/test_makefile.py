"""What the targets of the Makefile install and run, and the commands that CONTRIBUTING.md shows."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = re.findall(r"pytest (tests/\S+) -k (\w+)", ROOT.joinpath("CONTRIBUTING.md").read_text())

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


def told(*arguments: str) -> str:
    """What make would run."""
    # Without what was made already, so that all of it is told.
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_serving_installs_what_it_needs() -> None:
    commands = told("serve", "PORT=8123")
    assert "--port 8123" in commands
    # maturin installs the group `dev` where none is named.
    assert "maturin develop --release --locked --extras standard --group build" in commands
    assert set(re.findall(r"pip install.*--group (\w+)", commands)) == {"build"}


def test_both_wheels_are_built() -> None:
    commands = told("wheel")
    assert "maturin build --release" in commands
    assert "docs-assets/fetch.py" in commands
    assert re.search("pip wheel.*docs-assets", commands)


@pytest.mark.parametrize(
    ("target", "command"), [("wheel", "maturin build"), ("bench", "maturin develop")]
)
def test_a_profile_is_used_where_it_can_be_made(target: str, command: str) -> None:
    """For the target that it is of: names of functions, by which counts are found, depend on it."""
    (line,) = (line for line in told(target).replace("\\\n", "").splitlines() if command in line)
    assert "profile_guided.py --if-possible" in line
    assert re.search(r"CARGO_ENCODED_RUSTFLAGS=\S+ .*--release .*--target \$\(rustc", line)


def test_every_target_is_listed() -> None:
    names = set(re.findall(r"^([a-z]+):", ROOT.joinpath("Makefile").read_text(), re.MULTILINE))
    listed = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert [name for name in names if f"make {name} " not in listed] == []


@pytest.mark.parametrize(("file", "word"), COMMANDS)
def test_what_a_contributor_is_told_to_run_is_there(file: str, word: str) -> None:
    assert re.search(rf"def test_\w*{word}", ROOT.joinpath(file).read_text())
