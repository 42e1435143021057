"""Where each contender is installed, and what of it is measured."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from harness.case import Contender

BENCHES = Path(__file__).resolve().parents[1]
FASTAPI_VERSION = "0.165.0"
FASTAPI_PYTHON = BENCHES / ".venv" / "bin" / "python"

SHARED = ("pydantic", "pydantic-core", "starlette", "anyio", "uvicorn", "uvloop", "httptools")
"""What FastAPI's environment has in the version that ours has."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The interpreter that runs a contender, and what it finds beside its environment."""

    python: Path
    package: Path | None = None

    def environment(self) -> dict[str, str]:
        """The variables of a process: no setting of the caller's Python reaches it."""
        variables = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
        }
        if self.package is not None:
            variables["PYTHONPATH"] = str(self.package)
        return variables


def installation(contender: Contender, package: Path | None = None) -> Installation:
    """Where `contender` is; `package` holds the `ferroapi` to measure instead of the installed."""
    if contender == "fastapi":
        return Installation(FASTAPI_PYTHON)
    return Installation(Path(sys.executable), package if contender == "ferroapi" else None)


def fastapi_requirements() -> list[str]:
    """What is installed beside FastAPI: the versions of this environment."""
    return [f"fastapi=={FASTAPI_VERSION}", *(f"{name}=={version(name)}" for name in SHARED)]


def make_fastapi_environment() -> None:
    """Makes FastAPI's environment, or brings it to the versions of this one. Downloads."""
    wanted = fastapi_requirements()
    if FASTAPI_PYTHON.exists() and installed(wanted):
        return
    print(f"Installing FastAPI {FASTAPI_VERSION} into {FASTAPI_PYTHON.parents[1]}", flush=True)
    venv.create(FASTAPI_PYTHON.parents[1], with_pip=True, symlinks=True)
    pip = [str(FASTAPI_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *wanted], check=True)


def installed(requirements: Sequence[str]) -> bool:
    """Whether FastAPI's environment has exactly these versions."""
    program = (
        "import sys, importlib.metadata as m\n"
        "for wanted in sys.argv[1:]:\n"
        "    name, _, version = wanted.partition('==')\n"
        "    try: found = m.version(name)\n"
        "    except m.PackageNotFoundError: found = ''\n"
        "    if found != version: sys.exit(1)"
    )
    command = [str(FASTAPI_PYTHON), "-c", program, *requirements]
    return subprocess.run(command, check=False).returncode == 0


def build_of(extension: Path) -> Literal["release", "development", "unknown"]:
    """How an extension was built: the release profile strips its symbols, no other one does.

    Reads the section names of a 64-bit ELF file; other formats are `"unknown"`.
    """
    data = extension.read_bytes()
    if data[:5] != b"\x7fELF\x02":
        return "unknown"
    (start,) = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    (offset,) = struct.unpack_from("<Q", data, start + names * size + 24)
    for section in range(count):
        (name,) = struct.unpack_from("<I", data, start + section * size)
        if data.startswith(b".symtab\0", offset + name):
            return "development"
    return "release"
