"""The build backend (PEP 517) of the source distribution: maturin's, where there is cargo.

Without cargo, maturin's own has a Rust toolchain downloaded for one build and does not say so.
"""

import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import maturin
from maturin import build_editable as build_editable
from maturin import build_sdist as build_sdist
from maturin import build_wheel as build_wheel
from maturin import prepare_metadata_for_build_editable as prepare_metadata_for_build_editable
from maturin import prepare_metadata_for_build_wheel as prepare_metadata_for_build_wheel

Requirements: TypeAlias = Callable[[Mapping[str, Any] | None], list[str]]

MANIFEST = Path(__file__).parents[1] / "Cargo.toml"
NO_CARGO = """
There is no wheel of ferroapi for this interpreter and platform, so it has to be compiled, which
needs Rust {version} or newer: there is no `cargo` on PATH. Install Rust from https://rustup.rs and
try again, or choose an interpreter that has a wheel.
"""


def with_cargo(requirements: Requirements) -> Requirements:
    """What a hook asks for, first of all cargo: where there is none, the build ends and says so."""

    def checked(config_settings: Mapping[str, Any] | None = None) -> list[str]:
        if shutil.which("cargo") is None:
            package = tomllib.loads(MANIFEST.read_text())["workspace"]["package"]
            sys.exit(NO_CARGO.format(version=package["rust-version"]))
        return requirements(config_settings)

    return checked


# A front end asks these before it calls any other hook.
get_requires_for_build_wheel = with_cargo(maturin.get_requires_for_build_wheel)
get_requires_for_build_editable = with_cargo(maturin.get_requires_for_build_editable)
get_requires_for_build_sdist = with_cargo(maturin.get_requires_for_build_sdist)
