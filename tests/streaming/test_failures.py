"""What is delivered when a generator or its encoder raises."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any

import anyio
import anyio.from_thread
import anyio.lowlevel
import pytest
from starlette.exceptions import HTTPException

from ferroapi.streaming import GeneratorStream, delivery, jsonl, turn
from ferroapi.streaming import sse as events

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Event streams do not start early, however slow the machine is."""
    monkeypatch.setattr(delivery, "START_DELAY", 10.0)


class ItemError(Exception):
    pass


def dump(item: int) -> bytes:
    if item < 0:
        raise ItemError(item)
    return b"%d" % item


ENCODERS = {"jsonl": jsonl.encoder(dump), "sse": events.encoder(dump)}
FRAMES = {"jsonl": b"%d\n", "sse": b"data: %d\n\n"}


def numbers(count: int, end: Callable[[], int]) -> Iterator[int]:
    yield from range(count)
    yield end()


async def numbers_at_once(count: int, end: Callable[[], int]) -> AsyncIterator[int]:
    for number in range(count):
        yield number
    yield end()


async def numbers_now_and_then(count: int, end: Callable[[], int]) -> AsyncIterator[int]:
    for number in range(count):
        yield number
        await anyio.lowlevel.checkpoint()
    yield end()


async def numbers_then_a_wait(count: int, end: Callable[[], int]) -> AsyncIterator[int]:
    for number in range(count):
        yield number
    await anyio.sleep(0.001)
    yield end()


def generator_fails() -> int:
    raise ItemError


def encoder_fails() -> int:
    return -1


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 50])
@pytest.mark.parametrize("end", [generator_fails, encoder_fails])
@pytest.mark.parametrize(
    "generate", [numbers, numbers_at_once, numbers_now_and_then, numbers_then_a_wait]
)
async def test_everything_before_arrives(
    client: Any, kind: str, count: int, end: Callable[[], int], generate: Any
) -> None:
    with pytest.raises(ItemError):
        await client.call(GeneratorStream(generate(count, end), ENCODERS[kind]))

    assert client.body == b"".join(FRAMES[kind] % number for number in range(count))
    assert client.started == (count > 0)
    assert not client.complete


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("slow_reader", [False, True])
@pytest.mark.parametrize("generate", [numbers, numbers_at_once, numbers_then_a_wait])
async def test_everything_arrives_at_a_slow_reader(
    client: Any, kind: str, slow_reader: bool, generate: Any
) -> None:
    async def dawdle(message: Any) -> None:
        await anyio.sleep(0.02)

    client.before_send = dawdle
    with pytest.raises(ItemError):
        await client.call(GeneratorStream(generate(20, generator_fails), ENCODERS[kind]))

    assert client.body == b"".join(FRAMES[kind] % number for number in range(20))


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("synchronous", [False, True])
async def test_http_exception_before_the_first_item_keeps_its_status(
    client: Any, kind: str, synchronous: bool
) -> None:
    def forbid() -> int:
        raise HTTPException(403)

    async def forbidden() -> AsyncIterator[int]:
        await anyio.lowlevel.checkpoint()
        yield forbid()

    generator = numbers(0, forbid) if synchronous else forbidden()
    with pytest.raises(HTTPException):
        await client.call(GeneratorStream(generator, ENCODERS[kind]))

    assert client.messages == []


@pytest.mark.parametrize("failing", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "generate", [numbers, numbers_at_once, numbers_now_and_then, numbers_then_a_wait]
)
async def test_send_fails(client: Any, failing: int, generate: Any) -> None:
    """The server's own failure is raised, and the generator is closed."""
    ended: list[str] = []

    class Closed:
        def __enter__(self) -> None: ...

        def __exit__(self, *exception: object) -> None:
            ended.append("closed")

    async def fail(message: Any) -> None:
        if len(client.messages) == failing:
            raise LookupError("send")

    def synchronous() -> Iterator[int]:
        with Closed():
            yield from generate(10**6, generator_fails)

    async def asynchronous() -> AsyncIterator[int]:
        with Closed():
            async with aclosing(generate(10**6, generator_fails)) as inner:
                async for number in inner:
                    yield number

    client.before_send = fail
    generator = synchronous() if generate is numbers else asynchronous()
    with pytest.raises(LookupError, match="send"):
        await client.call(GeneratorStream(generator, ENCODERS["jsonl"]))

    assert ended == ["closed"]
    assert len(client.messages) == failing


async def test_failure_wins_over_a_client_that_left(client: Any) -> None:
    async def gone(message: Any) -> None:
        raise OSError("gone")

    client.before_send = gone
    stream = GeneratorStream(numbers_at_once(0, generator_fails), ENCODERS["jsonl"])
    with pytest.raises(ItemError):
        await client.call(stream, spec_version="2.4")


@pytest.mark.parametrize("synchronous", [False, True])
async def test_failure_wins_over_a_slow_reader_that_leaves(
    client: Any, synchronous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "SLICE", 10.0)

    async def block_the_second(message: Any) -> None:
        if message.get("body") == b"1\n":
            blocked.set()
            await anyio.sleep_forever()

    async def asynchronous() -> AsyncIterator[int]:
        yield 0
        yield 1
        await blocked.wait()
        raise ItemError

    def in_thread() -> Iterator[int]:
        yield 0
        yield 1
        anyio.from_thread.run(blocked.wait)
        raise ItemError

    async def call() -> None:
        with pytest.raises(ItemError):
            await client.call(stream)

    blocked = anyio.Event()
    client.before_send = block_the_second
    stream = GeneratorStream(in_thread() if synchronous else asynchronous(), ENCODERS["jsonl"])
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call)
        await blocked.wait()
        await anyio.sleep(0.05)
        client.leave()
