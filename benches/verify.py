"""Tries what must not go wrong, and says what does.

Exit code 1: something does not hold. 2: this system cannot run it.
"""

from __future__ import annotations

import argparse
import json
import platform
import signal
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from harness.contenders import BENCHES
from harness.machine import describe_machine, machine_name

# Generated applications and the processes of tests are those of the tests.
sys.path.append(str(BENCHES.parent))

import ferroapi
from verification import PARTS
from verification.part import Effort
from verification.record import PAGE, RESULTS, latest, part_document, table, with_table, write
from verification.row import Row

LONGEST = 12 * 3600.0
"""Seconds that a part may take whose number somebody has chosen."""


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--part", action="append", choices=PARTS, help="this only; may be given several times"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a small version of each, and no file of results"
    )
    parser.add_argument("--seed", type=int, help="of generated input; by default the date")
    parser.add_argument("--number", type=int, help="how often the main trial of a part is made")
    parser.add_argument("--seconds", type=float, help="how long each part may take")
    parser.add_argument(
        "--results",
        type=Path,
        metavar="DIRECTORY",
        help="write the results here; without it, a full run of all parts writes benches/results",
    )
    parser.add_argument(
        "--page",
        action="store_true",
        help="only have docs/reliability.md show the last results that there are",
    )
    return parser.parse_args(arguments)


def run_part(name: str, effort: Effort) -> list[Row]:
    """Runs one part; one that breaks is a row as well, and the others are run all the same."""
    part = PARTS[name]
    print(f"\n{name}: {part.title}", flush=True)
    started = perf_counter()
    try:
        rows = part.run(effort)
    except Exception as error:
        traceback.print_exc()
        rows = [Row("", f"broken off: {type(error).__name__}", 1, 0, 1, 1, "runs")]
    print(f"{table(rows)}\n  {perf_counter() - started:.0f} s", flush=True)
    return rows


def main() -> int:
    """The command."""
    options = parse()
    # Servers are ended on the way out, also when somebody ends this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if options.page:
        PAGE.write_text(with_table(PAGE.read_text(), json.loads(latest().read_text())))
        return 0
    if not Path("/proc/self/statm").exists():
        print("Some parts read /proc, which this system does not have.", file=sys.stderr)
        return 2
    now = datetime.now(UTC)
    seed = options.seed
    if seed is None:
        seed = 0 if options.quick else int(f"{now:%Y%m%d}")
    machine = describe_machine()
    print(
        f"{now:%Y-%m-%d %H:%M} UTC, seed {seed}, ferroapi {ferroapi.__version__}, "
        f"Python {platform.python_version()}, {machine['processor']}, "
        f"{machine['processors']} processors, load {machine['load'][0]}"
    )
    if options.quick:
        print("Small versions: that nothing fails at once is all they say.")
    names = options.part or [
        name for name, part in PARTS.items() if part.is_quick or not options.quick
    ]
    documents: dict[str, Any] = {}
    failed: list[str] = []
    for name in names:
        started = perf_counter()
        seconds = options.seconds or PARTS[name].seconds[options.quick]
        if options.number and not options.seconds:
            seconds = LONGEST
        rows = run_part(name, Effort(options.quick, seed, seconds, options.number))
        documents[name] = part_document(
            PARTS[name].title, seed, perf_counter() - started, rows, quick=options.quick
        )
        failed += [f"{name}: {row.name}: {row.measured}" for row in rows if not row.holds]
    print("\n".join(["\nDoes not hold:", *failed]) if failed else "\nEverything holds.")
    if options.results or not (options.quick or options.part):
        heading = {
            "date": now.isoformat(timespec="seconds"),
            "machine": machine,
            "python": platform.python_version(),
            "ferroapi": ferroapi.__version__,
        }
        path = (options.results or RESULTS) / f"{now:%Y-%m-%d}-reliability-{machine_name()}.json"
        write(path, heading, documents)
        print(f"Written to {path}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
