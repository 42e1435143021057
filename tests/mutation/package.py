"""Mutants of the package's Python modules, tried by the tests that run their lines."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from multiprocessing import get_context
from random import Random

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.places import CHECKOUT, MUTATED, PACKAGE, TRACES
from tests.mutation.results import KILLED, SURVIVED, TIMED_OUT, Result
from tests.mutation.selection import read_traces
from tests.mutation.trial import BROKEN, Trial, preload

JOBS = os.cpu_count() or 1
"""Trials at once."""
BLOCK = 60
"""How many mutants are tried before those of them that survive are tried by more tests."""
SELECTIONS = 2
"""How many selections of tests each mutant is tried by before the rest is, for those left."""


def trace() -> None:
    """Runs the tests once, for `read_traces`, where that has not been done."""
    if not TRACES.joinpath("durations.json").exists():
        TRACES.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pytest", "--quiet", "--numprocesses", "auto"]
        command += ["-p", "tests.mutation.tracing", "-p", "no:cacheprovider"]
        command += ["--hypothesis-profile", "further"]
        for folder in ("benches", "conformance", "differential", "docs", "ecosystem", "packaging"):
            command += ["--ignore", f"tests/{folder}"]
        subprocess.run(command, cwd=CHECKOUT)  # a test that fails is not used


def sample(number: int, seed: int) -> list[Mutant]:
    """That many mutants of `MUTATED` in random order; the same ones for the same seed."""
    found = [
        mutant
        for folder in MUTATED
        for path in sorted(PACKAGE.joinpath(folder).rglob("*.py"))
        for mutant in mutants(path.relative_to(PACKAGE).as_posix(), path.read_bytes())
    ]
    return Random(seed).sample(found, min(number, len(found)))


def described(mutant: Mutant, outcome: str) -> Result:
    """The result of a mutant, of what `Trial.run` returns."""
    path = PACKAGE / mutant.path
    before = path.read_bytes()[: mutant.start].decode()
    number = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    line = path.read_text().splitlines()[number - 1].strip()
    original, replacement = map(_short, (mutant.original, mutant.replacement))
    mistake = f"{mutant.function}: {original} -> {replacement}"
    by = "" if outcome in (SURVIVED, TIMED_OUT, BROKEN) else outcome
    told = outcome if outcome in (SURVIVED, TIMED_OUT) else KILLED
    return Result(f"python/{mutant.path}", number, column, line, mistake, told, by)


def _short(code: str) -> str:
    return textwrap.shorten(code, 60, placeholder=" ...")


def results(tried: Sequence[Mutant]) -> Iterator[Result]:
    """What becomes of each, block by block."""
    preload()
    for start in range(0, len(tried), BLOCK):
        for mutant, outcome in _outcomes(tried[start : start + BLOCK]):
            yield described(mutant, outcome)


def _outcomes(tried: Iterable[Mutant]) -> Iterator[tuple[Mutant, str]]:
    """What becomes of each: what `Trial.run` returns.

    Those that survive are tried a second time, by more tests.
    """
    selection = read_traces(TRACES, PACKAGE)

    def trials(mutant: Mutant, first: int, last: int | None) -> list[Trial]:
        return [
            Trial(mutant, tests, 40 + 10 * sum(map(selection.durations.__getitem__, tests)))
            for tests in islice(selection.of(mutant), first, last)
        ]

    left = []
    with get_context("fork").Pool(JOBS) as pool:
        begun = [(mutant, trials(mutant, 0, SELECTIONS)) for mutant in tried]
        for mutant, outcome in pool.imap_unordered(_run, begun):
            yield mutant, outcome
            if outcome == SURVIVED:
                left.append(mutant)
        yield from pool.imap_unordered(
            _run, ((mutant, trials(mutant, SELECTIONS, None)) for mutant in left)
        )


def _run(tried: tuple[Mutant, list[Trial]]) -> tuple[Mutant, str]:
    mutant, trials = tried
    return mutant, next((told for trial in trials if (told := trial.run()) != SURVIVED), SURVIVED)
