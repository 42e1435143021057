"""What the server's processor works for a request: a small service on many servers, over sockets.

Every server has one worker. Where there are processors enough, it has one of them to itself and the
client another, so that the client's own work is no part of what is measured.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.machinery import PathFinder
from pathlib import Path
from statistics import median

from cases import CASES, SERVICE_CASES
from harness.answers import WrongAnswerError
from harness.case import Contender, Row
from harness.contenders import (
    OPTIONAL,
    EnvironmentMissingError,
    environment_of,
    installation,
    installed_package,
    make_environment,
)
from harness.load import BrokenAnswerError, Load, ask_once, load, wait_for
from harness.process import Worker, WorkerError
from harness.rounds import Effort
from harness.servers import OWN_PROTOCOL, Parser
from harness.sockets import checked

CONNECTIONS = 64

SUPPORTED = sys.platform == "linux"
"""Whether the processor time of another process can be read."""


@dataclass(frozen=True, slots=True)
class Setup:
    """An application and the server that it is on.

    Attributes:
        http: uvicorn's parser.
        case: the application, of `SERVICE_CASES`.
        command: whether `ferroapi run` serves it.
    """

    name: str
    title: str
    contender: Contender
    http: Parser = "httptools"
    case: str = "service"
    command: bool = False

    @property
    def optional(self) -> bool:
        """Whether a run goes on without it."""
        return environment_of(self.contender) not in (None, "fastapi")


ON_UVICORN = (
    Setup("bare", "bare ASGI", "floor"),
    Setup("starlette", "Starlette", "starlette"),
    Setup("fastapi", "FastAPI", "fastapi"),
    Setup("ferroapi", "ferroapi", "ferroapi"),
    Setup("behind", "ferroapi, middleware", "ferroapi", case="service_behind"),
)
SETUPS = (
    Setup("limit", "limit: a constant by uvloop", "limit"),
    *(replace(setup, title=f"{setup.title}, uvicorn") for setup in ON_UVICORN),
    *(
        replace(
            setup, name=f"{setup.name}_own", title=f"{setup.title}, our protocol", http=OWN_PROTOCOL
        )
        for setup in ON_UVICORN
    ),
    Setup("run", "ferroapi run, access log", "ferroapi", command=True),
    Setup("blacksheep", "BlackSheep, uvicorn", "blacksheep"),
    Setup("granian", "bare ASGI, Granian", "granian"),
    Setup("rsgi", "bare RSGI, Granian", "rsgi"),
    Setup("h2corn", "bare ASGI, h2corn", "h2corn"),
    Setup("bolt", "django-bolt", "bolt"),
    Setup("robyn", "Robyn", "robyn"),
)


STREAMS = {"jsonl": "jsonl", "event_streams": "sse"}
"""The cases, and of each the row, that are measured of ferroapi on both protocols only."""

STREAMING = ("ferroapi", "ferroapi_own")
"""The setups of that."""

SLACK = 64
ENDING = 16
"""Bytes by which the answers of a stream may differ in length, and the last ones of each."""


@dataclass(slots=True)
class ServiceRow:
    """Round by round, by the name of the setup."""

    row: Row
    worked: dict[str, list[float]] = field(default_factory=dict)
    """Seconds of processor time of the server, a request."""
    rates: dict[str, list[float]] = field(default_factory=dict)
    """Requests a second."""
    busy: dict[str, list[float]] = field(default_factory=dict)
    """What part of the time the client was."""
    requests: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    """The status of the answer to the row's wrong request; 0: there was no answer."""

    def seconds(self, name: str) -> float:
        """The median of the processor time."""
        return median(self.worked[name])

    def ratio(self, name: str, against: str) -> float:
        """How often the processor time of another: the median over the rounds."""
        return _ratio(self.worked, name, against)

    def rate(self, name: str, against: str) -> float:
        """How often the requests a second of another: the median over the rounds."""
        return _ratio(self.rates, name, against)

    def refuses(self, name: str) -> bool:
        """Whether the wrong request was refused, if the row has one and it was asked."""
        status = self.refusals.get(name)
        return status is None or 400 <= status < 500

    def forget(self, name: str) -> None:
        """Leaves a setup out."""
        for figures in (self.worked, self.rates, self.busy, self.requests, self.refusals):
            figures.pop(name, None)


def _ratio(rounds: Mapping[str, list[float]], name: str, against: str) -> float:
    pairs = zip(rounds[name], rounds[against], strict=True)
    return median(own / other for own, other in pairs)


@dataclass(slots=True)
class Service:
    """The figures of every row, and why some have none."""

    pinned: bool
    rows: list[ServiceRow] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    """Of the setups that were measured, in order, with a Python that is not ours."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of the packages that were measured."""
    absent: dict[str, str] = field(default_factory=dict)
    """The reason, by the title of the setup."""

    def leave_out(self, setup: Setup, reason: str) -> None:
        """Forgets what was measured of a setup."""
        self.absent[setup.title] = reason
        self.titles.pop(setup.name, None)
        for figures in self.rows:
            figures.forget(setup.name)


@dataclass(frozen=True, slots=True)
class _Serving:
    """A setup whose server has answered."""

    setup: Setup
    worker: Worker
    port: int
    answers: Mapping[str, tuple[int, bytes]]
    """Length and end of the answer of each row."""

    def load(self, row: Row, requests: int) -> Load:
        """What so many requests took."""
        length, tail = self.answers[row.name]
        slack = 0
        if row.name in STREAMS.values():
            tail, slack = tail[-ENDING:], SLACK
        return load(self.port, row.request, requests, length, tail, CONNECTIONS, slack)


