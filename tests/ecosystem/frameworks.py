"""FastAPI and ferroapi, each in a folder that comes first in the path of whoever is to have it.

Everything else is installed once for both, so that nothing but the framework differs.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from tests.wheel import CHECKOUT, build_wheel

WORK = CHECKOUT / "target" / "ecosystem"
PLUGINS = CHECKOUT / "tests" / "conformance"


@dataclass(frozen=True)
class Framework:
    """What answers to the name `fastapi`."""

    name: str
    folder: Path
    options: tuple[str, ...] = ()
    """What pytest is given."""


def unpack_fastapi(version: str) -> Framework:
    """FastAPI as the index has it, downloaded once."""
    folder = WORK / "frameworks" / f"fastapi-{version}"
    if not folder.exists():
        wheels = WORK / "wheels" / "fastapi"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        options = ["--only-binary", ":all:", "--dest", str(wheels)]
        subprocess.run([*command, *options, f"fastapi=={version}"], timeout=300, check=True)
        (wheel,) = wheels.glob(f"fastapi-{version}-*.whl")
        _unpack(wheel, folder)
    return Framework("FastAPI", folder)


def unpack_ferroapi() -> Framework:
    """This checkout as it is, under the name `fastapi` in every process that asks for it."""
    folder = WORK / "frameworks" / "ferroapi"
    shutil.rmtree(folder, ignore_errors=True)
    _unpack(build_wheel(sys.executable, WORK / "wheels" / "ferroapi"), folder)
    shutil.copy(PLUGINS / "alias_on_demand.py", folder / "sitecustomize.py")
    return Framework("ferroapi", folder, ("-p", "ferroapi.alias"))


def _unpack(wheel: Path, folder: Path) -> None:
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    shutil.copy(PLUGINS / "outcomes.py", folder)
