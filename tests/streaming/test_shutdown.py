"""How streams end with their process. With real servers: test_servers.py."""

import asyncio
import math
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import anyio.to_thread
import pytest
import uvicorn

from ferroapi.streaming import (
    Encoder,
    GeneratorStream,
    end_streams,
    jsonl,
    set_grace_period,
    shutdown,
    source,
)
from ferroapi.streaming import sse as events
from ferroapi.streaming.shutdown import stream_closed, stream_opened

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("encoder", "complete"),
    [(events.encoder(), True), (jsonl.encoder(), False)],
    ids=["sse", "jsonl"],
)
@pytest.mark.parametrize("synchronous", [False, True])
async def test_streams_end_when_the_server_shuts_down(
    new_client: Any, encoder: Encoder, complete: bool, synchronous: bool
) -> None:
    closed = 0

    def numbers() -> Iterator[int]:
        nonlocal closed
        try:
            while True:
                yield 1
                time.sleep(0.01)
        finally:
            closed += 1

    async def asynchronous_numbers() -> AsyncIterator[int]:
        nonlocal closed
        try:
            yield 1
            await anyio.sleep_forever()
        finally:
            closed += 1

    clients = [new_client() for _ in range(20)]
    async with anyio.create_task_group() as tasks:
        for client in clients:
            generator = numbers() if synchronous else asynchronous_numbers()
            tasks.start_soon(client.call, GeneratorStream(generator, encoder))
        for client in clients:
            await client.until(lambda client: b"1" in client.body)
        await anyio.to_thread.run_sync(end_streams)

    assert closed == 20
    assert {client.complete for client in clients} == {complete}


async def test_an_event_stream_whose_body_is_replaced_ends_in_order(client: Any) -> None:
    async def passed_on(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            yield chunk

    stream = GeneratorStream(endless(), events.encoder())
    stream.body_iterator = passed_on(stream.body_iterator)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, stream)
        await client.until(lambda client: b"1" in client.body)
        end_streams()

    assert client.complete


async def test_an_event_stream_that_ends_for_a_client_that_has_left(client: Any) -> None:
    """The server says so by an error of `send` (ASGI 2.4), and that is none of the stream."""

    async def refuse(message: Any) -> None:
        if client.started and not message.get("more_body", True):
            raise OSError

    client.before_send = refuse
    async with anyio.create_task_group() as tasks:

        async def call() -> None:
            await client.call(GeneratorStream(endless(), events.encoder()), spec_version="2.4")

        tasks.start_soon(call)
        await client.until(lambda client: b"1" in client.body)
        end_streams()

    assert not client.complete


Signals = Callable[[int], list[int]]


@pytest.fixture
def serve_until() -> Iterator[Signals]:
    """Handles a signal as a server does, and returns the list of those that came."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int) -> list[int]:
        came: list[int] = []
        signal.signal(number, lambda number, frame: came.append(number))
        return came

    yield handle
    for number, handler in before.items():
        signal.signal(number, handler)


async def endless() -> AsyncIterator[int]:
    yield 1
    await anyio.sleep_forever()


async def download() -> AsyncIterator[int]:
    yield 1
    await anyio.sleep(0.1)
    yield 2


def download_in_thread() -> Iterator[int]:
    yield 1
    time.sleep(0.1)
    yield 2


@pytest.fixture(autouse=True)
def grace_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of one test is not that of the next."""
    monkeypatch.setattr(shutdown, "_chosen_grace_period", None)


@pytest.mark.parametrize("make", [download, download_in_thread])
@pytest.mark.parametrize("seconds", [10.0, math.inf, None])
async def test_a_download_is_finished(
    new_client: Any, serve_until: Signals, make: Callable[[], Any], seconds: float | None
) -> None:
    """Whoever ends it may wait for as long as a server does; event streams end at once."""
    serve_until(signal.SIGTERM)
    if seconds is not None:
        set_grace_period(seconds)
    lines, news = new_client(), new_client()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lines.call, GeneratorStream(make(), jsonl.encoder()))
        tasks.start_soon(news.call, GeneratorStream(endless(), events.encoder()))
        for client in (lines, news):
            await client.until(lambda client: b"1" in client.body)
        signal.raise_signal(signal.SIGTERM)

    assert (lines.body, lines.complete, news.complete) == (b"1\n2\n", True, True)


async def test_what_has_not_ended_in_time_is_cut(new_client: Any, serve_until: Signals) -> None:
    """Also what was opened after the signal, at the same time."""
    serve_until(signal.SIGTERM)
    set_grace_period(0.5)
    before, after, news = new_client(), new_client(), new_client()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(before.call, GeneratorStream(endless(), jsonl.encoder()))
            await before.until(lambda client: b"1" in client.body)
            told = anyio.current_time()
            signal.raise_signal(signal.SIGTERM)
            await anyio.sleep(0.1)
            tasks.start_soon(after.call, GeneratorStream(endless(), jsonl.encoder()))
            tasks.start_soon(news.call, GeneratorStream(endless(), events.encoder()))
            await news.until(lambda client: client.complete)
            assert anyio.current_time() < told + 0.5

    # The clock of uvloop is one of whole milliseconds.
    assert round(anyio.current_time() - told, 3) >= 0.5
    assert (before.complete, after.complete) == (False, False)
    assert after.body == b"1\n"


