"""Servers of the examples, in processes of their own."""

import itertools
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


class Server:
    """A running process whose output goes to a file."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.process = process
        self.output = output

    def wait_for(self, pattern: str, seconds: float = 15) -> re.Match[str]:
        """The first match of `pattern` in the output, as soon as it is there."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended = self.process.poll() is not None
            if match := re.search(pattern, self.output.read_text()):
                return match
            if ended:
                break
            time.sleep(0.02)
        raise AssertionError(f"{pattern!r} is not in the output:\n{self.output.read_text()}")


Start = Callable[[Sequence[str]], Server]


@contextmanager
def running(arguments: Sequence[str], output: Path) -> Iterator[Server]:
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=EXAMPLES,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "TMPDIR": str(output.parent)},
        )
    try:
        yield Server(process, output)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts `python *arguments` among the examples; ends it after the tests of the module."""
    folder = tmp_path_factory.mktemp("servers")
    names = map("{}.log".format, itertools.count())
    with ExitStack() as stack:

        def start(arguments: Sequence[str]) -> Server:
            return stack.enter_context(running(arguments, folder / next(names)))

        yield start
