"""A synchronous generator and its thread."""

import gc
import sqlite3
import threading
import time
import weakref
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from ferroapi.streaming import GeneratorStream, current_thread_limiter, jsonl, source
from ferroapi.streaming.scope import stream_scope
from ferroapi.streaming.worker import Worker

pytestmark = pytest.mark.anyio


async def use_other_threads() -> None:
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(anyio.to_thread.run_sync, time.sleep, 0.005)


@pytest.mark.parametrize("leaves", [False, True])
async def test_a_generator_has_one_thread(
    client: Any, leaves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only the thread that made it can use is used and closed there."""
    monkeypatch.setattr(source, "THREAD_SLICE", 0.001)
    threads: set[int] = set()

    def rows() -> Iterator[int]:
        database = sqlite3.connect(":memory:")
        try:
            for (number,) in database.execute(
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
            ):
                threads.add(threading.get_ident())
                if number == 20 and not leaves:
                    return
                time.sleep(0.002)
                yield number
        finally:
            threads.add(threading.get_ident())
            database.close()

    async def before_send(message: Any) -> None:
        await use_other_threads()
        if leaves and b"5\n" in client.body:
            client.leave()

    client.before_send = before_send
    await client.call(GeneratorStream(rows(), jsonl.encoder()))

    assert len(threads) == 1
    assert client.complete is not leaves


async def test_a_generator_may_call_into_the_event_loop(client: Any) -> None:
    async def in_loop(number: int) -> int:
        await anyio.sleep(0.001)
        return number

    def numbers() -> Iterator[int]:
        for number in range(3):
            yield anyio.from_thread.run(in_loop, number)

    await client.call(GeneratorStream(numbers(), jsonl.encoder()))

    assert client.body == b"0\n1\n2\n"


async def test_calls_are_answered_in_their_order() -> None:
    class CallError(Exception):
        pass

    def fail() -> None:
        raise CallError

    answers: list[Any] = []
    async with stream_scope() as scope:
        worker = Worker(scope)
        try:
            for number in range(3):
                answers.append(await worker.call(lambda number=number: number))
                with pytest.raises(CallError):
                    await worker.call(fail)
            answers.append(await worker.call(divmod, 7, 4))
        finally:
            worker.end()

    assert answers == [0, 1, 2, (1, 3)]


@pytest.mark.usefixtures("no_garbage_collection")
async def test_nothing_is_kept_between_calls() -> None:
    class Result:
        pass

    class FailureError(Exception):
        pass

    def fail() -> None:
        raise FailureError

    async with stream_scope() as scope:
        worker = Worker(scope)
        try:
            result = weakref.ref(await worker.call(Result))
            try:
                await worker.call(fail)
            except FailureError as error:
                failure = weakref.ref(error)
            await anyio.sleep(0.01)
            assert (result(), failure()) == (None, None), gc.get_referrers(result(), failure())
        finally:
            worker.end()


async def test_a_thread_that_is_not_advancing_keeps_nobody_waiting() -> None:
    limiter = anyio.to_thread.current_default_thread_limiter()
    tokens, limiter.total_tokens = limiter.total_tokens, 1
    try:
        async with stream_scope() as scope:
            workers = [Worker(scope) for _ in range(3)]
            try:
                with anyio.fail_after(5):
                    numbers = [await worker.call(threading.get_ident) for worker in workers]
                    await anyio.to_thread.run_sync(time.sleep, 0)
            finally:
                for worker in workers:
                    worker.end()
    finally:
        limiter.total_tokens = tokens

    assert len(set(numbers)) == 3


@pytest.fixture
async def one_thread() -> AsyncIterator[anyio.CapacityLimiter]:
    """The limiter of an event loop that allows streams one thread."""
    limiter = current_thread_limiter()
    assert limiter.total_tokens == 1_000
    limiter.total_tokens = 1
    yield limiter
    limiter.total_tokens = 1_000


async def test_a_stream_waits_for_a_thread(
    new_client: Any, one_thread: anyio.CapacityLimiter
) -> None:
    """It begins its response, keeps no other function waiting, and goes on in its turn."""
    let_go = threading.Event()

    def numbers() -> Iterator[int]:
        yield 1
        let_go.wait(10)

    first, second = new_client(), new_client()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first.call, GeneratorStream(numbers(), jsonl.encoder()))
        await first.until(lambda client: client.body == b"1\n")
        tasks.start_soon(second.call, GeneratorStream(iter([2]), jsonl.encoder()))
        await second.until(lambda client: client.started)
        with anyio.fail_after(5):
            await anyio.to_thread.run_sync(time.sleep, 0)
        assert second.body == b""
        let_go.set()

    assert (first.complete, second.complete, second.body) == (True, True, b"2\n")
    assert one_thread.borrowed_tokens == 0


class Numbers:
    """An iterator that tells when it is closed."""

    def __init__(self, name: int, closed: list[int]) -> None:
        self._name = name
        self._closed = closed

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        time.sleep(0.001)
        return self._name

    def close(self) -> None:
        self._closed.append(self._name)


@pytest.mark.parametrize(
    "order", [[1, 0, 2], [0, 1, 2]], ids=["that waits leaves", "with a thread leaves"]
)
async def test_a_client_that_leaves_gives_its_turn_to_the_next(
    new_client: Any, one_thread: anyio.CapacityLimiter, order: list[int]
) -> None:
    closed: list[int] = []
    clients = [new_client() for _ in range(3)]

    async def read(name: int) -> None:
        await clients[name].call(GeneratorStream(iter(Numbers(name, closed)), jsonl.encoder()))
        left[name].set()

    left = [anyio.Event() for _ in clients]
    async with anyio.create_task_group() as tasks:
        for name, client in enumerate(clients):
            tasks.start_soon(read, name)
            await client.until(lambda client: client.started)
        for name in order:
            clients[name].leave()
            await left[name].wait()
            following = next((each for each in (0, 1, 2) if not left[each].is_set()), None)
            if following is not None:
                await clients[following].until(lambda client: client.body != b"")

    assert closed == order
    assert one_thread.borrowed_tokens == 0


ASYNCIO = pytest.mark.parametrize("backend", ["asyncio", "uvloop", "taskless"])


@ASYNCIO
async def test_no_thread_can_be_started(new_client: Any, no_threads: Any) -> None:
    """The streams fail, more than there are threads, and whoever comes later has one."""
    closed: list[int] = []
    with no_threads():
        for number in range(45):
            client = new_client()
            with pytest.raises(RuntimeError, match="can't start new thread"):
                await client.call(GeneratorStream(iter(Numbers(number, closed)), jsonl.encoder()))
            assert not client.started
    client = new_client()
    await client.call(GeneratorStream(iter([1]), jsonl.encoder()))

    assert closed == list(range(45))
    assert client.body == b"1\n"
    assert anyio.to_thread.current_default_thread_limiter().borrowed_tokens == 0
    assert current_thread_limiter().borrowed_tokens == 0


@ASYNCIO
async def test_no_thread_can_be_started_for_a_stream_that_has_waited(
    client: Any, no_threads: Any, one_thread: anyio.CapacityLimiter
) -> None:
    """Its response has begun, and is left incomplete."""
    closed: list[int] = []

    async def call() -> None:
        with pytest.raises(RuntimeError, match="can't start new thread"):
            await client.call(GeneratorStream(iter(Numbers(1, closed)), jsonl.encoder()))

    with no_threads():
        one_thread.acquire_on_behalf_of_nowait(client)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            await client.until(lambda client: client.started)
            one_thread.release_on_behalf_of(client)

    assert closed == [1]
    assert not client.complete
    assert one_thread.borrowed_tokens == 0


@ASYNCIO
async def test_no_thread_can_be_started_while_all_others_are_busy(
    client: Any, no_threads: Any
) -> None:
    """The thread has failed to start before there is anything to call in it."""
    closed: list[int] = []
    limiter = anyio.to_thread.current_default_thread_limiter()
    tokens, limiter.total_tokens = limiter.total_tokens, 1

    async def call() -> None:
        with pytest.raises(RuntimeError, match="can't start new thread"):
            await client.call(GeneratorStream(iter(Numbers(1, closed)), jsonl.encoder()))

    try:
        limiter.acquire_on_behalf_of_nowait(client)
        with no_threads(), anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(call)
                await client.until(lambda client: client.started)
                limiter.release_on_behalf_of(client)
        assert limiter.borrowed_tokens == 0
    finally:
        limiter.total_tokens = tokens

    assert closed == [1]
    assert current_thread_limiter().borrowed_tokens == 0
