"""Mutants of the core crate, by `cargo mutants`, on a copy of the crates.

A mutant is tried by the tests that are named for its module, since linking the others for each of
them takes longer than running them.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath
from random import Random

from tests.mutation.places import CHECKOUT, FOLDER
from tests.mutation.results import KILLED, SURVIVED, TIMED_OUT, Result

CRATES = FOLDER / "core"
TESTS = {
    "frames": ("frames",),
    "http": ("http",),
    "json": ("json",),
    "media_type": ("media_type",),
    "params": ("params",),
    "router": ("router", "router_oracle"),
}
"""The tests of each module; what is not here is tried by all of them."""
BLOCK = 60
"""How many mutants are tried before what became of them is told."""
EXAMPLES = 32, 256
"""How many a property is tried with: a mistake mostly takes few, and what survives them is tried
again with as many as the tests themselves ask for."""
SECONDS = 120
"""What the tests may take."""
OUTCOMES = {"caught": KILLED, "missed": SURVIVED, "timeout": TIMED_OUT}
"""By the names of the files that list them; `unviable` ones do not compile, and do not count."""


def copy_crates() -> None:
    """Copies what git knows of the workspace; what was built there before is kept."""
    listed = ["git", "ls-files", "Cargo.toml", "Cargo.lock", "rust"]
    shutil.rmtree(CRATES / "rust", ignore_errors=True)
    for path in _output(listed, CHECKOUT).splitlines():
        CRATES.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / path, CRATES / path)


def sample(number: int, seed: int) -> list[str]:
    """That many mutants in random order, as `cargo mutants` names them; the same for a seed."""
    listed = ["cargo", "mutants", "--list", "--package", "ferroapi-core"]
    names = _output(listed, CRATES).splitlines()
    return Random(seed).sample(names, min(number, len(names)))


def results(names: Iterable[str]) -> Iterator[Result]:
    """What becomes of each that compiles, block by block."""
    names = list(names)
    for start in range(0, len(names), BLOCK):
        block = sorted(names[start : start + BLOCK], key=_module)
        for module, group in groupby(block, key=_module):
            tests = TESTS.get(module, sum(TESTS.values(), ()))
            tried = list(group)
            for examples in EXAMPLES:
                outcomes = dict(_outcomes(tried, tests, examples))
                yield from (described(name, outcome) for name, outcome in outcomes.items())
                tried = [name for name in tried if outcomes.get(name) == SURVIVED]


def described(name: str, outcome: str) -> Result:
    """The result of a mutant that is named as `file:line:column: mistake`."""
    place, mistake = name.split(": ", 1)
    path, number, column = place.split(":")
    line = CRATES.joinpath(path).read_text().splitlines()[int(number) - 1]
    return Result(path, int(number), int(column), line.strip(), mistake, outcome)


def _module(name: str) -> str:
    return PurePosixPath(name.split(":")[0]).parts[3].removesuffix(".rs")


def _outcomes(names: list[str], tests: tuple[str, ...], examples: int) -> Iterator[tuple[str, str]]:
    if not names:
        return
    command = ["cargo", "mutants", "--package", "ferroapi-core", "--in-place", "--baseline", "skip"]
    command += ["--timeout", str(SECONDS), "--no-times", "--colors", "never"]
    command += [f"--cargo-arg=--test={test}" for test in tests]
    command += [f"--file={file}" for file in sorted({name.split(":")[0] for name in names})]
    command += [f"--re=^{re.escape(name)}$" for name in names]
    environment = {"CARGO_PROFILE_DEV_DEBUG": "0", "PROPTEST_CASES": str(examples)}
    # Ends with another status than 0 when one survives.
    subprocess.run(command, cwd=CRATES, env=os.environ | environment, stdout=subprocess.DEVNULL)
    for file, outcome in OUTCOMES.items():
        # It tries fields left out of a struct whether they are asked for or not.
        for name in CRATES.joinpath(f"mutants.out/{file}.txt").read_text().splitlines():
            if name in names:
                yield name, outcome


def _output(command: list[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
