"""When items are sent, and in how many messages."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from starlette.background import BackgroundTask
from tests.streaming.conftest import pinged_twice

from ferroapi import sse
from ferroapi.streaming import GeneratorStream, delivery, jsonl, raw, source, turn
from ferroapi.streaming import sse as events

pytestmark = pytest.mark.anyio

MAX_GATHERED_BYTES = 64 * 1024

ENCODERS = {"jsonl": jsonl.encoder(), "sse": events.encoder()}


def record(kind: str, item: Any) -> bytes:
    return b"%d\n" % item if kind == "jsonl" else b"data: %d\n\n" % item


@pytest.mark.parametrize("kind", ENCODERS)
async def test_item_arrives_before_the_next_is_ready(client: Any, kind: str) -> None:
    seen: list[bytes] = []
    proceed = anyio.Event()

    async def numbers() -> AsyncIterator[int]:
        yield 1
        yield 2
        await proceed.wait()
        yield 3

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, GeneratorStream(numbers(), ENCODERS[kind]))
        await client.until(lambda client: record(kind, 2) in client.body)
        seen.append(client.body)
        proceed.set()

    assert seen == [record(kind, 1) + record(kind, 2)]
    assert client.body == b"".join(record(kind, n) for n in (1, 2, 3))
    assert client.complete


@pytest.mark.parametrize("ready", [1, 2, 3])
async def test_item_arrives_while_a_thread_blocks(client: Any, ready: int) -> None:
    arrived: list[float] = []

    def numbers() -> Iterator[int]:
        yield from range(ready)
        time.sleep(0.4)
        yield ready

    async with anyio.create_task_group() as tasks:
        began = anyio.current_time()
        tasks.start_soon(client.call, GeneratorStream(numbers(), ENCODERS["jsonl"]))
        await client.until(lambda client: record("jsonl", ready - 1) in client.body)
        arrived.append(anyio.current_time() - began)

    assert arrived[0] < 0.3
    assert client.body == b"".join(record("jsonl", n) for n in range(ready + 1))


async def test_item_of_a_generator_that_blocks_the_loop_arrives_first(client: Any) -> None:
    arrived: list[int] = []

    async def numbers() -> AsyncIterator[int]:
        for number in range(4):
            arrived.append(client.body.count(b"\n"))
            time.sleep(0.02)  # noqa: ASYNC251 - that is what is tested
            yield number

    await client.call(GeneratorStream(numbers(), ENCODERS["jsonl"]))

    assert arrived == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("synchronous", [False, True])
async def test_ready_items_go_together(
    client: Any, kind: str, synchronous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "SLICE", 10.0)
    monkeypatch.setattr(source, "THREAD_SLICE", 10.0)
    monkeypatch.setattr(delivery, "THREAD_GAP", 0.2)

    async def numbers() -> AsyncIterator[int]:
        for number in range(1000):
            yield number

    generator = iter(range(1000)) if synchronous else numbers()
    await client.call(GeneratorStream(generator, ENCODERS[kind]))

    assert client.body == b"".join(record(kind, n) for n in range(1000))
    assert len(client.messages) <= 6


@pytest.mark.parametrize("synchronous", [False, True])
async def test_messages_are_bounded(client: Any, synchronous: bool) -> None:
    chunk = b"x" * 1000

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield chunk

    generator = iter([chunk] * 1000) if synchronous else chunks()
    await client.call(GeneratorStream(generator, raw.encoder()))

    assert len(client.body) == 1_000_000
    longest = max(len(message.get("body", b"")) for message in client.messages)
    assert longest < 2 * MAX_GATHERED_BYTES


@pytest.mark.parametrize("size", [1, 70_000])
async def test_order_is_kept_while_an_item_before_a_wait_is_being_sent(
    client: Any, size: int
) -> None:
    async def block_shortly(message: Any) -> None:
        if message.get("body") == b"1":
            await anyio.sleep(0.05)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"0"
        yield b"1"
        await anyio.lowlevel.checkpoint()
        yield b"2" * size
        yield b"3"

    client.before_send = block_shortly
    await client.call(GeneratorStream(chunks(), raw.encoder()))

    assert client.body == b"01" + b"2" * size + b"3"
    assert client.complete


@pytest.mark.parametrize("size", [1, 65_536])
async def test_items_are_gathered_while_others_are_sent(
    client: Any, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large ones wait until then."""
    monkeypatch.setattr(turn, "SLICE", 10.0)

    async def take_long(_message: Any) -> None:
        await anyio.sleep(0.001)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            for _ in range(5):
                yield b"x" * size
            await anyio.lowlevel.checkpoint()

    client.before_send = take_long
    await client.call(GeneratorStream(chunks(), raw.encoder()))

    assert len(client.body) == 100 * size
    assert len(client.messages) <= (20 if size == 1 else 102)


