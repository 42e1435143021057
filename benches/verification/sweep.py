"""A fault at every place of a request, and pools with fewer connections than requests."""

from __future__ import annotations

import logging

from tests.sweep.run import run as swept

from verification.part import Effort, Part
from verification.row import Row

FULL, QUICK = 20_000, 1_500
"""Requests in which something goes wrong."""

ROUNDS, ROUNDS_QUICK = 50, 1
AT_ONCE = 200
"""Requests that ask a pool of five connections for one, in a process with five threads."""


def run(effort: Effort) -> list[Row]:
    """Sums up what is left of requests, and those that did not get their connection."""
    # What goes wrong on purpose is logged.
    logging.disable(logging.CRITICAL)
    try:
        rounds = effort.times(ROUNDS, ROUNDS_QUICK)
        seconds = 0 if effort.quick else effort.seconds * 0.5
        found = swept(seconds, effort.seed, requests=AT_ONCE, rounds=rounds)
    finally:
        logging.disable(logging.NOTSET)
    del found["seed"], found["shapes"]
    for left in found.pop("left"):
        print(f"  {left}")
    pooled, failed = found.pop("pooled_requests"), found.pop("pooled_failures")
    requests = found.pop("requests")
    wanted = effort.sized(FULL, QUICK)
    wanted_pooled = effort.sized(ROUNDS, ROUNDS_QUICK) * AT_ONCE
    return [
        Row(
            "F14",
            "left open, pending, swallowed, twice",
            sum(found.values()),
            0,
            requests,
            wanted,
            "faults",
        ),
        Row(
            "F20",
            "requests that did not get a connection",
            failed,
            0,
            pooled,
            wanted_pooled,
            "requests to a pool of 5",
        ),
    ]


PART = Part("nothing is left of a request that fails, and none is locked", run, seconds=(200, 60))
