"""One contender: reads commands from standard input, one JSON array a line, and answers them.

Started by `run.py` with the interpreter of the contender's environment, the contender its argument.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.metadata
import importlib.util
import json
import os
import socket
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any, TextIO

import uvicorn
import uvloop

from cases import CASES, startup
from harness.answers import Answer
from harness.case import ASGIApp, Case, Contender, Request, Row
from harness.contenders import FASTAPI_VERSION, SHARED
from harness.driver import answer, drive, empty

OTHER = {"fastapi": "ferroapi", "ferroapi": "fastapi"}


def framework(contender: Contender) -> ModuleType:
    """FastAPI's module or ours, in an environment that does not have the other one."""
    other = OTHER[contender]
    if importlib.util.find_spec(other) is not None:
        raise RuntimeError(f"{other} is importable beside {contender}")
    importlib.import_module(f"{contender}.sse")
    module = importlib.import_module(contender)
    if contender == "fastapi" and module.__version__ != FASTAPI_VERSION:
        raise RuntimeError(f"FastAPI is {module.__version__}, not {FASTAPI_VERSION}")
    return module


def build(contender: Contender, case: Case) -> ASGIApp:
    """The contender's application of a case."""
    if contender == "floor":
        return case.floor()
    if contender == "starlette":
        return case.starlette()
    return case.app(framework(contender))


def resident() -> int | None:
    """Resident bytes of this process; `None` where there is no `/proc`."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return None
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Commands:
    """The commands by name."""

    def __init__(self, contender: Contender, runner: asyncio.Runner) -> None:
        self._contender = contender
        self._runner = runner
        self._app: ASGIApp = empty
        self._rows: dict[str, Row] = {}

    def describe(self) -> dict[str, Any]:
        """The versions, and where our extension is."""
        names = [*SHARED, *(["fastapi"] if self._contender == "fastapi" else [])]
        description: dict[str, Any] = {
            "python": sys.version.split()[0],
            "versions": {name: importlib.metadata.version(name) for name in names},
        }
        if self._contender == "ferroapi":
            core = importlib.import_module("ferroapi._core")
            description["versions"]["ferroapi"] = core.__version__
            description["extension"] = core.__file__
        return description

    def load(self, case: str) -> None:
        """Builds the application of a case."""
        self._app = build(self._contender, CASES[case])
        self._rows = {row.name: row for row in CASES[case].rows}

    def answer(self, row: str) -> dict[str, Any]:
        """Answers the request of a row once."""
        messages = self._runner.run(answer(self._app, self._rows[row].request))
        given = asdict(Answer.of(messages))
        given["body"] = given["body"].decode("latin-1")
        return given

    def time(self, row: str, times: int, *, nothing: bool) -> tuple[float, float]:
        """What `drive` gives for the request of a row, `nothing`: to an empty application."""
        app = empty if nothing else self._app
        gc.collect()
        return self._runner.run(drive(app, self._rows[row].request, times))

    def start_up(self) -> dict[str, float | int | None]:
        """Seconds and bytes of the stages of start-up."""
        models = startup.models()
        module = None
        if self._contender in OTHER:
            module = framework(self._contender)
        gc.collect()
        before = resident()
        figures: dict[str, float | int | None] = {}
        started = perf_counter()
        app: Any = startup.starlette(models) if module is None else startup.app(module, models)
        figures["declare"] = perf_counter() - started
        figures["first"] = self._seconds(app, startup.REQUESTS[-1:])
        figures["memory"] = None if before is None else (resident() or 0) - before
        if module is not None:
            started = perf_counter()
            paths = len(app.openapi()["paths"])
            figures["openapi"] = perf_counter() - started
            assert paths == len(startup.REQUESTS)
        figures["each"] = self._seconds(app, startup.REQUESTS)
        figures["memory_end"] = None if before is None else (resident() or 0) - before
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

    def serve(self) -> int:
        """Serves the application until standard input ends; answers the port."""
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            self._app,
            loop="uvloop",
            http="httptools",
            lifespan="off",
            access_log=False,
            log_level="warning",
        )
        server = uvicorn.Server(config)

        async def run() -> None:
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop)
            await server.serve(sockets=[listening])

        def stop() -> None:
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            server.should_exit = True

        self.serving = run()
        return int(listening.getsockname()[1])


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
            if name == "serve":
                runner.run(commands.serving)
                return


if __name__ == "__main__":
    # What the contender prints goes to standard error.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    main(sys.argv[1], replies)  # type: ignore[arg-type]  # run.py starts it
