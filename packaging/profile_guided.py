"""Trains the optimization of the extension, and prints what rustc is then told.

Builds the extension so that it counts what runs, has `training_load.py` ask it in an environment of
its own, and merges the counts into a profile. What is printed is for CARGO_ENCODED_RUSTFLAGS of any
later build, for whichever interpreter, of the same sources and target, which has to be named, and
with `--zig` where it was given here:

    flags=$(python packaging/profile_guided.py)
    CARGO_ENCODED_RUSTFLAGS=$flags maturin build --release --target $(rustc --print host-tuple)

`maturin build --pgo` would train anew for each interpreter, keep no profile for other builds, and
take any `llvm-profdata`, also one that cannot read what this rustc writes.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from llvm_tools import find_tool

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "target/profile-guided"
PROFILE = FOLDER / "merged.profdata"
ENVIRONMENT = FOLDER / "environment"
ZIG = {
    "CARGO_TARGET_APPLIES_TO_HOST": "false",
    "CARGO_UNSTABLE_TARGET_APPLIES_TO_HOST": "true",
    "__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS": "nightly",
}
"""What `maturin build --zig` has cargo know, on which the names of functions depend, and so whether
a profile is found. zig itself cannot link what counts: it takes `-u __llvm_profile_runtime` for a
file."""

MISSING = (
    "There is no llvm-profdata that fits rustc, which profile-guided optimization needs: "
    "run `rustup component add llvm-tools`, or install LLVM {version}."
)


def _output(*command: str | Path) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def _run(*command: str | Path, **variables: str) -> None:
    # Standard output is for the flags.
    subprocess.run(command, cwd=ROOT, env=os.environ | variables, stdout=sys.stderr, check=True)


def build_counting(target: str, *, zig: bool) -> Path:
    """The wheel, for this interpreter, of an extension that counts what runs.

    `zig`: whether the later build is linked by it.
    """
    wheels = FOLDER / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    _run(
        *(sys.executable, "-m", "maturin", "build", "--release", "--locked", "--quiet"),
        *("--target", target, "--interpreter", sys.executable, "--out", wheels),
        *("--target-dir", FOLDER / "rust"),
        CARGO_ENCODED_RUSTFLAGS="-Cprofile-generate",
        **(ZIG if zig else {}),
    )
    (wheel,) = wheels.iterdir()
    return wheel


def train(wheel: Path) -> list[Path]:
    """The counts of the training load, from a fresh environment with a wheel."""
    counts = FOLDER / "counts"
    shutil.rmtree(counts, ignore_errors=True)
    _run(sys.executable, "-m", "venv", "--clear", ENVIRONMENT)
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    _run(python, "-m", "pip", "install", "--quiet", f"{wheel}[standard]")
    _run(
        *(python, ROOT / "packaging/training_load.py"),
        LLVM_PROFILE_FILE=str(counts / "%p.profraw"),
        PYTHONHASHSEED="0",
    )
    return [*counts.iterdir()]


def main() -> int:
    """The exit status: 2 where there is no `llvm-profdata` of rustc's LLVM."""
    parser = argparse.ArgumentParser(description="Train the optimization of the extension.")
    parser.add_argument("--target", help="what to build for; without it, what rustc runs on")
    parser.add_argument("--zig", action="store_true", help="for a build with maturin's --zig")
    parser.add_argument(
        "--if-possible",
        action="store_true",
        help="where there is no llvm-profdata that fits, print nothing and succeed",
    )
    options = parser.parse_args()
    versions = _output("rustc", "-vV")
    sysroot = Path(_output("rustc", "--print", "sysroot").strip())
    profdata = find_tool("llvm-profdata", versions, sysroot)
    if profdata is None:
        (version,) = re.findall(r"^LLVM version: (\d+)", versions, re.MULTILINE)
        print(MISSING.format(version=version), file=sys.stderr)
        return 0 if options.if_possible else 2
    target = options.target or _output("rustc", "--print", "host-tuple").strip()
    counts = train(build_counting(target, zig=options.zig))
    _run(profdata, "merge", "--output", PROFILE, *counts)
    print(f"-Cprofile-use={PROFILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
