"""One contender: reads commands from standard input, one JSON array a line, and answers them.

Started by `run.py` with the interpreter of the contender's environment, the contender its argument.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.metadata
import itertools
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

import uvloop

from cases import CASES, SERVICE_CASES, SHAPE_CASES, SLOW_CASES, startup
from harness.answers import Answer
from harness.applications import OTHER, build, framework
from harness.case import ASGIApp, Contender, Request, Row
from harness.contenders import INSTALLED, OPTIONAL, SHARED, environment_of
from harness.driver import answer, drive, empty, start
from harness.ledger import Ledger
from harness.servers import Parser, command, server
from scenarios import SCENARIOS

LOGGED = 3
"""Messages of a server that are shown: under load, the same error comes from every client."""


def resident() -> int | None:
    """Resident bytes of this process; `None` where there is no `/proc`."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return None
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak() -> int | None:
    """The most resident bytes of this process since `forget_peak`; `None` where it cannot tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    for line in status.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def forget_peak() -> None:
    """Lets `peak` begin with what is resident now (proc(5): the 5 of clear_refs)."""
    references = Path("/proc/self/clear_refs")
    if references.exists():
        references.write_text("5")


def import_from(package: str) -> None:
    """Lets `import ferroapi` find what is in a directory, where nothing else is looked for."""
    if "ferroapi" in sys.modules:
        return
    spec = PathFinder.find_spec("ferroapi", [package])
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["ferroapi"] = module_from_spec(spec)
    spec.loader.exec_module(module)


def _over(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before


def _first(count: int) -> Callable[[logging.LogRecord], bool]:
    """A filter that lets so many records pass."""
    numbers = itertools.count()
    return lambda record: next(numbers) < count


class Commands:
    """The commands by name."""

    def __init__(self, contender: Contender, runner: asyncio.Runner) -> None:
        self._contender = contender
        self._runner = runner
        self._lifespans: list[asyncio.Task[None]] = []
        self._apps: dict[str, ASGIApp] = {}
        self._rows: dict[str, Row] = {}
        self.serving: Callable[[], None] | None = None

    def describe(self) -> dict[str, Any]:
        """The versions, and where our extension is."""
        environment = environment_of(self._contender)
        frameworks = (INSTALLED | OPTIONAL).get(environment or "", ())
        names = [name.partition("==")[0] for name in frameworks]
        description: dict[str, Any] = {
            "python": sys.version.split()[0],
            "versions": {name: importlib.metadata.version(name) for name in (*SHARED, *names)},
        }
        if self._contender == "ferroapi":
            core = importlib.import_module("ferroapi._core")
            description["versions"]["ferroapi"] = core.__version__
            description["extension"] = core.__file__
            # `--package` may be of a version that does not say it.
            description["profile_guided"] = getattr(core, "__profile_guided__", False)
        return description

    def load(self, case: str, *, lifespan: bool) -> None:
        """Builds the applications of what is measured together; starts those that have to be."""
        for part in (CASES | SHAPE_CASES | SLOW_CASES | SERVICE_CASES)[case]:
            if not part.has(self._contender):
                continue
            app = build(self._contender, part)
            if lifespan and environment_of(self._contender) == "peers":
                self._lifespans.append(self._runner.run(start(app)))
            for row in part.rows:
                self._apps[row.name] = app
                self._rows[row.name] = row
        # Large applications would make every collection before a round a long one.
        gc.collect()
        gc.freeze()

    def answer(self, row: str) -> dict[str, Any]:
        """Answers the request of a row once."""
        messages = self._runner.run(answer(self._apps[row], self._rows[row].request))
        given = asdict(Answer.of(messages))
        given["body"] = given["body"].decode("latin-1")
        return given

    def time(self, row: str, times: int, *, nothing: bool) -> tuple[float, float]:
        """What `drive` gives for the request of a row, `nothing`: to an empty application."""
        app = empty if nothing else self._apps[row]
        gc.collect()
        return self._runner.run(drive(app, self._rows[row].request, times))

    def resident(self) -> int | None:
        """What `resident` gives, after a collection."""
        gc.collect()
        return resident()

    def start_up(self) -> dict[str, float | None]:
        """Seconds and bytes of the stages of start-up."""
        models = startup.models()
        module = None
        if self._contender in OTHER:
            module = framework(self._contender)
        gc.collect()
        before = resident()
        forget_peak()
        started = perf_counter()
        app: Any = startup.starlette(models) if module is None else startup.app(module, models)
        declare = perf_counter() - started
        first = self._seconds(app, startup.REQUESTS[-1:])
        figures: dict[str, float | None] = {"declare": declare, "first": first}
        figures["memory"] = _over(resident(), before)
        if module is not None:
            started = perf_counter()
            paths = len(app.openapi()["paths"])
            openapi = perf_counter() - started
            assert paths == len(startup.REQUESTS)
            figures["openapi"] = openapi
            figures["total"] = declare + first + openapi
            figures["peak"] = _over(peak(), before)
        figures["each"] = self._seconds(app, startup.REQUESTS)
        figures["memory_end"] = _over(resident(), before)
        return figures

    def _seconds(self, app: ASGIApp, requests: list[Request]) -> float:
        seconds = 0.0
        for request in requests:
            started = perf_counter()
            messages = self._runner.run(answer(app, request))
            seconds += perf_counter() - started
            given = Answer.of(messages)
            assert given.status == 200
            assert json.loads(given.body) == startup.ANSWER
        return seconds

    def load_scenario(self, name: str, *, collect: bool) -> None:
        """Builds the application of a scenario; `collect`: whether garbage is collected."""
        ledger = Ledger()
        self._apps[name] = ledger.observed(build(self._contender, SCENARIOS[name], ledger))
        logging.getLogger("uvicorn.error").addFilter(_first(LOGGED))
        if not collect:
            gc.disable()

    def pin(self, processor: int) -> None:
        """Lets this process, and what it starts from now on, run on one processor only."""
        os.sched_setaffinity(0, {processor})

    def serve(self, http: Parser = "httptools", package: str | None = None) -> int:
        """Makes a server of the only application; answers its port. `main` then runs it.

        `package`: the directory of the ferroapi that `http` is from.
        """
        if package is not None:
            import_from(package)
        app, *same = self._apps.values()
        assert all(other is app for other in same)
        port, self.serving = server(self._contender, app, http)
        return port

    def serve_command(self) -> int:
        """The same by the command `ferroapi run`, of the small service."""
        port, self.serving = command()
        return port


def main(contender: Contender, replies: TextIO) -> None:
    """Answers commands until there are no more."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        commands = Commands(contender, runner)
        for line in sys.stdin:
            name, arguments = json.loads(line)
            try:
                reply = {"result": getattr(commands, name)(**arguments)}
            except Exception:
                reply = {"error": traceback.format_exc()}
            print(json.dumps(reply), file=replies, flush=True)
            if commands.serving is not None:
                break
    if commands.serving is not None:
        commands.serving()


if __name__ == "__main__":
    # What the contender prints goes to standard error.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    logging.disable(logging.INFO)
    main(sys.argv[1], replies)  # type: ignore[arg-type]  # run.py starts it
