"""GitHub's workflows say what the project says: interpreters, platforms, and what is published."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github/workflows"
PROJECT = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text())["project"]
PYTHONS = [
    found[1]
    for classifier in PROJECT["classifiers"]
    if (found := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", classifier))
]
"""The versions that the package says it has."""
FREE_THREADED = ["3.14t"]
"""Those without a GIL, which have no classifier."""


def jobs(file: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FOLDER.joinpath(file).read_text())["jobs"]
    return found


RELEASE = jobs("release.yml")
JOBS = [(path.name, name) for path in sorted(FOLDER.iterdir()) for name in jobs(path.name)]


def installed(job: dict[str, Any]) -> list[str]:
    """The interpreters that a job sets up."""
    (versions,) = (
        step["with"]["python-version"]
        for step in job["steps"]
        if "setup-python" in step.get("uses", "")
    )
    return sorted(str(versions).split(), key=lambda version: (len(version), version))


def platforms(job: dict[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = job["strategy"]["matrix"]["platform"]
    return found


def test_a_version_of_python_is_tested_and_has_wheels() -> None:
    assert PYTHONS[0] == PROJECT["requires-python"].removeprefix(">=")
    assert installed(jobs("ci.yml")["gate"]) == PYTHONS
    assert installed(RELEASE["wheels"]) == PYTHONS + FREE_THREADED
    (build,) = (
        step["run"] for step in RELEASE["wheels"]["steps"] if "maturin build" in step.get("run", "")
    )
    assert build.split("--interpreter ")[1].split() == PYTHONS + FREE_THREADED
    assert RELEASE["test"]["strategy"]["matrix"]["python"] == PYTHONS + FREE_THREADED
    assert RELEASE["test-musllinux"]["strategy"]["matrix"]["python"] == PYTHONS


def test_wheels_are_optimized_where_the_training_runs() -> None:
    (run,) = (
        step["run"] for step in RELEASE["wheels"]["steps"] if "maturin build" in step.get("run", "")
    )
    training, _, build = run.partition("fi\n")
    assert training.startswith('if [ "${TARGET##*-}" != musl ]; then\n')
    assert "rustup component add llvm-tools\n" in training
    assert 'packaging/profile_guided.py --target "$TARGET"' in training
    assert '--target "$TARGET"' in build


def test_a_wheel_is_tested_where_it_runs() -> None:
    built = {each["name"]: each["runner"] for each in platforms(RELEASE["wheels"])}
    tested = {each["name"]: each["runner"] for each in platforms(RELEASE["test"])}
    tested |= {
        f"musllinux-{each['architecture']}": each["runner"]
        for each in platforms(RELEASE["test-musllinux"])
    }
    assert tested == built


def test_all_that_is_built_was_tested_before_it_is_published() -> None:
    needed = {"publish"}
    for _ in RELEASE:
        needed |= {
            name
            for job in needed
            for name in [RELEASE[job].get("needs", [])]
            for name in ([name] if isinstance(name, str) else name)
        }
    assert needed == RELEASE.keys()
    assert RELEASE["publish"]["if"] == "github.ref_type == 'tag'"


@pytest.mark.parametrize(("file", "name"), JOBS, ids=map("/".join, JOBS))
def test_a_job_may_do_only_what_it_needs(file: str, name: str) -> None:
    assert yaml.safe_load(FOLDER.joinpath(file).read_text())["permissions"] == {}
    job = jobs(file)[name]
    may_write = {what for what, access in job["permissions"].items() if access == "write"}
    assert may_write == ({"id-token", "attestations"} if name == "publish" else set())
    assert job["timeout-minutes"] <= 60


def test_an_action_is_one_commit_whose_version_is_named() -> None:
    used: dict[str, set[str]] = {}
    for path in FOLDER.iterdir():
        for action, commit in re.findall(r"uses: ([\w./-]+)@(.*)", path.read_text()):
            assert re.fullmatch(r"[0-9a-f]{40}  # v\d+\.\d+\.\d+", commit), action
            used.setdefault(action, set()).add(commit)
    assert {action: len(commits) for action, commits in used.items()} == dict.fromkeys(used, 1)
    assert used
