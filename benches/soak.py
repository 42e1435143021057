"""Puts ferroapi behind real servers under load, and says what does not hold.

Exit code 1: something does not hold. 2: this system cannot run it.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from pathlib import Path
from time import perf_counter

from harness.contenders import make_environment
from harness.descriptors import TooFewDescriptorsError, allow_connections
from harness.findings import table
from harness.serving import Soak
from scenarios import SCENARIOS

ENVIRONMENTS = ("fastapi", "peers")
"""Which of the benchmarks' environments have what is compared, and Granian."""

CONNECTIONS = 6500
"""The most connections at a time: of the readers of three servers."""


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--scenario",
        action="append",
        choices=SCENARIOS,
        help="this only; may be given several times",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a small version of each, by the servers that are installed; sizes are not judged",
    )
    parser.add_argument(
        "--package",
        type=Path,
        metavar="DIRECTORY",
        help="load the ferroapi in this directory, not the installed one",
    )
    return parser.parse_args(arguments)


def main() -> int:
    """The command."""
    options = parse()
    if not Path("/proc/self/statm").exists():
        print("The load tests read /proc, which this system does not have.", file=sys.stderr)
        return 2
    if not options.quick:
        try:
            allow_connections(CONNECTIONS)
        except TooFewDescriptorsError as error:
            print(error, file=sys.stderr)
            return 2
        for environment in ENVIRONMENTS:
            make_environment(environment)
    soak = Soak(options.quick, options.package)
    failures = []
    for name in options.scenario or SCENARIOS:
        scenario = SCENARIOS[name]
        print(f"\n{name}: {scenario.title}", flush=True)
        if options.quick:
            print("(a small version of it)")
        started = perf_counter()
        try:
            findings = scenario.run(soak)
        except Exception as error:  # the others are run all the same
            traceback.print_exc()
            failures.append(f"{name}: broke: {type(error).__name__}")
            continue
        print(f"\n{table(findings.rows)}")
        print(f"{perf_counter() - started:.0f} s", flush=True)
        failures += [
            f"{name}: {finding.subject.name}: {finding.what}" for finding in findings.failed
        ]
    print("\n".join(["", "Does not hold:", *failures]) if failures else "\nEverything holds.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
