"""A job beside the requests, with the dependencies that they have."""

from collections.abc import Awaitable, Callable

import anyio

from .store import SharedStore


async def remind(store: SharedStore) -> None:
    """Says which tickets nobody has taken."""
    for ticket in store.waiting():
        print(f"ticket {ticket.number} waits: {ticket.title}", flush=True)


async def regularly(job: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Calls a job again and again, the first time after `seconds`."""
    while True:
        await anyio.sleep(seconds)
        await job()
