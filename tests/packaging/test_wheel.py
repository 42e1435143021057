"""What the wheel holds, and what it says about itself."""

import fcntl
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text())["project"]
VERSION = tomllib.loads(ROOT.joinpath("Cargo.toml").read_text())["workspace"]["package"]["version"]
METADATA = f"ferroapi-{VERSION}.dist-info"


@contextmanager
def _building_alone() -> Iterator[None]:
    """Keeps the processes of the tests apart: two builds take the library from each other."""
    directory = ROOT / "target"
    directory.mkdir(exist_ok=True)
    with directory.joinpath("wheel.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    """The wheel that FERROAPI_WHEEL names, otherwise one built now."""
    path = os.environ.get("FERROAPI_WHEEL")
    if path is None:
        pytest.importorskip("maturin")
        directory = tmp_path_factory.mktemp("wheel")
        command = ["maturin", "build", "--release", "--locked", "--quiet", "--out", str(directory)]
        with _building_alone():
            subprocess.run(
                [sys.executable, "-m", *command, "--interpreter", sys.executable],
                cwd=ROOT,
                timeout=900,
                check=True,
            )
        (path,) = map(str, directory.iterdir())
    with ZipFile(path) as archive:
        yield archive


@pytest.fixture(scope="session")
def metadata(wheel: ZipFile) -> Message:
    """The core metadata of the wheel."""
    return Parser().parsestr(wheel.read(f"{METADATA}/METADATA").decode())


def test_it_holds_the_package_and_nothing_else(wheel: ZipFile) -> None:
    sources = ROOT / "python"
    suffixes = {".md", ".py", ".pyi", ".template", ".typed"}
    files = (path for path in sources.rglob("*") if path.suffix in suffixes)
    assert sorted(wheel.namelist()) == sorted(
        [
            *(path.relative_to(sources).as_posix() for path in files),
            f"ferroapi/_core{sysconfig.get_config_var('EXT_SUFFIX')}",
            f"{METADATA}/METADATA",
            f"{METADATA}/RECORD",
            f"{METADATA}/WHEEL",
            f"{METADATA}/entry_points.txt",
            f"{METADATA}/licenses/LICENSE",
            f"{METADATA}/licenses/THIRD-PARTY-LICENSES.txt",
            f"{METADATA}/sboms/ferroapi-python.cyclonedx.json",
        ]
    )


def test_programs_that_write_programs_find_advice(wheel: ZipFile) -> None:
    assert "ferroapi/.agents/skills/ferroapi/SKILL.md" in wheel.namelist()


@pytest.mark.parametrize("name", ["py.typed", "_core.pyi"])
def test_type_checkers_find_what_they_need(name: str, wheel: ZipFile) -> None:
    assert f"ferroapi/{name}" in wheel.namelist()


def test_the_extension_is_the_release_build(wheel: ZipFile) -> None:
    extension = wheel.read(f"ferroapi/_core{sysconfig.get_config_var('EXT_SUFFIX')}")
    assert b"\0.symtab\0" not in extension, "an ELF file with its symbols"


def test_there_is_one_version(wheel: ZipFile, metadata: Message) -> None:
    assert metadata["Version"] == VERSION
    assert "version" not in PROJECT
    headings = re.findall(r"^## \[(.+)\]", ROOT.joinpath("CHANGELOG.md").read_text(), re.MULTILINE)
    assert VERSION in headings


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Name", "ferroapi"),
        ("License-Expression", "MIT"),
        ("License-File", "LICENSE"),
        ("Requires-Python", ">=3.11"),
        ("Description-Content-Type", "text/markdown; charset=UTF-8; variant=GFM"),
    ],
)
def test_the_metadata_says(field: str, value: str, metadata: Message) -> None:
    assert metadata[field] == value


def test_the_extras(metadata: Message) -> None:
    assert sorted(metadata.get_all("Provides-Extra", [])) == ["opentelemetry", "standard"]


def test_the_readme_is_its_description(metadata: Message) -> None:
    payload = metadata.get_payload()
    assert isinstance(payload, str)
    assert payload.strip() == ROOT.joinpath("README.md").read_text().strip()


def test_it_needs_what_the_project_says(metadata: Message) -> None:
    needed = {
        requirement.split(";")[0].strip() for requirement in metadata.get_all("Requires-Dist") or []
    }
    extras = PROJECT["optional-dependencies"].values()
    assert needed == {*PROJECT["dependencies"], *(name for extra in extras for name in extra)}


def test_it_installs_the_command(wheel: ZipFile) -> None:
    entry_points = wheel.read(f"{METADATA}/entry_points.txt").decode()
    assert "ferroapi=ferroapi.cli:main" in entry_points.replace(" ", "")
