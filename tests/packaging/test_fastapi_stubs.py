"""The stub package says of `fastapi` what ferroapi says of itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi_stubs import ROOT, SOURCES, private_names, write_project
from tests.packaging.test_exports import NAMES

SERVICE = ROOT / "tests/typing/service.py"
CHECKERS = {
    "mypy": ("mypy", "--strict", "--no-incremental", "service.py", "names.py"),
    "pyright": ("pyright", "--pythonpath", sys.executable),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("stubs") / "project"
    write_project(directory)
    return directory


def test_a_module_has_a_stub_unless_it_is_a_program(project: Path) -> None:
    stubs = project / "fastapi-stubs"
    there = {path.relative_to(stubs).with_suffix(".py") for path in stubs.rglob("*.pyi")}
    missing = {path.relative_to(SOURCES) for path in SOURCES.rglob("*.py")} - there
    assert {path.with_suffix("").parts[0] for path in missing} == {"__main__", "alias", "cli"}


def test_names_with_an_underscore_are_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "from a import _b as _b, c as _c\n__all__ = ['d']\n_x = x = 1\n_y: int = 2\n"
        "def _f(): _inner = 1\nasync def _g(): ...\nclass _C: ...\nclass D: ...\n"
    )
    assert sorted(private_names(module)) == ["_C", "_b", "_f", "_g", "_x", "_y"]


@pytest.mark.parametrize("command", CHECKERS.values(), ids=CHECKERS)
def test_a_program_that_imports_fastapi_is_checked(
    command: tuple[str, ...], project: Path, tmp_path: Path
) -> None:
    """Every use is accepted, and every name of FastAPI is there."""
    pytest.importorskip(command[0])
    # As it is installed, but for the suffix that is for site-packages only.
    tmp_path.joinpath("stubs").mkdir()
    tmp_path.joinpath("stubs/fastapi").symlink_to(project / "fastapi-stubs")
    tmp_path.joinpath("service.py").write_text(SERVICE.read_text().replace("ferroapi", "fastapi"))
    lines = [
        f"from {f'fastapi.{module}'.rstrip('.')} import {name} as n{count}"
        for count, (module, name) in enumerate(
            (module, name) for module, names in NAMES.items() for name in names.split()
        )
    ]
    tmp_path.joinpath("names.py").write_text("\n".join([*lines, ""]))
    configuration = {
        "include": ["service.py", "names.py"],
        "strict": ["service.py"],
        "stubPath": "stubs",
        "extraPaths": [str(SOURCES.parent)],
        "pythonVersion": "3.11",
        "reportMissingModuleSource": False,
    }
    tmp_path.joinpath("pyrightconfig.json").write_text(json.dumps(configuration))
    result = subprocess.run(
        [sys.executable, "-m", *command],
        env={**os.environ, "MYPYPATH": os.pathsep.join(["stubs", str(SOURCES.parent)])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr
