"""Sweeps the shapes for longer than the test does, and prints the figures.

python -m tests.sweep.run --seconds 60 --seed 1
"""

import argparse
import json
import random
from collections import Counter
from functools import partial
from time import monotonic
from typing import Any

import anyio
import anyio.to_thread
from tests.sweep.driver import Fault, driven, faults_at
from tests.sweep.pools import POOLED, THREADS, failures
from tests.sweep.shapes import SHAPES

BACKENDS = "asyncio", "trio"
SHOWN = 10
"""Requests that are described, of those that something is left of."""


async def swept(name: str, choose: random.Random | None = None) -> tuple[Counter[str], list[Any]]:
    """What is left of requests to a shape, one for each place that something can go wrong at.

    Args:
        name: the shape.
        choose: has a second thing go wrong in each of them, at a place that it chooses.
    """
    figures: Counter[str] = Counter()
    left: list[Any] = []
    faults = faults_at((await driven(name)).places)
    for fault in faults:
        chosen: list[Fault] = [fault] if choose is None else [fault, choose.choice(faults)]
        outcome = await driven(name, *chosen)
        figures.update(outcome.figures, requests=1)
        if any(outcome.figures.values()):
            left.append((name, chosen, outcome.figures, outcome.story))
    return figures, left


async def locked(name: str, requests: int, rounds: int) -> int:
    """How many requests fail that take a connection of a pool, with as few threads as it has."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    return len(await failures(name, requests, rounds))


def run(
    budget_seconds: float, seed: int, *, requests: int = 200, rounds: int = 50
) -> dict[str, Any]:
    """The figures of all shapes.

    Args:
        budget_seconds: how long faults are combined, after each was alone.
        seed: chooses them.
        requests: how many ask a pool for a connection at once.
        rounds: how often they do.
    """
    choose = random.Random(seed)
    figures: Counter[str] = Counter()
    left: list[Any] = []
    end = monotonic() + budget_seconds
    names, second = sorted(SHAPES), None
    while True:
        for name in names:
            for backend in BACKENDS:
                found, more = anyio.run(partial(swept, name, second), backend=backend)
                figures.update(found)
                left += more
        if monotonic() > end:
            break
        choose.shuffle(names)
        second = choose
    for name in POOLED:
        for backend in BACKENDS:
            failed = anyio.run(locked, name, requests, rounds, backend=backend)
            figures.update(pooled_requests=requests * rounds, pooled_failures=failed)
    return {"seed": seed, "shapes": len(SHAPES), **figures, "left": left[:SHOWN]}


def main() -> None:
    """Prints the figures as JSON; fails where something was left or failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=50)
    given = parser.parse_args()
    figures = run(given.seconds, given.seed, requests=given.requests, rounds=given.rounds)
    print(json.dumps(figures, indent=2, default=repr))
    raise SystemExit(bool(figures["left"]) or figures["pooled_failures"] > 0)


if __name__ == "__main__":
    main()
