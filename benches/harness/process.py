"""A contender in its own process, asked over a pipe."""

from __future__ import annotations

import json
import select
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from harness.answers import Answer
from harness.case import Contender
from harness.contenders import BENCHES, Installation, installation

PATIENCE = 300.0
"""Seconds after which a process that does not answer is ended."""


SETTLED = 0.005
"""Seconds in which a server that has answered finds nothing to do any more: of a process that runs,
the system knows the time up to its last pause only."""


class WorkerError(Exception):
    """A contender's process ended, failed or did not answer."""


class Worker:
    """One process of `worker.py`, ended when the block is left."""

    def __init__(self, contender: Contender, installation: Installation) -> None:
        self.contender = contender
        self._process = subprocess.Popen(
            [installation.python, BENCHES / "worker.py", contender],
            env=installation.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the pipe, at which the process ends; kills it when it does not."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def ask(self, command: str, **arguments: Any) -> Any:
        """What a command of `worker.py` answers. Raises `WorkerError`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([command, arguments]), file=self._process.stdin, flush=True)
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        if not ready:
            self._process.kill()
            raise WorkerError(f"{self.contender}: no answer to {command} for {PATIENCE:g} s")
        line = self._process.stdout.readline()
        if not line:
            raise WorkerError(f"{self.contender} ended while it was asked to {command} {arguments}")
        reply = json.loads(line)
        if "error" in reply:
            raise WorkerError(f"{self.contender}: {command} {arguments}: {reply['error']}")
        return reply["result"]

    def worked(self) -> float | None:
        """Seconds of processor time, user and system, of the process and those that it started.

        `None` where there is no `/proc`.
        """
        time.sleep(SETTLED)
        seconds = 0.0
        processes = [self._process.pid]
        for process in processes:
            directory = Path(f"/proc/{process}")
            if not directory.exists():
                return None
            seconds += time.clock_gettime(_processor_clock(process))
            for children in directory.glob("task/*/children"):
                processes += map(int, children.read_text().split())
        return seconds

    def answer(self, row: str) -> Answer:
        """One answer to the request of a row."""
        answer = self.ask("answer", row=row)
        return Answer(
            status=answer["status"],
            headers=[(name, value) for name, value in answer["headers"]],
            body=answer["body"].encode("latin-1"),
            sends=answer["sends"],
        )


def _processor_clock(process: int) -> int:
    """The clock of the processor time of a process: what clock_getcpuclockid(3) gives on Linux.

    It counts nanoseconds, where `/proc/<process>/stat` counts hundredths of a second.
    """
    return (~process << 3) | 2


@contextmanager
def working(
    contenders: Iterable[Contender], package: Path | None
) -> Iterator[dict[Contender, Worker]]:
    """A process of each contender; `package` holds the `ferroapi` to measure, if not the installed.

    All of them are started before the first is asked anything.
    """
    with ExitStack() as stack:
        yield {
            contender: stack.enter_context(Worker(contender, installation(contender, package)))
            for contender in contenders
        }
