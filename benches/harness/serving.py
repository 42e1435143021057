"""The processes that are put under load, and what they say of themselves."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

import uvloop

from harness.case import LOOPBACK, Request
from harness.contenders import environment_of, installation, interpreter
from harness.findings import Findings, Subject
from harness.load import ask_once, wait_for
from harness.process import Worker

Client = TypeVar("Client", bound=asyncio.Protocol)

PATIENCE = 20.0
"""Seconds until something that has to happen has not happened."""

SETTLED = 0.5
"""Seconds after which clients that were answered have all that they will have."""

BATCH = 100
"""Clients that connect at the same time."""

LEFT = ("generators", "tasks", "descriptors", "busy_threads")
"""What clients must not leave behind."""

LIMITER = 40
"""Worker threads that anyio keeps for the next who needs one."""


async def until(condition: Callable[[], bool], seconds: float = 1.0) -> None:
    """Returns when the condition holds, or after so many seconds."""
    ends = monotonic() + seconds
    while not condition() and monotonic() < ends:  # noqa: ASYNC110 - clients only count
        await asyncio.sleep(0.02)


class Served:
    """One application in the process of its server."""

    def __init__(self, subject: Subject, port: int) -> None:
        self.subject = subject
        self.port = port
        self.before = self.state()

    def ask(self, path: str) -> bytes:
        """The body of an answer that is no stream."""
        answer, _, _ = ask_once(self.port, Request(path))
        if answer.status != 200:
            raise RuntimeError(f"{self.subject.name} answered {answer.status} to {path}")
        return answer.body

    def state(self) -> dict[str, Any]:
        """What its ledger tells."""
        state: dict[str, Any] = json.loads(self.ask("/state"))
        state["generators"] = state["opened"] - state["closed"]
        return state

    def resident(self) -> int:
        """Resident bytes of the process that answers."""
        pages = Path(f"/proc/{self.before['process']}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def worked(self) -> float:
        """Seconds that processors have worked for that process (the kernel's sched-stats)."""
        threads = Path(f"/proc/{self.before['process']}/task")
        nanoseconds = 0
        for statistics in threads.glob("*/schedstat"):
            with suppress(ProcessLookupError, FileNotFoundError):  # the thread has ended
                nanoseconds += int(statistics.read_text().split()[0])
        return nanoseconds / 1e9

    def begin(self) -> None:
        """Remembers the state before the load, when what was used to warm up is gone."""
        self.settle(5.0, ("generators", "tasks"))  # some descriptors are opened once
        sleep(0.1)  # until the connections that asked before are closed
        self.before = self.state()

    def settle(self, seconds: float, kept: Iterable[str] = LEFT) -> dict[str, Any]:
        """The state once there is no more of it than before, or after so many seconds."""
        ends = monotonic() + seconds
        while True:
            state = self.state()
            if all(state[name] <= self.before[name] for name in kept) or monotonic() > ends:
                return state
            sleep(0.05)

    async def connect(
        self,
        protocol: Callable[[], Client],
        count: int,
        answered: Callable[[Client], Awaitable[object]],
    ) -> list[Client]:
        """So many clients, each of them answered."""
        loop = asyncio.get_running_loop()
        clients: list[Client] = []
        while len(clients) < count:
            connections = await asyncio.gather(
                *(
                    loop.create_connection(protocol, LOOPBACK, self.port)
                    for _ in range(min(BATCH, count - len(clients)))
                )
            )
            batch = [client for _, client in connections]
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*map(answered, batch))
            clients += batch
        return clients

    def leavings(self, findings: Findings, seconds: float, idle: int = LIMITER) -> None:
        """Adds what is left so many seconds after the last client has gone.

        So many idle threads may be left: as many as worked at the same time. anyio ends them when
        they were idle for ten seconds, and another one is used.
        """
        state, subject = self.settle(seconds), self.subject
        for name in LEFT:
            left = max(state[name] - self.before[name], 0)
            findings.count(subject, f"left: {name.replace('_', ' ')}", left)
        added = state["threads"] - self.before["threads"]
        findings.count(subject, "threads over the idle ones of anyio", max(added - idle, 0))
        findings.count(subject, "ended by an exception", state["failed"] - self.before["failed"])
        findings.count(subject, "finalised in another task", state["elsewhere"])
        findings.count(subject, "finalised in another context", state["out_of_context"])


@dataclass(frozen=True, slots=True)
class Soak:
    """How scenarios are run: `quick`, a small version of each; `package`, the ferroapi to load."""

    quick: bool
    package: Path | None

    def sized(self, full: int, quick: int) -> int:
        """A number of the load."""
        return quick if self.quick else full

    def able(self, subjects: Iterable[Subject]) -> list[Subject]:
        """All of them, but when it has to be quick: ferroapi behind what is installed."""
        if not self.quick:
            return list(subjects)
        return [
            subject
            for subject in subjects
            if subject.ours
            and (
                (environment := environment_of(subject.contender)) is None
                or interpreter(environment).exists()
            )
        ]

    def run(self, load: Coroutine[Any, Any, None]) -> None:
        """Runs the clients of a load."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(load)

    @contextmanager
    def serving(
        self, scenario: str, subjects: Iterable[Subject], *, collect: bool = True
    ) -> Iterator[list[Served]]:
        """A process of each subject that is able, with the application of a scenario.

        `collect`: whether it collects garbage.
        """
        with ExitStack() as stack:
            workers = {
                subject: stack.enter_context(
                    Worker(subject.contender, installation(subject.contender, self.package))
                )
                for subject in self.able(subjects)
            }
            served = []
            for subject, worker in workers.items():
                worker.ask("load_scenario", name=scenario, collect=collect)
                port = worker.ask("serve", http=subject.http)
                wait_for(port)
                served.append(Served(subject, port))
            yield served
