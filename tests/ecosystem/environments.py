"""What a suite needs: its own files, and an environment with everything but a framework."""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.ecosystem.frameworks import WORK
from tests.ecosystem.suites import Suite


def digest(*parts: object) -> str:
    """Tells whether what was made from the parts has to be made again."""
    return hashlib.sha256(json.dumps([sys.version, *parts]).encode()).hexdigest()


def download(suite: Suite) -> Path:
    """The source distribution, downloaded once. Raises `ValueError` when it is another one."""
    path = WORK / "sources" / suite.sdist
    if not path.exists():
        # Build tools come as wheels: `:all:` would build them from their sources, too.
        options = ["--no-deps", "--no-binary", suite.name, "--dest", str(path.parent)]
        _pip("download", *options, suite.requirement)
    if hashlib.sha256(path.read_bytes()).hexdigest() != suite.sha256:
        raise ValueError(f"{path} is not the file that suites.toml names")
    return path


def unpack(source: Path, folder: Path) -> Path:
    """Unpacks a source distribution into a folder without what was there; its root."""
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    (root,) = folder.iterdir()
    return root


def make_environment(suite: Suite) -> Path:
    """Installs the lock without FastAPI, once; the interpreter of the environment."""
    environment = WORK / suite.name / "environment"
    python = environment / "bin" / "python"
    made_from = environment / "made-from"
    lock = suite.lock
    if not made_from.exists() or made_from.read_text() != digest(lock):
        command = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(environment)]
        subprocess.run(command, timeout=60, check=True)
        _pip("install", "--no-deps", "--no-compile", *lock, python=python)
        if list(environment.glob("lib/python*/site-packages/fastapi")):
            raise ValueError(f"another package than FastAPI of {suite.name} has a `fastapi`")
        made_from.write_text(digest(lock))
    return python


def _pip(command: str, *arguments: str, python: Path | None = None) -> None:
    target = ["--python", str(python)] if python else []
    subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", *target, command, *arguments],
        timeout=1200,
        check=True,
        capture_output=True,
        text=True,
    )
