"""The response object, and what can be done with it before it is sent."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import pytest
from starlette.responses import StreamingResponse

from ferroapi.sse import ServerSentEvent
from ferroapi.streaming import Encoder, GeneratorStream, jsonl, raw
from ferroapi.streaming import sse as events

pytestmark = pytest.mark.anyio

HEADERS: dict[str, tuple[Encoder, dict[str, Any], dict[str, str]]] = {
    "jsonl": (jsonl.encoder(), {}, {"content-type": "application/jsonl"}),
    "sse": (
        events.encoder(),
        {},
        {
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-cache",
            "x-accel-buffering": "no",
        },
    ),
    "raw": (raw.encoder(), {}, {}),
    "raw with media type": (
        raw.encoder(),
        {"media_type": "image/png"},
        {"content-type": "image/png"},
    ),
    "given": (
        events.encoder(),
        {"headers": {"Cache-Control": "private", "X-Own": "1"}},
        {
            "cache-control": "private",
            "x-own": "1",
            "content-type": "text/event-stream; charset=utf-8",
            "x-accel-buffering": "no",
        },
    ),
}


@pytest.mark.parametrize(("encoder", "options", "headers"), HEADERS.values(), ids=HEADERS)
async def test_headers(
    client: Any, encoder: Encoder, options: dict[str, Any], headers: dict[str, str]
) -> None:
    stream = GeneratorStream(iter(()), encoder, status_code=202, **options)
    stream.headers["x-late"] = "2"
    stream.set_cookie("a", "b")
    await client.call(stream)

    start = client.messages[0]
    sent = {name.decode(): value.decode() for name, value in start["headers"]}
    assert isinstance(stream, StreamingResponse)
    assert start["status"] == 202
    assert sent.pop("set-cookie").startswith("a=b")
    assert sent == headers | {"x-late": "2"}
    assert [name for name in sent if name in headers] == list(headers)


@pytest.mark.parametrize("synchronous", [False, True])
async def test_body_iterator_can_be_read_and_replaced(client: Any, synchronous: bool) -> None:
    closed: list[str] = []

    def numbers() -> Iterator[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.append("numbers")

    async def asynchronous_numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.append("numbers")

    async def shout(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
        try:
            async for chunk in chunks:
                yield chunk.decode().strip() + "!"
                if not synchronous:
                    return
        finally:
            closed.append("shout")

    stream = GeneratorStream(numbers() if synchronous else asynchronous_numbers(), jsonl.encoder())
    stream.body_iterator = shout(stream.body_iterator)
    await client.call(stream)

    assert client.body == (b"1!2!" if synchronous else b"1!")
    assert sorted(closed) == ["numbers", "shout"]


async def test_a_body_that_is_not_read_to_its_end_closes_a_generator_of_a_thread(
    client: Any,
) -> None:
    closed: list[str] = []

    def numbers() -> Iterator[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.append("numbers")

    async def first(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            yield chunk
            return

    generator = numbers()  # kept, so that nobody else closes it
    stream = GeneratorStream(generator, jsonl.encoder())
    stream.body_iterator = first(stream.body_iterator)
    await client.call(stream)
    assert client.body == b"1\n"
    assert closed == ["numbers"]


async def test_nothing_is_put_between_the_chunks_of_a_replaced_body(client: Any) -> None:
    """They may be compressed, or end in the middle of an event."""

    async def numbers() -> AsyncIterator[int]:
        yield 1
        await anyio.sleep(0.05)
        raise ValueError("no more")

    async def passed_on(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            yield chunk[:5]
            await anyio.sleep(0.05)
            yield chunk[5:]

    encoder = events.encoder(failure_event=lambda _error: ServerSentEvent(event="error"))
    stream = GeneratorStream(numbers(), encoder, ping_interval=0.01)
    stream.body_iterator = passed_on(stream.body_iterator)
    with pytest.raises(ValueError, match="no more"):
        await client.call(stream)

    assert client.body == b"data: 1\n\n"


async def test_body_iterator_can_be_iterated_without_sending() -> None:
    stream = GeneratorStream(iter([1, 2]), jsonl.encoder())

    assert [chunk async for chunk in stream.body_iterator] == [b"1\n", b"2\n"]


async def test_thread_steps_share_one_context_and_run_one_at_a_time(client: Any) -> None:
    variable: ContextVar[int] = ContextVar("variable")
    variable.set(0)
    seen: list[int] = []
    running = threading.Lock()

    def numbers() -> Iterator[int]:
        for number in range(1, 30):
            assert running.acquire(blocking=False)
            seen.append(variable.get())
            variable.set(number)
            time.sleep(0.002)
            running.release()
            yield number

    await client.call(GeneratorStream(numbers(), jsonl.encoder()))

    assert seen == list(range(29))
    assert variable.get() == 0


async def test_what_a_generator_has_yielded_is_sent_while_it_waits_in_its_thread(
    client: Any,
) -> None:
    sent = threading.Event()
    waited: list[bool] = []

    async def note(message: Any) -> None:
        if message.get("body", b"").startswith(b"1"):
            sent.set()

    def numbers() -> Iterator[int]:
        yield 1
        waited.append(sent.wait(10))
        yield 2

    client.before_send = note
    await client.call(GeneratorStream(numbers(), jsonl.encoder()))
    assert waited == [True]
    assert client.body == b"1\n2\n"


@pytest.mark.parametrize("synchronous", [False, True])
async def test_large_chunks_are_sent_in_their_place(client: Any, synchronous: bool) -> None:
    chunks = [b"a", b"b" * 2**20, b"c", b"d" * 2**20]

    async def asynchronous() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    generator: Any = iter(chunks) if synchronous else asynchronous()
    await client.call(GeneratorStream(generator, raw.encoder()))
    assert client.body == b"".join(chunks)


async def test_thread_goes_back_to_the_pool_between_items(new_client: Any) -> None:
    """More streams than threads all get on."""

    def numbers() -> Iterator[int]:
        for number in range(4):
            time.sleep(0.02)
            yield number

    limiter = anyio.to_thread.current_default_thread_limiter()
    tokens, limiter.total_tokens = limiter.total_tokens, 2
    clients = [new_client() for _ in range(8)]
    arrivals: list[int] = []
    try:
        async with anyio.create_task_group() as tasks:
            for index, client in enumerate(clients):

                async def note(message: Any, index: int = index) -> None:
                    if message.get("body", b"").startswith(b"0"):
                        arrivals.append(index)
                    elif message.get("more_body") is False:
                        arrivals.append(-1)

                client.before_send = note
                tasks.start_soon(client.call, GeneratorStream(numbers(), jsonl.encoder()))
    finally:
        limiter.total_tokens = tokens

    assert sorted(arrivals[:8]) == list(range(8))
    assert arrivals[8:] == [-1] * 8


async def read_nothing(client: Any, message: Any) -> None:
    """What a server's `send` does then; once the client has left, it returns."""
    await client.until_left()


async def test_slow_reader_holds_no_thread(new_client: Any) -> None:
    def chunks() -> Iterator[bytes]:
        while True:
            yield b"x" * 4096

    clients = [new_client() for _ in range(50)]
    async with anyio.create_task_group() as tasks:
        for client in clients:
            client.before_send = partial(read_nothing, client)
            tasks.start_soon(client.call, GeneratorStream(chunks(), raw.encoder()))
        await anyio.sleep(0.3)
        with anyio.fail_after(2):
            assert await anyio.to_thread.run_sync(lambda: 1) == 1
        for client in clients:
            client.leave()
