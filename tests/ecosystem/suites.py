"""The suites that are run: suites.toml, and the lock of each in locks/."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Suite:
    """The own tests of a package that builds on FastAPI."""

    name: str
    version: str
    sdist: str
    """The file name of the source distribution."""
    sha256: str
    tests: tuple[str, ...]
    areas: tuple[str, ...]
    """What of FastAPI they are about."""
    requires: tuple[str, ...]
    """What the lock was made from."""
    ignore: tuple[str, ...] = ()
    pytest_args: tuple[str, ...] = ()
    mkdirs: tuple[str, ...] = ()
    """Empty folders that the source distribution lacks."""
    unstable: tuple[str, ...] = ()
    """Tests that do not pass every time on FastAPI either, and count nowhere."""
    compat: str = ""
    """Why it runs with `FERROAPI_COMPAT=1`, if it does (docs/differences.md)."""
    random: str = ""
    """A regular expression of what is another in the names of tests each time."""
    timeout: int = 300
    """Seconds."""
    quick: bool = False

    @property
    def requirement(self) -> str:
        """What the package index is asked for."""
        return f"{self.name}=={self.version}"

    @property
    def options(self) -> list[str]:
        """What pytest is given."""
        ignored = [f"--ignore={path}" for path in self.ignore]
        return [*self.pytest_args, *ignored, *self.tests]

    @property
    def lock(self) -> list[str]:
        """The requirements of its environment, without FastAPI."""
        lines = (HERE / "locks" / f"{self.name}.txt").read_text().splitlines()
        return [line for line in lines if not line.startswith("fastapi==")]


def read_suites() -> list[Suite]:
    """All suites, in the order of the file."""
    return [
        Suite(**{name: _frozen(value) for name, value in entry.items()})
        for entry in _read()["suite"]
    ]


def fastapi_version() -> str:
    """The version of FastAPI that ours is compared with."""
    version: str = _read()["corpus"]["fastapi"]
    return version


def _read() -> dict[str, Any]:
    return tomllib.loads((HERE / "suites.toml").read_text())


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