@pytest.mark.parametrize("synchronous", [False, True])
async def test_slow_reader_holds_the_generator_back(client: Any, synchronous: bool) -> None:
    produced = 0
    blocked = anyio.Event()

    def chunks() -> Iterator[bytes]:
        nonlocal produced
        while True:
            produced += 1
            yield b"x" * 1024

    async def asynchronous_chunks() -> AsyncIterator[bytes]:
        for chunk in chunks():
            yield chunk

    async def block(message: Any) -> None:
        if client.started:
            blocked.set()
            await anyio.sleep_forever()

    client.before_send = block
    generator = chunks() if synchronous else asynchronous_chunks()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, GeneratorStream(generator, raw.encoder()))
        await blocked.wait()
        await anyio.sleep(0.1)
        client.leave()

    assert produced <= 2 * MAX_GATHERED_BYTES / 1024 + 2


async def test_endless_generator_lets_others_run_and_can_be_cancelled(client: Any) -> None:
    turns = 0

    async def numbers() -> AsyncIterator[int]:
        while True:
            yield 1

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    with anyio.move_on_after(0.2) as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(other)
            await client.call(GeneratorStream(numbers(), ENCODERS["jsonl"]))

    assert scope.cancelled_caught
    assert turns > 5


@pytest.mark.parametrize("backend", ["asyncio"])
@pytest.mark.parametrize("size", [1000, 65_536])
async def test_asyncio_hears_soon_that_a_connection_was_lost(client: Any, size: int) -> None:
    """It logs a warning for each write but the first four until its loop has had a turn."""
    sends = [0]

    async def count(message: Any) -> None:
        sends[-1] += 1

    def count_anew() -> None:
        sends.append(0)
        if not (client.messages and client.complete):
            asyncio.get_running_loop().call_soon(count_anew)

    async def chunks() -> AsyncIterator[bytes]:
        asyncio.get_running_loop().call_soon(count_anew)
        for _ in range(640_000 // size):
            yield b"x" * size

    client.before_send = count
    with anyio.move_on_after(10):
        await client.call(GeneratorStream(chunks(), raw.encoder()))

    assert client.complete
    assert max(sends) <= 5


async def test_endless_generators_share_the_time_between_turns_of_the_loop(
    new_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten of them would take ten slices a turn: there would be one turn a second.

    It is a second of the processor's, of which others take nothing.
    """
    monkeypatch.setattr(turn, "SLICE", 0.1)
    turns = 0

    async def numbers() -> AsyncIterator[int]:
        while True:
            yield 1

    async def other() -> None:
        nonlocal turns
        end = time.thread_time() + 1
        while time.thread_time() < end:
            turns += 1
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            stream = GeneratorStream(numbers(), ENCODERS["jsonl"])
            tasks.start_soon(new_client().call, stream)
        tasks.start_soon(other)

    assert turns > 3


@pytest.mark.parametrize("synchronous", [False, True])
async def test_empty_stream(client: Any, synchronous: bool) -> None:
    async def nothing() -> AsyncIterator[int]:
        for number in ():
            yield number

    generator = iter(()) if synchronous else nothing()
    await client.call(GeneratorStream(generator, ENCODERS["jsonl"]))

    assert [message["type"] for message in client.messages] == [
        "http.response.start",
        "http.response.body",
    ]
    assert client.complete
    assert client.body == b""


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("synchronous", [False, True])
@pytest.mark.parametrize("delay", [0.05, 10.0])
async def test_start_waits_for_the_first_item_but_not_for_long(
    client: Any, kind: str, synchronous: bool, delay: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "START_DELAY", delay)
    started: list[bool] = []

    async def slow() -> AsyncIterator[int]:
        await anyio.sleep(0.3)
        started.append(client.started)
        yield 1

    def slow_in_thread() -> Iterator[int]:
        time.sleep(0.3)
        started.append(client.started)
        yield 1

    generator = slow_in_thread() if synchronous else slow()
    await client.call(GeneratorStream(generator, ENCODERS[kind]))

    assert started == [delay < 0.3]
    assert [message["type"] for message in client.messages].count("http.response.start") == 1
    assert client.body == record(kind, 1)


async def test_waiting_stream_has_no_task_of_its_own(client: Any, backend: str) -> None:
    """Where the server's own `receive` and `send` are called, and nothing is around them."""
    waiting = anyio.Event()

    async def numbers() -> AsyncIterator[int]:
        yield 1
        await waiting.wait()
        yield 2

    def running() -> int:
        return len(anyio.get_running_tasks())

    async with anyio.create_task_group() as tasks:
        before = running()
        tasks.start_soon(client.call, GeneratorStream(numbers(), ENCODERS["sse"]))
        await client.until(lambda client: b"1" in client.body)
        more = running() - before
        waiting.set()

    assert (more == 1) == (backend == "taskless")


@pytest.mark.parametrize("synchronous", [False, True])
async def test_silence_is_broken(
    client: Any, synchronous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "_PING_INTERVAL", 0.05)
    monkeypatch.setattr(delivery, "START_DELAY", 0.02)

    async def slow() -> AsyncIterator[int]:
        yield 1
        await client.until(pinged_twice)
        yield 2

    def slow_in_thread() -> Iterator[int]:
        yield 1
        client.until_in_thread(pinged_twice)
        yield 2

    generator = slow_in_thread() if synchronous else slow()
    await client.call(GeneratorStream(generator, ENCODERS["sse"]))

    head, pings, tail = client.body.partition(b": ping\n\n" * 2)
    assert (head, pings) == (b"data: 1\n\n", b": ping\n\n" * 2)
    assert tail.endswith(b"data: 2\n\n")
    assert client.complete


async def test_there_is_no_ping_where_there_is_no_silence(client: Any) -> None:
    async def busy() -> AsyncIterator[int]:
        for number in range(40):
            yield number
            await anyio.sleep(0.05)

    await client.call(GeneratorStream(busy(), ENCODERS["sse"], ping_interval=1.5))

    assert b"ping" not in client.body


async def test_blocked_reader_gets_no_pings(client: Any) -> None:
    attempts = 0

    async def block(message: Any) -> None:
        nonlocal attempts
        if message.get("body"):
            attempts += 1
            await anyio.sleep_forever()

    async def numbers() -> AsyncIterator[int]:
        yield 1
        await anyio.sleep_forever()

    client.before_send = block
    async with anyio.create_task_group() as tasks:
        stream = GeneratorStream(numbers(), ENCODERS["sse"], ping_interval=0.02)
        tasks.start_soon(client.call, stream)
        await anyio.sleep(0.4)
        client.leave()

    assert attempts == 1


@pytest.mark.parametrize("slow", ["http.response.start", "http.response.body"])
async def test_nothing_is_sent_beside_a_slow_end(
    client: Any, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "START_DELAY", 0.02)

    async def be_slow(message: Any) -> None:
        if message["type"] == slow:
            await anyio.sleep(0.1)

    async def nothing() -> AsyncIterator[int]:
        await anyio.sleep(0.01)
        for number in ():
            yield number

    client.before_send = be_slow
    await client.call(GeneratorStream(nothing(), ENCODERS["sse"], ping_interval=0.02))

    assert client.complete
    assert client.body == b""


@pytest.mark.parametrize("leave", [False, True])
async def test_background_task_runs_after_the_last_frame(client: Any, leave: bool) -> None:
    seen: list[tuple[bytes, bool]] = []

    async def numbers() -> AsyncIterator[int]:
        yield 1
        if leave:
            client.leave()
            await anyio.sleep_forever()
        yield 2

    async def background() -> None:
        seen.append((client.body, client.complete))

    stream = GeneratorStream(numbers(), ENCODERS["jsonl"], background=BackgroundTask(background))
    await client.call(stream)

    assert seen == [(b"1\n", False) if leave else (b"1\n2\n", True)]


async def test_nested_waiting_of_the_generator_is_its_own(client: Any) -> None:
    """A time limit inside the generator ends what it limits, never a send."""

    async def block_shortly(message: Any) -> None:
        if message.get("body"):
            await anyio.sleep(0.05)

    async def numbers() -> AsyncIterator[int]:
        yield 0
        for number in range(1, 5):
            yield number
            with anyio.move_on_after(0.02):
                await anyio.sleep_forever()

    client.before_send = block_shortly
    await client.call(GeneratorStream(numbers(), ENCODERS["jsonl"]))

    assert client.body == b"0\n1\n2\n3\n4\n"
    assert client.complete
