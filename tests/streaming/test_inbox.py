"""A request that its function reads while it streams, and what else is heard of its client."""

import json
from collections.abc import AsyncIterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Message

from ferroapi import FastAPI, Request
from ferroapi.streaming import delivery
from ferroapi.streaming.inbox import Inbox

pytestmark = pytest.mark.anyio


def body(*parts: bytes) -> list[Message]:
    """The messages of a request."""
    return [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, start=1)
    ]


async def at_once(request: Request) -> AsyncIterator[str]:
    async for part in request.stream():
        yield part.decode()


async def with_waits(request: Request) -> AsyncIterator[str]:
    async for part in request.stream():
        await anyio.sleep(0.01)
        yield part.decode()
        await anyio.sleep(0.01)


async def after_a_wait(request: Request) -> AsyncIterator[str]:
    yield "begin"
    await anyio.sleep(0.03)
    async for part in request.stream():
        yield part.decode()


async def before_asking_for_the_client(request: Request) -> AsyncIterator[str]:
    async for part in request.stream():
        yield part.decode()
    for _ in range(3):
        assert not await request.is_disconnected()
        yield ""
        await anyio.sleep(0.01)


async def whole(request: Request) -> AsyncIterator[str]:
    yield "begin"
    await anyio.sleep(0.01)
    yield (await request.body()).decode()


async def in_a_child(request: Request) -> AsyncIterator[str]:
    parts: list[str] = []

    async def read() -> None:
        parts.append((await request.body()).decode())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        await anyio.sleep(0.01)
    for part in parts:
        yield part


def application(read: Any) -> FastAPI:
    app = FastAPI()
    app.post("/")(read)
    return app


PARTS = (b"a", b"b", b"c", b"", b"d")


@pytest.mark.parametrize("parts", [PARTS, (b"abcd",)], ids=["parts", "one part"])
@pytest.mark.parametrize(
    "read",
    [at_once, with_waits, after_a_wait, before_asking_for_the_client, whole, in_a_child],
    ids=lambda read: read.__name__,
)
async def test_nothing_of_a_request_is_lost(
    client: Any, read: Any, parts: tuple[bytes, ...]
) -> None:
    client.request = body(*parts)
    await client.call(application(read))

    received = "".join(json.loads(line) for line in client.body.splitlines())
    assert received.removeprefix("begin") == "abcd"
    assert client.complete


@pytest.mark.parametrize("parts", [(b"a",), (b"a", b"b", b"c")])
@pytest.mark.parametrize("injected", [False, True])
async def test_the_leaving_of_a_client_is_heard_behind_a_request(
    client: Any, parts: tuple[bytes, ...], injected: bool
) -> None:
    """Unless much of it was not read by a function that may: nothing is asked for then."""
    closed = anyio.Event()

    async def endless() -> AsyncIterator[int]:
        try:
            yield 1
            await anyio.sleep_forever()
        finally:
            closed.set()

    async def injecting(request: Request) -> AsyncIterator[int]:
        async for part in request.stream():
            assert part in parts or not part
        async for number in endless():
            yield number

    client.request = body(*parts)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, application(injecting if injected else endless))
        await client.until(lambda client: b"1" in client.body)
        client.leave()

    assert client.request == []


@pytest.mark.parametrize("begun", [False, True])
async def test_a_client_that_leaves_amid_its_request_is_no_error(client: Any, begun: bool) -> None:
    seen: list[str] = []

    async def read(request: Request) -> AsyncIterator[str]:
        if begun:
            yield "begin"
        try:
            async for part in request.stream():
                seen.append(part.decode())
                client.leave()
        finally:
            seen.append("closed")

    client.request = body(b"a", b"b")[:1]
    await client.call(application(read))

    assert seen == ["a", "closed"]


async def test_a_large_request_that_is_not_read_slows_its_client_down(client: Any) -> None:
    async def read(request: Request) -> AsyncIterator[int]:
        for number in range(5):
            yield number
            await anyio.sleep(0.01)

    client.request = body(*PARTS)
    await client.call(application(read))

    assert len(client.request) == len(PARTS) - 1
    assert client.complete


async def test_a_large_request_that_is_not_read_is_given_up(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody would hear that its client has left."""
    monkeypatch.setattr(delivery, "PATIENCE", 0.05)
    refused, closed = anyio.Event(), anyio.Event()

    async def read(request: Request) -> AsyncIterator[int]:
        try:
            yield 1
            await anyio.sleep(0.2)
            with pytest.raises(RuntimeError, match="The request was not read"):
                await request.body()
            refused.set()
            await anyio.sleep_forever()
        finally:
            closed.set()

    client.request = body(*PARTS)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, application(read))
        await refused.wait()
        client.leave()

    assert closed.is_set()
    assert client.request == []


async def test_a_reader_may_take_its_time(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "PATIENCE", 0.05)

    async def read(request: Request) -> AsyncIterator[str]:
        async for part in request.stream():
            await anyio.sleep(0.08)
            yield part.decode()

    client.request = body(*PARTS)
    await client.call(application(read))

    assert "".join(json.loads(line) for line in client.body.splitlines()) == "abcd"


STEPS = st.lists(st.sampled_from(["read", "listen", "wait"]), max_size=20)


@given(st.lists(st.binary(max_size=2), min_size=1, max_size=6), STEPS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_read_is_what_came(parts: list[bytes], steps: list[str]) -> None:
    """Whoever asks when: the reader gets the messages of the server, in their order."""

    async def talk() -> tuple[list[Message], list[Message]]:
        messages = [*body(*parts), {"type": "http.disconnect"}]
        coming = iter(messages)

        async def receive() -> Message:
            await anyio.lowlevel.checkpoint()
            return next(coming, messages[-1])

        async def read() -> None:
            got.append(await inbox.receive())

        async def listen() -> None:
            await inbox.listen(anyio.lowlevel.checkpoint, lambda left: None)

        got: list[Message] = []
        inbox = Inbox(receive, keeps=True)
        async with anyio.create_task_group() as tasks:
            for step in steps:
                if step == "read":
                    await read()
                elif step == "wait":
                    await anyio.lowlevel.checkpoint()
                elif inbox.begin_to_listen():
                    tasks.start_soon(listen)
            for _ in messages:
                tasks.start_soon(read)
        return got[: len(messages)], messages

    got, messages = anyio.run(talk)
    assert got == messages
