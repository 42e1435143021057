"""Compares the files of the wheel with their digests, before it is built."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

_PROJECT = Path(__file__).with_name("pyproject.toml")
ASSETS: list[dict[str, Any]] = tomllib.loads(_PROJECT.read_text())["tool"]["assets"]
STATIC = Path(__file__).parent / "ferroapi_docs_assets" / "static"


def verify() -> None:
    """Raises `RuntimeError` where a file is missing, or another one than `pyproject.toml` says."""
    for file in (file for assets in ASSETS for file in assets["files"].values()):
        path = STATIC / file["name"]
        if not path.is_file():
            raise RuntimeError(f"{path} is missing: run `python docs-assets/fetch.py` first")
        if hashlib.sha256(path.read_bytes()).hexdigest() != file["digest"]:
            raise RuntimeError(f"{path} is not the file whose digest is in pyproject.toml")


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # `fetch.py` runs without it
    pass
else:

    class Verification(BuildHookInterface[Any]):
        """Has the build stop at a wrong file."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            verify()
