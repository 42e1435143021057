"""Applications in the processes of servers, for those who are clients."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.processes import process_group

from harness.contenders import BENCHES
from harness.findings import Subject
from harness.load import wait_for
from harness.servers import free_port
from harness.serving import LEFT, Served


@contextmanager
def serving(target: str, subject: Subject, *, collect: bool = True) -> Iterator[Served]:
    """A process with an application, by its import string, which has to answer `/state`.

    `collect`: whether it collects garbage.
    """
    port = free_port()
    arguments = [target, subject.http, str(port), "collect" if collect else "keep"]
    with process_group(
        [sys.executable, BENCHES / "verified.py", *arguments],
        env=os.environ | {"PYTHONPATH": str(BENCHES.parent)},
        cwd=BENCHES.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ):
        wait_for(port)
        served = Served(subject, port)
        served.begin()
        yield served


def left(served: Served, seconds: float) -> int:
    """How many tasks, descriptors, generators and busy threads are left after so many seconds."""
    state = served.settle(seconds)
    return sum(max(state[name] - served.before[name], 0) for name in LEFT)
