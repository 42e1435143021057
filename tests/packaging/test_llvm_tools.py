"""A tool of LLVM is taken where it has the version of the LLVM that is in rustc."""

import sys
from pathlib import Path

import pytest
from llvm_tools import find_tool

RUSTC = "rustc 1.95.0 (59807616e 2026-04-14)\nhost: here\nrelease: 1.95.0\nLLVM version: 22.1.2\n"
COMPONENT = "lib/rustlib/here/bin/llvm-profdata"
FAILS = "22.1.3"  # of a program that prints it and fails

# name: what is there and the version it prints, which is taken
TOOLS: dict[str, tuple[dict[str, str], str | None]] = {
    "none": ({}, None),
    "another tool": ({"bin/llvm-cov": "22.1.2"}, None),
    "of rustup": ({COMPONENT: "22.1.2"}, COMPONENT),
    "of rustup before others": (
        {COMPONENT: "22.1.2", "bin/llvm-profdata-22": "22.1.0", "bin/llvm-profdata": "22.1.0"},
        COMPONENT,
    ),
    "of another target": ({"lib/rustlib/there/bin/llvm-profdata": "22.1.2"}, None),
    "of a distribution, before one without a number": (
        {"bin/llvm-profdata-22": "22.1.0", "bin/llvm-profdata": "14.0.6"},
        "bin/llvm-profdata-22",
    ),
    "without a number": ({"bin/llvm-profdata": "22.1.0"}, "bin/llvm-profdata"),
    "of an older version": (
        {"bin/llvm-profdata": "14.0.6", "bin/llvm-profdata-14": "14.0.6"},
        None,
    ),
    "of a version that has the number in it": ({"bin/llvm-profdata": "2.22.1"}, None),
    "of a version that begins with the number": ({"bin/llvm-profdata": "221.0.0"}, None),
    "whose name lies": ({"bin/llvm-profdata-22": "21.1.0"}, None),
    "that fails, before one that does not": (
        {"bin/llvm-profdata-22": FAILS, "bin/llvm-profdata": "22.1.0"},
        "bin/llvm-profdata",
    ),
}


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are scripts of a shell")
@pytest.mark.parametrize(("there", "taken"), TOOLS.values(), ids=TOOLS)
def test_a_tool_is_that_of_the_compiler(
    there: dict[str, str], taken: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, version in there.items():
        program = tmp_path / path
        program.parent.mkdir(parents=True, exist_ok=True)
        status = 1 if version == FAILS else 0
        program.write_text(f"#!/bin/sh\necho 'Debian LLVM version {version}'\nexit {status}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    found = find_tool("llvm-profdata", RUSTC, tmp_path)
    assert found == (taken and str(tmp_path / taken))
