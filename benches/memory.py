"""Whether ferroapi's process stays as large as it was after the first thousand requests.

Every row of the benchmarks in one process, one after the other.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from cases import CASES, SHAPE_CASES
from harness.case import Contender, Row
from harness.process import Worker, WorkerError, working

FIRST = 1_000
"""Requests after which a process has everything that it keeps."""

STEP = 1_000
WATCHED = CASES | SHAPE_CASES
BOUND = 3 * 2**19
"""Bytes that a row may add: one arena of Python's allocator, which is 1 MiB, and half of one.

Of a hundred thousand requests it is sixteen bytes each; no object is smaller.
"""


@dataclass(frozen=True, slots=True)
class Growth:
    """Resident bytes after the first thousand requests, and after all."""

    row: Row
    requests: int
    before: int
    after: int

    @property
    def grown(self) -> bool:
        """Whether it is more than the bound."""
        return self.after - self.before > BOUND


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=100_000, help="of each row")
    parser.add_argument(
        "--seconds",
        type=float,
        default=60,
        help="after which a row is left, whose requests take long",
    )
    parser.add_argument("--case", action="append", choices=WATCHED, help="this only")
    parser.add_argument(
        "--contender", default="ferroapi", choices=("ferroapi", "floor"), help="whose process"
    )
    parser.add_argument(
        "--package", type=Path, metavar="DIRECTORY", help="the ferroapi in this directory"
    )
    return parser.parse_args(arguments)


def measure(worker: Worker, row: Row, requests: int, seconds: float) -> Growth:
    """Answers the request of a row `FIRST` times, then until there are `requests`."""
    ends = perf_counter() + seconds
    worker.ask("time", row=row.name, times=FIRST, nothing=False)
    before = worker.ask("resident")
    done = FIRST
    while done < requests and perf_counter() < ends:
        worker.ask("time", row=row.name, times=min(STEP, requests - done), nothing=False)
        done += min(STEP, requests - done)
    return Growth(row, done, before, worker.ask("resident"))


def line(growth: Growth) -> str:
    """A line of the table."""
    added = growth.after - growth.before
    return (
        f"{growth.row.title:41}{growth.requests:>10,}{growth.before / 2**20:>11.1f} MiB"
        f"{added / 1024:>+9.0f} KiB{'  * grown' if growth.grown else ''}"
    )


def main() -> int:
    """The command."""
    options = parse()
    contender: Contender = options.contender
    growths = []
    print(f"{'':41}{'requests':>10}{'after 1,000':>15}{'at the end':>13}", flush=True)
    try:
        with working([contender], options.package) as workers:
            worker = workers[contender]
            if worker.ask("resident") is None:
                print("This system does not say what is resident.", file=sys.stderr)
                return 2
            for name in options.case or WATCHED:
                worker.ask("load", case=name, lifespan=False)
                for row in (row for case in WATCHED[name] for row in case.rows):
                    growths.append(measure(worker, row, options.requests, options.seconds))
                    print(line(growths[-1]), flush=True)
    except WorkerError as error:
        print(error, file=sys.stderr)
        return 1
    grown = [growth.row.title for growth in growths if growth.grown]
    print(f"\nGrown: {', '.join(grown)}." if grown else "\nNothing has grown.")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
