"""The licences that are shipped are those of the crates in the extension."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from third_party_licenses import (
    EXTENSION,
    FILE,
    ROOT,
    Crate,
    UnknownLicenseError,
    crate,
    crates,
    document,
)


@pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo knows the crates")
def test_the_file_is_what_the_crates_say() -> None:
    """Else: `python packaging/third_party_licenses.py`."""
    command = ["cargo", "metadata", "--locked", "--quiet", "--format-version", "1"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=120)
    assert FILE.read_text(encoding="utf-8") == document(crates(json.loads(done.stdout)))


def package(folder: Path, name: str, license_: str | None = "MIT", **more: Any) -> dict[str, Any]:
    """A package as `cargo metadata` tells it, with a licence of its own."""
    at = folder / name
    at.mkdir()
    at.joinpath("LICENSE").write_text(f"of {name}\n")
    return {
        "id": name,
        "name": name,
        "version": "1.0.0",
        "license": license_,
        "repository": None,
        "source": "registry",
        "manifest_path": str(at / "Cargo.toml"),
        "targets": [{"kind": ["lib"]}],
        **more,
    }


def test_what_is_only_needed_to_compile_is_left_out(tmp_path: Path) -> None:
    packages = [
        package(tmp_path, EXTENSION, source=None),
        package(tmp_path, "linked"),
        package(tmp_path, "inner"),
        package(tmp_path, "macro", targets=[{"kind": ["proc-macro"]}]),
        package(tmp_path, "build"),
        package(tmp_path, "dev"),
        package(tmp_path, "other"),
    ]
    needs = {
        EXTENSION: {"linked": None, "macro": None, "build": "build", "dev": "dev"},
        "linked": {"inner": None},
        "macro": {"other": None},
    }
    nodes = [
        {
            "id": each["id"],
            "deps": [
                {"pkg": name, "dep_kinds": [{"kind": kind}]}
                for name, kind in needs.get(each["id"], {}).items()
            ],
        }
        for each in packages
    ]
    found = crates({"packages": packages, "resolve": {"nodes": nodes}})
    assert [each.name for each in found] == ["inner", "linked"]


@pytest.mark.parametrize("license_", ["MIT", "MIT/Apache-2.0", "Apache-2.0 OR MIT"])
def test_a_licence_that_may_be_chosen(license_: str, tmp_path: Path) -> None:
    chosen = crate(package(tmp_path, "a", license_))
    assert chosen == Crate("a", "1.0.0", "", "of a")


@pytest.mark.parametrize("license_", ["GPL-3.0", "MIT AND GPL-3.0", "MIT-0", "", None])
def test_another_licence_is_an_error(license_: str | None, tmp_path: Path) -> None:
    with pytest.raises(UnknownLicenseError, match=r"a 1\.0\.0 is under"):
        crate(package(tmp_path, "a", license_))


def test_a_crate_without_a_text_is_an_error(tmp_path: Path) -> None:
    made = package(tmp_path, "a")
    tmp_path.joinpath("a", "LICENSE").unlink()
    with pytest.raises(UnknownLicenseError, match="no file"):
        crate(made)


def test_crates_with_the_same_text_share_it() -> None:
    same = [Crate("a", "1", "x", "same"), Crate("b", "2", "y", "same"), Crate("c", "3", "z", "own")]
    text = document(same)
    assert text.count("same") == 1
    assert "a 1 (x)\nb 2 (y)\n\nsame\n" in text
    assert "c 3 (z)\n\nown\n" in text
