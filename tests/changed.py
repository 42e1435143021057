"""Runs the tests of what was changed: `python -m tests.changed [COMMIT]`.

A test has the name of its module, so that they are found by the paths that git lists: what differs
from a commit, by default from `main`, what is not committed included.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

CHECKOUT = Path(__file__).parents[1]


def named_for(path: str, root: Path = CHECKOUT) -> list[str]:
    """The tests of a file by the names of both, the nearest first; only those that are there."""
    return [found for found in _candidates(PurePosixPath(path)) if (root / found).exists()][:1]


def _candidates(path: PurePosixPath) -> Iterator[str]:
    top, *parts = path.parts
    if top == "tests" and path.name.startswith("test_"):
        yield str(path)
    elif top == "docs":
        yield f"tests/packaging/test_{path.stem}_page.py"
    elif top == "README.md":
        yield "tests/packaging/test_readme.py"
    elif parts[:1] == ["ferroapi"]:
        folders, name = parts[1:-1], path.stem
        folder = "/".join(["tests", *folders])
        yield from (f"{folder}/test_{name}.py", f"{folder}/{name}")
        # A module that has no test of its own is part of what its folder is about.
        while folders:
            *folders, name = folders
            folder = "/".join(["tests", *folders])
            yield from (f"{folder}/test_{name}.py", f"{folder}/{name}")
    elif top == "rust" and parts[1:2] == ["src"]:
        yield f"tests/core/test_{PurePosixPath(parts[2]).stem}.py"
        yield "tests/core"


def changed(since: str) -> list[str]:
    """The paths of what differs from where the branch left `since`, and of what is new."""
    base = _git("merge-base", since, "HEAD")[0]
    listed = [
        *_git("diff", "--name-only", "--diff-filter=d", base),
        *_git("ls-files", "--others", "--exclude-standard"),
    ]
    return sorted(set(listed))


def _git(*arguments: str) -> list[str]:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def main() -> int:
    """The exit status of the tests."""
    paths = changed(sys.argv[1] if len(sys.argv) > 1 else "main")
    found = sorted({test for path in paths for test in named_for(path)})
    commands = []
    if any(path.startswith("rust/") for path in paths):
        commands.append(["cargo", "test", "--workspace", "--locked", "--quiet"])
    if found:
        commands.append([sys.executable, "-m", "pytest", "--numprocesses", "auto", *found])
    for command in commands:
        print(" ".join(command), flush=True)
        status = subprocess.run(command, cwd=CHECKOUT, check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
