"""Context variables of one request that another one sees, on every server and event loop."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.server.isolation import SERVERS, leaks, serving

from verification.part import Effort, Part
from verification.row import Row

FULL, QUICK = 100_000, 3_000


def run(effort: Effort) -> list[Row]:
    """Sends requests over connections that are kept, half of them with large bodies."""
    wanted = effort.times(FULL, QUICK)
    each = -(-wanted // len(SERVERS))
    found = tried = 0
    with TemporaryDirectory() as folder:
        for name in SERVERS:
            with serving(name, Path(folder) / name) as port:
                seen = asyncio.run(asyncio.wait_for(leaks(port, each), effort.seconds))
            tried += each
            found += len(seen)
            if seen:
                print(f"  {name}: {seen[:5]}")
    trials = f"requests to {len(SERVERS)} servers"
    return [Row("F21", "requests that saw another one's values", found, 0, tried, wanted, trials)]


PART = Part("no request sees another one", run, seconds=(150, 60))
