"""What the training of the optimizer prints, and what it says where it cannot be done."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import profile_guided
import pytest

ROOT = Path(__file__).parents[2]
MISSING = (
    "There is no llvm-profdata that fits rustc, which profile-guided optimization needs: "
    "run `rustup component add llvm-tools`, or install LLVM 22.\n"
)

# name: arguments, exit status
WITHOUT_TOOL = {"it is needed": ([], 2), "if possible": (["--if-possible"], 0)}
# name: arguments, for what it is built
TARGETS = {
    "of rustc": ([], "here"),
    "chosen": (["--target", "there"], "there"),
    "by zig": (["--zig"], "here, by zig"),
    "if possible": (["--if-possible"], "here"),
}


# name: the flags of rustc as cargo hands them on, whether the optimizer has a profile
FLAGS = {
    "none": ("", False),
    "of the training": ("-Cprofile-generate", False),
    "of others": ("-Clink-arg=-s\x1f-Copt-level=3", False),
    "of a profile": ("-Cprofile-use=/merged.profdata", True),
    "of a profile and others": ("-Clink-arg=-s\x1f-C\x1fprofile-use=/merged.profdata", True),
}


@pytest.fixture(scope="module")
def build_script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build script of the extension, compiled."""
    if shutil.which("rustc") is None:
        pytest.skip("there is no rustc, which cargo runs build scripts with")
    program = tmp_path_factory.mktemp("build") / "build-script"
    source = ROOT / "rust/python/build.rs"
    subprocess.run(["rustc", "--edition=2024", source, "-o", program], timeout=120, check=True)
    return program


@pytest.mark.parametrize(("flags", "told"), FLAGS.values(), ids=FLAGS)
def test_the_extension_knows_whether_it_is_built_with_a_profile(
    flags: str, told: bool, build_script: Path
) -> None:
    done = subprocess.run(
        [build_script],
        env={"CARGO_ENCODED_RUSTFLAGS": flags},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ("cargo::rustc-cfg=profile_guided" in done.stdout.splitlines()) == told


@pytest.fixture(autouse=True)
def _rustc(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = {"-vV": "host: here\nLLVM version: 22.1.2\n", "sysroot": "/sysroot\n"}
    monkeypatch.setattr(
        profile_guided, "_output", lambda *command: printed.get(command[-1], "here\n")
    )


@pytest.mark.parametrize(("arguments", "status"), WITHOUT_TOOL.values(), ids=WITHOUT_TOOL)
def test_without_the_tool_it_says_what_to_install(
    arguments: list[str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["profile_guided.py", *arguments])
    monkeypatch.setattr(profile_guided, "find_tool", lambda *given: None)
    assert profile_guided.main() == status
    assert capsys.readouterr() == ("", MISSING)


@pytest.mark.parametrize(("arguments", "target"), TARGETS.values(), ids=TARGETS)
def test_with_it_the_flag_of_rustc_is_printed(
    arguments: list[str],
    target: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran: list[tuple[object, ...]] = []
    monkeypatch.setattr(sys, "argv", ["profile_guided.py", *arguments])
    monkeypatch.setattr(profile_guided, "find_tool", lambda *given: "profdata-22")
    monkeypatch.setattr(
        profile_guided,
        "build_counting",
        lambda target, *, zig: Path(f"{target}, by zig" if zig else target),
    )
    monkeypatch.setattr(profile_guided, "train", lambda wheel: [wheel / "1", wheel / "2"])
    monkeypatch.setattr(profile_guided, "_run", lambda *command: ran.append(command))
    assert profile_guided.main() == 0
    profile = profile_guided.PROFILE
    assert capsys.readouterr() == (f"-Cprofile-use={profile}\n", "")
    counts = [Path(target, "1"), Path(target, "2")]
    assert ran == [("profdata-22", "merge", "--output", profile, *counts)]


@pytest.mark.skipif(find_spec("ziglang") is None, reason="zig is not installed: make wheel does it")
def test_names_of_functions_are_those_that_zig_has(tmp_path: Path) -> None:
    """Of a cargo that builds nothing, maturin says what it was told."""
    program = tmp_path / "cargo"
    there = shutil.which("cargo")
    program.write_text(f'#!/bin/sh\nif [ "$1" = rustc ]; then exit 1; fi\nexec {there} "$@"\n')
    program.chmod(0o755)
    path = [str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "maturin", "build", "--release", "--locked", "--zig"),
            *("--target", "x86_64-unknown-linux-gnu", "--interpreter", sys.executable),
        ],
        cwd=ROOT,
        env=os.environ | {"PATH": os.pathsep.join(path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert [
        name for name, value in profile_guided.ZIG.items() if f'{name}="{value}"' not in done.stderr
    ] == []
