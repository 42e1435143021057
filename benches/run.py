"""Measures ferroapi beside FastAPI, Starlette and a hand-written ASGI application, in one run."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cases import CASES, SOCKET_CASES
from harness.answers import WrongAnswerError
from harness.case import CONTENDERS
from harness.contenders import (
    BENCHES,
    FASTAPI_PYTHON,
    build_of,
    installation,
    make_fastapi_environment,
)
from harness.load import BrokenAnswerError
from harness.machine import describe_machine, machine_name
from harness.plot import plot
from harness.process import Worker, WorkerError
from harness.report import goal_ratio, in_process_table, socket_table, startup_table
from harness.rounds import Effort, RowFigures, measure_case
from harness.sockets import SocketFigures, measure_sockets
from harness.startup import StartUp, measure_startup

FULL = Effort(rounds=15, seconds=0.15)
FULL_SOCKETS = Effort(rounds=15, seconds=0.4)
QUICK = Effort(rounds=1, seconds=0.001)
STARTS = 5

SOCKETS = "sockets"
STARTUP = "startup"


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--case",
        action="append",
        choices=[*CASES, SOCKETS, STARTUP],
        help="measure this only; may be given several times",
    )
    parser.add_argument(
        "--quick", action="store_true", help="a few requests of each, and no result files"
    )
    parser.add_argument(
        "--results",
        type=Path,
        metavar="DIRECTORY",
        help="write the result files here; without it, a full run writes them to benches/results",
    )
    parser.add_argument(
        "--package",
        type=Path,
        metavar="DIRECTORY",
        help="measure the ferroapi in this directory, not the installed one",
    )
    parser.add_argument(
        "--machine", default=machine_name(), help="name of the machine in the result files"
    )
    return parser.parse_args(arguments)


def describe_contenders(package: Path | None) -> dict[str, Any]:
    """Versions of what is measured, and how our extension was built."""
    descriptions: dict[str, Any] = {}
    for contender in CONTENDERS:
        with Worker(contender, installation(contender, package)) as worker:
            descriptions[contender] = worker.ask("describe")
    extension = descriptions["ferroapi"].pop("extension")
    descriptions["ferroapi"]["build"] = build_of(Path(extension))
    return descriptions


def measure(options: argparse.Namespace) -> int:
    """Measures, prints, writes. Returns the exit code."""
    chosen = options.case or [*CASES, SOCKETS, STARTUP]
    machine = describe_machine()
    contenders = describe_contenders(options.package)
    build = contenders["ferroapi"]["build"]
    print(heading(machine, contenders), flush=True)
    if options.quick:
        print("A quick run: that everybody answers is all it says. Its figures mean nothing.")
    rows: list[RowFigures] = []
    for name in CASES:
        if name in chosen:
            progress(name)
            rows += measure_case(name, QUICK if options.quick else FULL, options.package)
    if rows:
        print(f"\n{in_process_table(rows)}", flush=True)
    sockets: list[SocketFigures] = []
    if SOCKETS in chosen:
        for name in SOCKET_CASES:
            progress(f"{name} over a socket")
            effort = QUICK if options.quick else FULL_SOCKETS
            sockets.append(measure_sockets(name, effort, options.package))
        print(f"\n{socket_table(sockets)}", flush=True)
    startup: StartUp | None = None
    if STARTUP in chosen:
        progress("start-up")
        startup = measure_startup(1 if options.quick else STARTS, options.package)
        print(f"\n{startup_table(startup)}", flush=True)
    if options.quick or (options.case and options.results is None):
        return 0
    if build != "release":
        print(f"\nThe extension is a {build} build, not a release: no results are written.")
        return 0
    now = datetime.now(UTC)
    directory = options.results or BENCHES / "results"
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{now:%Y-%m-%d}-{options.machine}.json"
    machine["load_after"] = describe_machine()["load"]
    report = document(now, machine, contenders, rows, sockets, startup)
    path.write_text(json.dumps(report, indent=1) + "\n")
    path.with_suffix(".svg").write_text(plot(rows, sockets, startup, f"{now:%Y-%m-%d}"))
    print(f"\nWritten to {path} and {path.with_suffix('.svg').name}.")
    return 0


def progress(what: str) -> None:
    """Says what is measured now, apart from the tables."""
    print(f"measuring {what}", file=sys.stderr, flush=True)


def heading(machine: dict[str, Any], contenders: dict[str, Any]) -> str:
    """What was measured, where."""
    ours, theirs = contenders["ferroapi"], contenders["fastapi"]
    return (
        f"ferroapi {ours['versions']['ferroapi']} ({ours['build']} build), "
        f"FastAPI {theirs['versions']['fastapi']}, Starlette {ours['versions']['starlette']}, "
        f"pydantic {ours['versions']['pydantic']}, Python {ours['python']}\n"
        f"{machine['processor']}, {machine['processors']} processors, "
        f"load {machine['load'][0]} at the start"
    )


def document(
    now: datetime,
    machine: dict[str, Any],
    contenders: dict[str, Any],
    rows: list[RowFigures],
    sockets: list[SocketFigures],
    startup: StartUp | None,
) -> dict[str, Any]:
    """Everything that was measured, every round of it."""
    by_row = {figures.row.name: figures for figures in rows}
    return {
        "date": now.isoformat(timespec="seconds"),
        "machine": machine,
        "contenders": contenders,
        "in_process": {
            figures.row.name: {
                "title": figures.row.title,
                "goal": None if figures.row.goal is None else str(figures.row.goal),
                "goal_ratio": goal_ratio(figures, by_row),
                "seconds": figures.rounds,
                "processor_seconds": figures.worked,
                "driver_seconds": figures.driver,
                "requests": figures.times,
                "sends": figures.sends,
            }
            for figures in rows
        },
        "sockets": {
            figures.row.name: {
                "title": figures.row.title,
                "requests_per_second": figures.rounds,
                "processor_seconds": figures.worked,
                "client_busy": figures.busy,
                "requests": figures.requests,
            }
            for figures in sockets
        },
        "startup": {} if startup is None else startup.rounds,
    }


def main() -> int:
    """The command."""
    options = parse()
    if options.quick and not FASTAPI_PYTHON.exists():
        print(f"{FASTAPI_PYTHON} is not there: a run without --quick makes it", file=sys.stderr)
        return 2
    try:
        if not options.quick:
            make_fastapi_environment()
        return measure(options)
    except (WrongAnswerError, BrokenAnswerError, WorkerError) as error:
        print("\n".join([str(error), *getattr(error, "__notes__", ())]), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
