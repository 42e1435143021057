"""Runs the tests of what was changed: `python -m tests.changed [COMMIT]`.

A test has the name of its module, so that they are found by the paths that git lists: what differs
from a commit, by default from `main`, what is not committed included.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

CHECKOUT = Path(__file__).parents[1]
PROTOCOL = "tests/server/test_protocol.py"
"""What asks the HTTP/1.1 server most, whose parts in Rust have other names."""


def named_for(path: str, root: Path = CHECKOUT) -> list[str]:
    """The tests of a file by the names of both, the nearest first; only those that are there."""
    for candidates in _candidates(PurePosixPath(path), root):
        found = [candidate for candidate in candidates if (root / candidate).exists()]
        if found:
            return found
    return []


def _candidates(path: PurePosixPath, root: Path) -> Iterator[list[str]]:
    top, *parts = path.parts
    if top == "tests" and path.name.startswith("test_"):
        yield [str(path)]
    elif top == "docs":
        yield [f"tests/packaging/test_{path.stem}_page.py"]
    elif top == "README.md":
        yield ["tests/packaging/test_readme.py"]
    elif parts[:1] == ["ferroapi"]:
        folders, name = parts[1:-1], path.stem
        yield from _beside(folders, name)
        if not folders:
            yield _elsewhere(name, root)
            yield _importing(name, root)
        # A module that has no test of its own is part of what its folder is about.
        while folders:
            *folders, name = folders
            yield from _beside(folders, name)
    elif top == "rust" and parts[1:2] == ["src"]:
        name = PurePosixPath(parts[2]).stem
        yield [f"tests/core/test_{name}.py"]
        yield [PROTOCOL] if name in {"http", "server"} else _elsewhere(name, root)
        yield ["tests/core"]


def _beside(folders: list[str], name: str) -> Iterator[list[str]]:
    folder = "/".join(["tests", *folders])
    yield [f"{folder}/test_{name}.py"]
    yield [f"{folder}/{name}"]


def _elsewhere(name: str, root: Path) -> list[str]:
    """The tests of a name in any folder."""
    return sorted(str(test.relative_to(root)) for test in root.glob(f"tests/**/test_{name}.py"))


def _importing(name: str, root: Path) -> list[str]:
    """The tests that import a module of the package."""
    statement = re.compile(rf"\bferroapi\.{name}\b|from ferroapi import .*\b{name}\b")
    tests = root.glob("tests/**/test_*.py")
    return sorted(
        str(test.relative_to(root)) for test in tests if statement.search(test.read_text("utf-8"))
    )


def core_targets(paths: list[str], root: Path = CHECKOUT) -> list[str] | None:
    """The targets of the core's tests by the names of its modules.

    An empty list is all of them, as a module without any needs. `None` is none: Python tests the
    bindings.
    """
    targets: set[str] = set()
    core = [path for path in paths if path.startswith(("rust/core/", "Cargo."))]
    for path in core:
        _, _, kind, name, *_ = (*PurePosixPath(path).parts, "", "", "")
        stem = PurePosixPath(name).stem
        names = {"src": [stem, f"{stem}_oracle"], "tests": [stem]}.get(kind, [])
        tests = root / "rust/core/tests"
        found = [one for one in names if (tests / one).is_dir() or (tests / f"{one}.rs").is_file()]
        if not found:
            return []
        targets.update(found)
    return sorted(targets) if core else None


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
    for path in paths:
        if path.startswith(("python/", "rust/")) and not named_for(path):
            print(f"No test is named for {path}: make test has all")
    commands = []
    targets = core_targets(paths)
    if targets is not None:
        core = ["cargo", "test", "--package", "ferroapi-core", "--locked", "--quiet"]
        commands.append([*core, *(f"--test={target}" for target in targets)])
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
