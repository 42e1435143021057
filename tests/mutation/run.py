"""Puts small mistakes into the code, one at a time, and sees whether a test fails.

python -m tests.mutation.run --number 1000 --seed 1

Four of ten mutants are of the core crate, which needs `cargo install cargo-mutants`; the others are
of the package. What becomes of each is written at once: `--resume` goes on with an interrupted run,
and tries again what has survived. Ends with status 1 when less than `results.GATE` percent are
killed, or one survives that `survivors.toml` does not explain.
"""

import argparse
import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from tests.mutation import core, package
from tests.mutation.places import FOLDER, TRACES
from tests.mutation.results import SURVIVED, Result, read, read_survivors, report, write

RESULTS = FOLDER / "results.jsonl"
SURVIVORS = Path(__file__).with_name("survivors.toml")


def run(number: int, seed: int, done: Collection[tuple[str, int, int, str]]) -> Iterator[Result]:
    """What becomes of that many mutants.

    Args:
        number: how many are chosen.
        seed: chooses them.
        done: the places of those that are not tried.
    """
    core.copy_crates()
    of_core = number * 4 // 10
    names = core.sample(of_core, seed)
    yield from core.results([name for name in names if core.described(name, "").place not in done])
    package.trace()
    mutants = package.sample(number - of_core, seed)
    yield from package.results([m for m in mutants if package.described(m, "").place not in done])


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="Try mutants of the core and of the package.")
    parser.add_argument("--number", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="chooses them (default: 1)")
    parser.add_argument("--resume", action="store_true", help="only what has not been killed")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not options.resume:
        RESULTS.unlink(missing_ok=True)
        shutil.rmtree(TRACES, ignore_errors=True)
    RESULTS.touch()
    done = {result.place for result in read(RESULTS) if result.outcome != SURVIVED}
    for result in run(options.number, options.seed, done):
        write(result, RESULTS)
    holds, text = report(read(RESULTS), read_survivors(SURVIVORS))
    print(text)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
