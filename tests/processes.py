"""Processes that tests start, and whatever these start in turn: none of them outlives its test."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


@contextmanager
def process_group(
    arguments: Sequence[str | Path], *, patience: float = 5, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a command in a process group of its own, and ends the group when the block is left.

    Args:
        arguments: the command and what it is given.
        patience: seconds that the command has to end after SIGTERM, before the group is killed.
        options: keywords of `subprocess.Popen`.
    """
    process = subprocess.Popen(arguments, start_new_session=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
        # The group is there for as long as anything in it is, also without its leader.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
