"""The service that `ferroapi new` writes."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Project = Callable[[dict[str, str]], None]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

FILES = [
    ".dockerignore",
    ".github/workflows/test.yml",
    ".gitignore",
    "Dockerfile",
    "README.md",
    "own_shop/__init__.py",
    "own_shop/main.py",
    "own_shop/notes.py",
    "pyproject.toml",
    "tests/test_notes.py",
]


def test_it_passes_its_own_tests_and_checks(command: Command, tmp_path: Path) -> None:
    result = command("new", "own-shop")
    assert result.returncode == 0
    folder = tmp_path / "own-shop"
    written = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert written == FILES
    steps = [
        ["pytest", "-q", "-p", "no:cacheprovider"],
        ["ferroapi", "check"],
        ["ferroapi", "explain", "GET", "/notes/3"],
    ]
    for module, *arguments in steps:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_written_as_its_linters_want_it(command: Command, tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="the linters are in the group lint")
    assert command("new", "own-shop").returncode == 0
    folder = tmp_path / "own-shop"
    for arguments in (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]):
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_left_to_be_filled_in(command: Command, tmp_path: Path) -> None:
    command("new", "shop", "--directory", "elsewhere")
    texts = {
        str(path.relative_to(tmp_path)): path.read_text()
        for path in (tmp_path / "elsewhere").rglob("*")
        if path.is_file()
    }
    assert "elsewhere/shop/main.py" in texts
    assert 'title="shop"' in texts["elsewhere/shop/main.py"]
    for name, text in texts.items():
        assert not re.search(r"\$(?!PATH|\{\{)", text), name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Own Shop"], "Own Shop is no name for a service: .*"),
        (["../shop"], "../shop is no name for a service: .*"),
        (["class"], "class means something else in Python: .*"),
        (["tests"], "tests means something else in Python: .*"),
        (["json"], "json means something else in Python: .*"),
        (["there"], "there is there already: .*"),
        (["file"], "file is there already: .*"),
        (["shop", "--directory", "there"], "there is there already: .*"),
        (["shop", "--directory", "file/shop"], "Cannot write file/shop: Not a directory"),
        (["shop", "--directory", "x" * 5000], "Cannot write x+: File name too long"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_what_cannot_be_written_is_said_in_a_line(
    arguments: list[str], message: str, project: Project, command: Command
) -> None:
    project({"there/something": "", "file": ""})
    result = command("new", *arguments)
    assert (result.returncode, result.stdout) == (1, "")
    assert re.fullmatch(f"ferroapi: {message}\n", result.stderr)
