"""What ran the measurement."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from harness.contenders import BENCHES


def machine_name() -> str:
    """The name of a machine in result files: its system, processor family and processors."""
    return f"{platform.system()}-{platform.machine()}-{os.cpu_count()}cpu".lower()


def describe_machine() -> dict[str, Any]:
    """System, processor, load, and the commit that is checked out."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "processors": os.cpu_count(),
        "load": [round(part, 2) for part in os.getloadavg()],
        "commit": _git("rev-parse", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--", "../python", "../rust", ".")),
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor()


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=BENCHES, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
