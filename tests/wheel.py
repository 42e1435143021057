"""The wheel of this checkout, for environments other than `.venv`."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]


def build_wheel(python: Path | str, directory: Path) -> Path:
    """Builds the wheel for an interpreter into a directory that it has for itself."""
    for old in directory.glob("*.whl"):
        old.unlink()
    maturin = Path(sys.executable).with_name("maturin")
    options = ["--release", "--locked", "--quiet", "--interpreter", str(python)]
    subprocess.run(
        [maturin, "build", *options, "--out", directory], cwd=CHECKOUT, timeout=1800, check=True
    )
    (wheel,) = directory.glob("*.whl")
    return wheel
