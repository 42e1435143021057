"""A synchronous generator and its thread."""

import gc
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from ferroapi.streaming import GeneratorStream, jsonl, source
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
