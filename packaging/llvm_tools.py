"""The tools of LLVM that read what rustc has a program write: those of the LLVM that is in it."""

import re
import shutil
import subprocess
from pathlib import Path


def find_tool(name: str, versions: str, sysroot: Path) -> str | None:
    """The path of a tool, such as `llvm-profdata`; `None` where there is none of this version.

    Args:
        name: of the tool, without the number that distributions add.
        versions: what `rustc -vV` prints.
        sysroot: what `rustc --print sysroot` prints. The component `llvm-tools` of rustup is there.
    """
    told = dict(line.split(": ", 1) for line in versions.splitlines() if ": " in line)
    major = told["LLVM version"].split(".")[0]
    component = sysroot / "lib/rustlib" / told["host"] / "bin" / name
    for candidate in (str(component), f"{name}-{major}", name):
        found = shutil.which(candidate)
        if found and re.search(rf"LLVM version {major}\.", _version(found)):
            return found
    return None


def _version(tool: str) -> str:
    """What it prints of itself; nothing of one that fails, as those of LLVM 14 do when asked."""
    done = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""