def able(setups: Sequence[Setup], package: Path | None) -> list[Setup]:
    """Without those on our protocol, if there is none."""
    directory = (package or installed_package()) / "ferroapi"
    there = PathFinder.find_spec("ferroapi.server", [str(directory)]) is not None
    return [setup for setup in setups if there or setup.http != OWN_PROTOCOL]


def measure_service(
    effort: Effort, package: Path | None, setups: Sequence[Setup], *, install: bool
) -> Service:
    """The figures of the setups that can be started; `install`: what is missing is installed.

    Raises:
        WrongAnswerError: one that a run needs answers something else.
        BrokenAnswerError: one that a run needs does not answer.
        WorkerError: the process of one that a run needs failed.
    """
    with _apart() as processor:
        service = Service(pinned=processor is not None)
        there = able(setups, package)
        for setup in there if install else ():
            with _optional(setup, service):
                _install(setup)
        (case,) = SERVICE_CASES["service"]
        there = [setup for setup in there if setup.title not in service.absent]
        _measure_together(service, case.rows, there, effort, package, processor)
        streaming = [setup for setup in there if setup.name in STREAMING]
        for name, stream in STREAMS.items() if len(streaming) == len(STREAMING) else ():
            (case,) = CASES[name]
            rows = [row for row in case.rows if row.name == stream]
            same = [replace(setup, case=name) for setup in streaming]
            _measure_together(service, rows, same, effort, package, processor)
    return service


def _measure_together(
    service: Service,
    rows: Sequence[Row],
    setups: Sequence[Setup],
    effort: Effort,
    package: Path | None,
    processor: int | None,
) -> None:
    """Adds the figures of rows that the same servers answer."""
    added = [ServiceRow(row) for row in rows]
    service.rows += added
    with ExitStack() as stack:
        serving: list[_Serving] = []
        for setup in setups:
            with _optional(setup, service):
                serving.append(_start(setup, stack, rows, package, processor, service))
        for figures in added:
            _each(serving, service, partial(_begin, figures, effort))
            for _ in range(effort.rounds):
                _each(serving, service, partial(_measure, figures))
        _each(serving, service, lambda server: _answers(server.setup, server.port, rows))


@contextmanager
def _apart() -> Iterator[int | None]:
    """Keeps the client to one processor, and gives another for the servers, if there are two."""
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        yield None
        return
    first, *_, last = sorted(allowed)
    os.sched_setaffinity(0, {last})
    try:
        yield first
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def _optional(setup: Setup, service: Service) -> Iterator[None]:
    """Leaves out a setup that fails, and says why, if a run goes on without it."""
    try:
        yield
    except _FAILURES as error:
        if not setup.optional:
            error.add_note(f"{setup.title}, in the small service")
            raise
        reason = str(error).strip() or type(error).__name__
        service.leave_out(setup, reason.splitlines()[-1])


_FAILURES = (EnvironmentMissingError, WorkerError, BrokenAnswerError, WrongAnswerError, OSError)


def _each(serving: list[_Serving], service: Service, action: Callable[[_Serving], object]) -> None:
    """Does something with every server; those with which it fails are none any more."""
    for server in list(serving):
        with _optional(server.setup, service):
            action(server)
            continue
        serving.remove(server)


def _install(setup: Setup) -> None:
    environment = environment_of(setup.contender)
    if environment in OPTIONAL:
        make_environment(environment)


def _start(
    setup: Setup,
    stack: ExitStack,
    rows: Sequence[Row],
    package: Path | None,
    processor: int | None,
    service: Service,
) -> _Serving:
    installed = installation(setup.contender, package)
    if not installed.python.exists():
        raise EnvironmentMissingError("it is not installed")
    worker = stack.enter_context(Worker(setup.contender, installed))
    if processor is not None:
        worker.ask("pin", processor=processor)
    described = worker.ask("describe")
    service.versions |= described["versions"]
    if setup.command:
        port = worker.ask("serve_command")
    else:
        worker.ask("load", case=setup.case, lifespan=False)
        own = {"package": str(package or installed_package())} if setup.http == OWN_PROTOCOL else {}
        port = worker.ask("serve", http=setup.http, **own)
    wait_for(port)
    answers = _answers(setup, port, rows)
    python = described["python"]
    ours = python == platform.python_version()
    service.titles[setup.name] = setup.title if ours else f"{setup.title}, Python {python}"
    return _Serving(setup, worker, port, answers)


def _answers(setup: Setup, port: int, rows: Sequence[Row]) -> dict[str, tuple[int, bytes]]:
    return {row.name: checked(row, setup.title, port) for row in rows}


def _begin(figures: ServiceRow, effort: Effort, server: _Serving) -> None:
    """Asks what has to be refused, and finds out how many requests there are in a round."""
    name, row = server.setup.name, figures.row
    if row.wrong is not None and server.setup.contender != "limit":
        try:
            figures.refusals[name] = ask_once(server.port, row.wrong)[0].status
        except BrokenAnswerError:
            figures.refusals[name] = 0
    figures.requests[name] = effort.times(lambda requests: server.load(row, requests).seconds)
    figures.worked[name], figures.rates[name], figures.busy[name] = [], [], []


def _measure(figures: ServiceRow, server: _Serving) -> None:
    name = server.setup.name
    before = server.worker.worked()
    done = server.load(figures.row, figures.requests[name])
    after = server.worker.worked()
    if before is None or after is None:
        raise WorkerError("its processor time is not known")
    figures.worked[name].append((after - before) / done.requests)
    figures.rates[name].append(done.requests / done.seconds)
    figures.busy[name].append(done.busy)