async def test_a_second_interrupt_ends_all(client: Any, serve_until: Signals) -> None:
    """As servers take the second Ctrl+C; one that is handed on twice by SIGTERM is none."""
    came = serve_until(signal.SIGINT), serve_until(signal.SIGTERM)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call, GeneratorStream(endless(), jsonl.encoder()))
            await client.until(lambda client: b"1" in client.body)
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
            await anyio.sleep(0.05)
            assert came == ([signal.SIGINT], [signal.SIGTERM])
            signal.raise_signal(signal.SIGINT)

    assert came == ([signal.SIGINT] * 2, [signal.SIGTERM])
    assert not client.complete


# name: (what uvicorn is told, what streams have)
GRACE_PERIODS = {
    "for ever": (None, 24.0),
    "as ferroapi run": (25, 24.0),
    "as ferroapi dev": (1, 0.8),
    "none": (0, 0.0),
}


@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
@pytest.mark.parametrize(("told", "seconds"), GRACE_PERIODS.values(), ids=GRACE_PERIODS)
async def test_the_time_of_the_server(told: int | None, seconds: float) -> None:
    server = uvicorn.Server(uvicorn.Config("app", timeout_graceful_shutdown=told))
    assert shutdown._grace_period(server.handle_exit) == pytest.approx(seconds)
    assert shutdown._grace_period(lambda number, frame: None) == 24.0


async def test_a_signal_ends_the_streams_and_reaches_the_server(
    new_client: Any, serve_until: Signals
) -> None:
    came = serve_until(signal.SIGTERM)
    set_grace_period(0.2)
    first, second, late, finite = (new_client() for _ in range(4))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first.call, GeneratorStream(endless(), events.encoder()))
        tasks.start_soon(second.call, GeneratorStream(endless(), jsonl.encoder()))
        for client in (first, second):
            await client.until(lambda client: b"1" in client.body)
        signal.raise_signal(signal.SIGTERM)
        # An event stream that begins now ends at once, so that its reader goes elsewhere.
        await late.call(GeneratorStream(endless(), events.encoder()))
        await finite.call(GeneratorStream(iter([1, 2]), jsonl.encoder()))

    assert came == [signal.SIGTERM]
    assert (first.complete, second.complete) == (True, False)
    assert (late.complete, late.messages[0]["status"]) == (True, 200)
    assert (finite.complete, finite.body) == (True, b"1\n2\n")


async def test_an_event_that_is_made_meanwhile_arrives(
    client: Any, serve_until: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "THREAD_SLICE", 10.0)
    serve_until(signal.SIGTERM)
    begun, told = threading.Event(), threading.Event()

    def items() -> Iterator[str]:
        yield "first"
        begun.set()
        told.wait(10)
        yield "x" * 70_000
        yield "last"

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, GeneratorStream(items(), events.encoder()))
        await client.until(lambda client: b"first" in client.body)
        await anyio.to_thread.run_sync(begun.wait, 10)
        signal.raise_signal(signal.SIGTERM)
        await anyio.sleep(0.05)
        told.set()

    assert client.body == b'data: "first"\n\ndata: "%s"\n\n' % (b"x" * 70_000)
    assert client.complete


async def test_the_next_server_of_a_process_begins_anew(
    new_client: Any, serve_until: Signals
) -> None:
    """As a server that is started again in the same process, in another event loop."""
    client = new_client()
    serve_until(signal.SIGTERM)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, GeneratorStream(endless(), events.encoder()))
        await client.until(lambda client: b"1" in client.body)
        assert not client.complete
        signal.raise_signal(signal.SIGTERM)
    assert client.complete


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signals_that_no_server_handles_are_left_alone(
    client: Any, number: int, serve_until: Signals
) -> None:
    serve_until(signal.SIGINT)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    before = signal.getsignal(number)
    await client.call(GeneratorStream(iter([1]), jsonl.encoder()))
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
async def test_a_server_in_another_thread_is_told_by_who_started_it(
    client: Any, serve_until: Signals
) -> None:
    """Signals are handled in the main thread; Python allows no other."""
    serve_until(signal.SIGTERM)
    before = signal.getsignal(signal.SIGTERM)
    stream = GeneratorStream(iter([1]), jsonl.encoder())
    thread = threading.Thread(target=lambda: asyncio.run(client.call(stream)))
    thread.start()
    await anyio.to_thread.run_sync(thread.join)
    assert client.complete
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("waits", [False, True])
async def test_a_client_that_does_not_read_is_not_waited_for(client: Any, waits: bool) -> None:
    closed: list[bool] = []
    blocked = anyio.Event()

    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(10**9):
                yield number
                if waits:
                    await anyio.sleep(0.001)
        finally:
            closed.append(True)

    async def block(message: Any) -> None:
        if len(client.messages) == 3:
            blocked.set()
            await anyio.sleep_forever()

    client.before_send = block
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, GeneratorStream(numbers(), events.encoder()))
        await blocked.wait()
        end_streams()

    assert closed == [True]
    assert not client.complete


class LoopClosed:
    """A stream whose task was lost with its event loop."""

    is_resumed = True

    def end(self, after: float) -> None:
        raise RuntimeError("Event loop is closed")


async def test_a_stream_that_was_lost_holds_nobody_up(client: Any) -> None:
    lost: Any = LoopClosed()
    stream_opened(lost, lost)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call, GeneratorStream(endless(), events.encoder()))
            await client.until(lambda client: b"1" in client.body)
            end_streams()
    finally:
        stream_closed(lost)
    assert client.complete
