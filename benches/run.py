"""Measures ferroapi beside FastAPI, its peers and a hand-written ASGI application, in one run."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cases import CASES, SHAPE_CASES, SOCKET_CASES
from harness.answers import WrongAnswerError
from harness.case import CONTENDERS, OTHER_SERVERS, PEERS, SHAPED, Contender
from harness.contenders import (
    BENCHES,
    PUBLISHED,
    build_of,
    environment_of,
    interpreter,
    make_environment,
)
from harness.imports import measure_imports
from harness.latency import measure_latency
from harness.load import BrokenAnswerError
from harness.machine import describe_machine, machine_name
from harness.plot import plot, plot_shapes
from harness.process import WorkerError, working
from harness.report import (
    goals_table,
    imports_table,
    in_process_table,
    latency_table,
    service_table,
    shapes_table,
    socket_table,
    startup_table,
)
from harness.results import Results
from harness.rounds import Effort, measure_case
from harness.service import SETUPS, SUPPORTED, measure_service
from harness.sockets import measure_sockets
from harness.startup import measure_startup

FULL = Effort(rounds=11, seconds=0.12)
FULL_SOCKETS = Effort(rounds=11, seconds=0.3)
QUICK = Effort(rounds=1, seconds=0.001)
STARTS = 5
IMPORTS = 11

SOCKETS = "sockets"
SERVICE = "service"
LATENCY = "latency"
STARTUP = "startup"
IMPORT = "import"
PARTS = (*CASES, *SHAPE_CASES, SOCKETS, SERVICE, LATENCY, STARTUP, IMPORT)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--case",
        action="append",
        choices=PARTS,
        help="measure this only; may be given several times",
    )
    parser.add_argument(
        "--quick", action="store_true", help="a few requests of each, and no result files"
    )
    parser.add_argument(
        "--no-peers",
        action="store_true",
        help="FastAPI and Starlette only: half the time, and no environments of the others",
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


def describe_contenders(contenders: tuple[Contender, ...], package: Path | None) -> dict[str, Any]:
    """Versions of what is measured, and how our extension was built."""
    descriptions: dict[str, Any] = {}
    with working(contenders, package) as workers:
        for contender, worker in workers.items():
            descriptions[contender] = worker.ask("describe")
    ours = descriptions["ferroapi"]
    extension, profile_guided = Path(ours.pop("extension")), ours.pop("profile_guided")
    ours["build"] = build_of(extension, profile_guided=profile_guided)
    return descriptions


def measure(options: argparse.Namespace, contenders: tuple[Contender, ...]) -> int:
    """Measures, prints, writes. Returns the exit code."""
    chosen = options.case or PARTS
    machine = describe_machine()
    descriptions = describe_contenders(contenders, options.package)
    print(heading(machine, descriptions), flush=True)
    if options.quick:
        print("A quick run: that everybody answers is all it says. Its figures mean nothing.")
    results = measure_parts(options, chosen, contenders)
    if not options.quick:
        print(f"\n{goals_table(results.verdicts(), results.comparisons())}", flush=True)
    if options.quick or (options.case and options.results is None):
        return 0
    build = descriptions["ferroapi"]["build"]
    if build not in PUBLISHED:
        print(f"\nThe extension is a {build} build, not a release: no results are written.")
        return 0
    now = datetime.now(UTC)
    directory = options.results or BENCHES / "results"
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{now:%Y-%m-%d}-{options.machine}.json"
    machine["load_after"] = describe_machine()["load"]
    report = results.document(now, machine, descriptions)
    path.write_text(json.dumps(report, indent=1) + "\n")
    pictures = {path.with_suffix(".svg"): plot(results, f"{now:%Y-%m-%d}")}
    if results.shapes:
        pictures[path.with_name(f"{path.stem}-shapes.svg")] = plot_shapes(results.shapes)
    for file, picture in pictures.items():
        file.write_text(picture)
    print(f"\nWritten to {path}, {', '.join(file.name for file in pictures)}.")
    return 0


def measure_parts(
    options: argparse.Namespace, chosen: Sequence[str], contenders: tuple[Contender, ...]
) -> Results:
    """Measures what was chosen, and prints each table when it is complete."""
    results = Results()
    in_process = [contender for contender in contenders if contender in CONTENDERS]
    with ExitStack() as stack:
        if options.quick:  # that processes are alone with their case matters to figures only
            same = stack.enter_context(working(in_process, options.package))
        for name in CASES:
            if name not in chosen:
                continue
            progress(name)
            if options.quick:
                results.rows += measure_case(name, QUICK, same)
                continue
            with working(in_process, options.package) as workers:
                results.rows += measure_case(name, FULL, workers)
    if results.rows:
        print(f"\n{in_process_table(results.rows)}", flush=True)
    for name in SHAPE_CASES:
        if name not in chosen:
            continue
        progress("ordinary shapes")
        with working(SHAPED, options.package) as workers:
            results.shapes = measure_case(name, QUICK if options.quick else FULL, workers)
        print(f"\n{shapes_table(results.shapes)}", flush=True)
    if SOCKETS in chosen:
        for name in SOCKET_CASES:
            progress(f"{name} over a socket")
            effort = QUICK if options.quick else FULL_SOCKETS
            results.sockets.append(measure_sockets(name, effort, options.package, contenders))
        print(f"\n{socket_table(results.sockets)}", flush=True)
    if SERVICE in chosen and not SUPPORTED:
        print("\nThe small service is not measured: it needs Linux.", flush=True)
    elif SERVICE in chosen:
        progress("the small service")
        results.service = measure_service(
            QUICK if options.quick else FULL_SOCKETS,
            options.package,
            [setup for setup in SETUPS if not (options.no_peers and setup.optional)],
            install=not options.quick,
        )
        print(f"\n{service_table(results.service)}", flush=True)
    if LATENCY in chosen:
        progress("slow streams")
        results.latency = measure_latency(QUICK if options.quick else FULL_SOCKETS, options.package)
        print(f"\n{latency_table(results.latency)}", flush=True)
    if STARTUP in chosen:
        progress("start-up")
        results.startup = measure_startup(1 if options.quick else STARTS, options.package)
        print(f"\n{startup_table(results.startup)}", flush=True)
    if IMPORT in chosen:
        progress("imports")
        rounds = 1 if options.quick else IMPORTS
        results.imports = measure_imports(rounds, options.package, contenders)
        print(f"\n{imports_table(results.imports)}", flush=True)
    return results


def progress(what: str) -> None:
    """Says what is measured now, apart from the tables."""
    print(f"measuring {what}", file=sys.stderr, flush=True)


def heading(machine: dict[str, Any], descriptions: dict[str, Any]) -> str:
    """What was measured, where."""
    ours = descriptions["ferroapi"]
    versions: dict[str, str] = {}
    for description in descriptions.values():
        versions |= description["versions"] | versions
    shown = ("fastapi", "starlette", "litestar", "blacksheep", "falcon", "robyn", "granian")
    return (
        f"ferroapi {versions['ferroapi']} ({ours['build']} build), Python {ours['python']}, "
        f"pydantic {versions['pydantic']}, uvicorn {versions['uvicorn']}\n"
        + ", ".join(f"{name} {versions[name]}" for name in shown if name in versions)
        + f"\n{machine['processor']}, {machine['processors']} processors, "
        f"load {machine['load'][0]} at the start"
    )


def main() -> int:
    """The command."""
    options = parse()
    contenders = tuple(
        contender
        for contender in (*CONTENDERS, *OTHER_SERVERS)
        if not (options.no_peers and contender in PEERS)
    )
    environments = dict.fromkeys(filter(None, map(environment_of, contenders)))
    try:
        for environment in environments:
            if not options.quick:
                make_environment(environment)
            elif not interpreter(environment).exists():
                print(f"benches/.venv/{environment} is made without --quick", file=sys.stderr)
                return 2
        return measure(options, contenders)
    except (WrongAnswerError, BrokenAnswerError, WorkerError) as error:
        print("\n".join([str(error), *getattr(error, "__notes__", ())]), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
