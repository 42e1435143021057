"""Transcripts: what a terminal shows when the commands of an example are given to it.

Beside `docs/examples/bodies/items.py` there is `items.console`. A line that begins with `$ ` is a
command; what it printed follows. The pages show both files, and the commands speak to the `app` of
the example, if it has one, at port 8000.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.processes import process_group

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TRANSCRIPTS = sorted(EXAMPLES.rglob("*.console"))
PORT = "127.0.0.1:8000"
ENVIRONMENT = os.environ | {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "NO_COLOR": "1",
    "COLUMNS": "80",
}
# What no two runs have in common, and what stands there instead.
VARYING = [
    (re.compile(r"^date: .*$", re.MULTILINE), "date: Sun, 29 Nov 2026 12:00:00 GMT"),
    (re.compile(r"\bin \d+\.\d\ds\b"), "in 0.10s"),
]


# Written to no terminal, curl would tell its progress.
PROLOGUE = 'curl() { command curl --no-progress-meter "$@"; }\n'


@contextmanager
def _served(example: Path) -> Iterator[str]:
    """Serves the `app` of an example; gives address and port."""
    command = [sys.executable, "-m", "uvicorn", f"{example.stem}:app", "--port", "0"]
    command += ["--app-dir", str(example.parent), "--http", "ferroapi.server:HTTPProtocol"]
    output = example.with_suffix(".log")
    with (
        output.open("wb") as file,
        process_group(command, stdout=file, stderr=subprocess.STDOUT, env=ENVIRONMENT) as process,
    ):
        deadline = time.monotonic() + 30
        while not (found := re.search(r"running on http://(\S+)", output.read_text())):
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{example} is not served:\n{output.read_text()}")
            time.sleep(0.02)
        yield found[1]


def _run(command: str, folder: Path, address: str) -> str:
    """What a command prints in `folder`, with the address of the pages in place of `address`."""
    finished = subprocess.run(
        ["bash", "-c", PROLOGUE + command.replace(PORT, address)],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    printed = finished.stdout.decode().replace("\r\n", "\n").replace(address, PORT)
    for pattern, instead in VARYING:
        printed = pattern.sub(instead, printed)
    return printed if not printed or printed.endswith("\n") else printed + "\n"


def replay(transcript: Path) -> str:
    """The transcript as its commands make it now, in a copy of the folder of the example."""
    commands = [line for line in transcript.read_text().splitlines() if line.startswith("$ ")]
    with TemporaryDirectory() as parent, ExitStack() as stack:
        folder = Path(shutil.copytree(transcript.parent, Path(parent, transcript.parent.name)))
        address = PORT
        if any(PORT in command for command in commands):
            address = stack.enter_context(_served(folder / f"{transcript.stem}.py"))
        return "".join(f"{line}\n{_run(line[2:], folder, address)}" for line in commands)
