"""Where each contender is installed, and what of it is measured."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from harness.case import Contender

BENCHES = Path(__file__).resolve().parents[1]
ENVIRONMENTS = BENCHES / ".venv"
FASTAPI_VERSION = "0.165.0"

SHARED = (
    "pydantic",
    "pydantic-core",
    "starlette",
    "anyio",
    "python-multipart",
    "uvicorn",
    "uvloop",
    "httptools",
)
"""What the other environments have in the version that ours has."""

INSTALLED: dict[str, tuple[str, ...]] = {
    "fastapi": (f"fastapi=={FASTAPI_VERSION}",),
    "peers": ("litestar==2.25.0", "blacksheep==2.6.4", "falcon==4.4.0", "granian==2.8.7"),
    "robyn": ("robyn==0.88.0",),
}
"""What is installed into each environment, beside `SHARED`."""

OPTIONAL: dict[str, tuple[str, ...]] = {
    "h2corn": ("h2corn==2.0.0",),
    "bolt": ("django-bolt==0.13.0",),
}
"""The same of environments that a run does without where they cannot be made."""

LEAST_PYTHON: dict[str, tuple[int, int]] = {"bolt": (3, 12)}
"""The Python that an environment needs, where ours may be too old."""

UNSHARED: dict[str, tuple[str, ...]] = {"robyn": ("uvloop",)}
"""What of `SHARED` an environment has in a version of its own, since what is in it demands so."""


NEWEST_MINOR = 14
"""The newest Python 3 that is looked for."""

Build: TypeAlias = Literal["profile-guided", "release", "development", "unknown"]

PUBLISHED: tuple[Build, ...] = ("profile-guided", "release")
"""The builds of which results are written."""


class EnvironmentMissingError(Exception):
    """An environment cannot be made."""


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


def environment_of(contender: Contender) -> str | None:
    """The environment that a contender needs; `None`: the one that runs this."""
    if contender in ("floor", "starlette", "ferroapi", "limit"):
        return None
    return contender if contender in INSTALLED | OPTIONAL else "peers"


def interpreter(environment: str) -> Path:
    """The Python of an environment."""
    return ENVIRONMENTS / environment / "bin" / "python"


def installation(contender: Contender, package: Path | None = None) -> Installation:
    """Where `contender` is; `package` holds the `ferroapi` to measure instead of the installed."""
    environment = environment_of(contender)
    if environment is None:
        return Installation(Path(sys.executable), package if contender == "ferroapi" else None)
    if contender == "ferroapi_granian":
        return Installation(interpreter(environment), package or installed_package())
    return Installation(interpreter(environment))


def installed_package() -> Path:
    """The directory that `ferroapi` is imported from."""
    found = find_spec("ferroapi")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parents[1]


def requirements(environment: str) -> list[str]:
    """What is installed into an environment: its frameworks, and our versions of the rest."""
    own = UNSHARED.get(environment, ())
    shared = [f"{name}=={version(name)}" for name in SHARED if name not in own]
    return [*(INSTALLED | OPTIONAL)[environment], *shared]


def make_environment(environment: str) -> None:
    """Makes an environment, or brings it to the versions of this one. Downloads.

    Raises:
        EnvironmentMissingError: the Python for it is not there, or something cannot be installed.
    """
    python, wanted = interpreter(environment), requirements(environment)
    if python.exists() and has(python, wanted):
        return
    frameworks = (INSTALLED | OPTIONAL)[environment]
    names = ", ".join(name.replace("==", " ") for name in frameworks)
    print(f"Installing {names} into {python.parents[1]}", flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([_python_for(environment), "-m", "venv", python.parents[1]], check=True)
        subprocess.run([*pip, *wanted], check=True)
    except subprocess.CalledProcessError as error:
        raise EnvironmentMissingError(f"{names} cannot be installed") from error


def _python_for(environment: str) -> str:
    """An interpreter that is new enough: ours, or one that is on the path or of pyenv."""
    least = LEAST_PYTHON.get(environment, (3, 0))
    if sys.version_info >= least:
        return sys.executable
    directories = [os.environ.get("PATH", "")]
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    directories += (str(path / "bin") for path in sorted(root.glob("versions/*")))
    for minor in range(least[1], NEWEST_MINOR + 1):
        for directory in os.pathsep.join(directories).split(os.pathsep):
            python = shutil.which(f"python3.{minor}", path=directory)
            if python is not None and _runs(python):
                return python
    raise EnvironmentMissingError(f"it needs Python {least[0]}.{least[1]}, which is not here")


def _runs(python: str) -> bool:
    """Whether an interpreter is one: pyenv has names of some that it then refuses to run."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def has(python: Path, requirements: Sequence[str]) -> bool:
    """Whether the environment of an interpreter has exactly these versions."""
    program = (
        "import sys, importlib.metadata as m\n"
        "for wanted in sys.argv[1:]:\n"
        "    name, _, version = wanted.partition('==')\n"
        "    try: found = m.version(name)\n"
        "    except m.PackageNotFoundError: found = ''\n"
        "    if found != version: sys.exit(1)"
    )
    return subprocess.run([str(python), "-c", program, *requirements], check=False).returncode == 0


def build_of(extension: Path, *, profile_guided: bool) -> Build:
    """How an extension was built: the release profile strips its symbols, no other one does.

    `profile_guided` is what it says of itself. Reads the section names of a 64-bit ELF file; other
    formats are `"unknown"`.
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
    return "profile-guided" if profile_guided else "release"
