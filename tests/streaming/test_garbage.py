"""Streams that are over are freed at once: nothing of them waits for a garbage collection."""

import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import anyio
import pytest

from ferroapi.streaming import GeneratorStream, raw

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_garbage_collection")]


@pytest.fixture(params=["asyncio", "uvloop", "taskless"])
def backend(request: pytest.FixtureRequest) -> Any:
    """Not Trio, whose own exceptions and scopes refer to each other."""
    return request.param


class FailureError(Exception):
    pass


async def stream(fails: bool, waits: bool) -> AsyncIterator[str]:
    yield "x"
    if fails:
        raise FailureError
    while True:
        if waits:
            await anyio.sleep(0.005)
        yield "x"


def stream_in_thread(fails: bool, waits: bool) -> Iterator[str]:
    yield "x"
    if fails:
        raise FailureError
    while True:
        yield "x"


class Ending:
    """What a client or a server does at the third message."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def leave(self) -> None:
        self.client.leave()
        await anyio.sleep_forever()

    async def leave_later(self) -> None:
        self.client.leave()

    async def lose(self) -> None:
        raise OSError("gone")

    async def lose_later(self) -> None:
        await anyio.sleep(0.01)
        raise OSError("gone")

    async def fail(self) -> None:
        raise FailureError

    async def fail_later(self) -> None:
        await anyio.sleep(0.01)
        raise FailureError


ENDINGS: dict[str, Callable[[Ending], Any]] = {
    "leaves during a send": Ending.leave,
    "leaves": Ending.leave_later,
    "send raises an OSError": Ending.lose,
    "send raises an OSError after a while": Ending.lose_later,
    "send fails": Ending.fail,
    "send fails after a while": Ending.fail_later,
}
GENERATORS: dict[str, Callable[[bool], Any]] = {
    "async": lambda fails: stream(fails, waits=False),
    "async that waits": lambda fails: stream(fails, waits=True),
    "sync": lambda fails: stream_in_thread(fails, waits=False),
}


async def run(client: Any, generator: Any, spec_version: str) -> None:
    """Sends what it yields, and lets go of what is raised."""
    with suppress(FailureError, OSError):
        await client.call(GeneratorStream(generator, raw.encoder()), spec_version=spec_version)


async def is_freed(left: weakref.ref[Any]) -> None:
    """As soon as a thread that had it has left it, which may be after its result was told."""
    for _ in range(1_000):
        if left() is None:
            break
        await anyio.sleep(0.01)
    assert left() is None


@pytest.mark.parametrize("make", GENERATORS.values(), ids=GENERATORS)
@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
async def test_stream_is_freed(
    client: Any, make: Callable[[bool], Any], end: Callable[[Ending], Any], spec_version: str
) -> None:
    ending = Ending(client)

    async def before_send(message: Any) -> None:
        if len(client.messages) == 3:
            await end(ending)

    client.before_send = before_send
    generator = make(False)
    left = weakref.ref(generator)
    await run(client, generator, spec_version)
    del generator

    await is_freed(left)


@pytest.mark.parametrize("make", GENERATORS.values(), ids=GENERATORS)
async def test_stream_that_fails_is_freed(client: Any, make: Callable[[bool], Any]) -> None:
    generator = make(True)
    left = weakref.ref(generator)
    await run(client, generator, "2.3")
    del generator

    await is_freed(left)
