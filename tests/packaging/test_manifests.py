"""What the manifests of the crates promise, and what their sources do without."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ferroapi import _core

ROOT = Path(__file__).parents[2]
WORKSPACE: dict[str, Any] = tomllib.loads(ROOT.joinpath("Cargo.toml").read_text())
LOCKED = {
    package["name"]: tuple(map(int, re.findall(r"\d+", package["version"])[:3]))
    for package in tomllib.loads(ROOT.joinpath("Cargo.lock").read_text())["package"]
}
SOURCES = sorted(ROOT.glob("rust/*/src/**/*.rs"))


def test_a_panic_unwinds_and_an_overflow_is_one() -> None:
    """What ships: an abort would end the process, a sum that wraps around would be believed."""
    release = WORKSPACE["profile"]["release"]
    assert (release["panic"], release["overflow-checks"]) == ("unwind", True)


@pytest.mark.parametrize("crate", WORKSPACE["workspace"]["members"])
def test_every_crate_is_linted_for_panics(crate: str) -> None:
    manifest = tomllib.loads(ROOT.joinpath(crate, "Cargo.toml").read_text())
    assert manifest["lints"] == {"workspace": True}
    lints = WORKSPACE["workspace"]["lints"]["clippy"]
    assert {"unwrap_used", "expect_used", "indexing_slicing"} <= lints.keys()


# Makes instances as pydantic does, which is beyond what PyO3 wraps.
UNSAFE = ROOT / "rust/python/src/schema_decoder/instance.rs"


def test_unsafe_code_is_in_one_file_and_explained() -> None:
    found = [path for path in SOURCES if re.search(r"\bunsafe\b(?!_code\))", path.read_text())]
    assert found == [UNSAFE]
    source = UNSAFE.read_text()
    assert source.count("// SAFETY: ") >= len(re.findall(r"\bunsafe\s*\{", source)) > 0


# name: pattern
ABSENT = {
    "hashing without a random key": r"Fx|\bahash\b|BuildHasherDefault|with_hasher",
}


@pytest.mark.parametrize("pattern", ABSENT.values(), ids=ABSENT)
def test_no_source_has(pattern: str) -> None:
    assert [path for path in SOURCES if re.search(pattern, path.read_text())] == []
    assert SOURCES


def test_pyo3_has_no_known_unsoundness() -> None:
    """0.29 is the first version without those of the advisories up to RUSTSEC-2026-0177."""
    assert LOCKED["pyo3"] >= (0, 29)


@pytest.mark.parametrize("crate", ["actix-http", "actix-web", "bytes", "h2", "hyper", "orjson"])
def test_crates_of_other_advisories_are_not_used(crate: str) -> None:
    assert crate not in LOCKED


def test_the_extension_asks_for_the_gil() -> None:
    """Nobody has tried it on an interpreter without."""
    source = (ROOT / "rust/python/src/lib.rs").read_text()
    assert re.findall(r"#\[pymodule\((.*)\)\]", source) == ["gil_used = true"]


def test_no_build_panics_on_purpose() -> None:
    """The feature of `make verify PART=panics` has to be asked for, and nobody does."""
    manifest = tomllib.loads((ROOT / "rust/python/Cargo.toml").read_text())
    assert manifest["features"] == {"panics": []}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "features" not in project["tool"]["maturin"]
    assert not hasattr(_core, "panic_in")
