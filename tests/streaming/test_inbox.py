"""A request that its function reads while it streams, and what else is heard of its client."""

import gc
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect
from starlette.types import Message

from ferroapi import BackgroundTasks, Depends, FastAPI, Request, Response
from ferroapi.streaming import inbox
from ferroapi.streaming.inbox import Inbox
from ferroapi.streaming.scope import stream_scope

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


async def wait_for_ever() -> None:
    await anyio.sleep_forever()


async def all_in_a_child(request: Request) -> AsyncIterator[int]:
    async def read() -> None:
        async with aclosing(request.stream()) as parts:
            async for _ in parts:
                await anyio.sleep(0.01)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        yield 1
        await wait_for_ever()


async def a_part(request: Request) -> AsyncIterator[int]:
    async with aclosing(request.stream()) as parts:
        await anext(parts)
    yield 1
    await wait_for_ever()


async def whether_it_is_there(request: Request) -> AsyncIterator[int]:
    await request.is_disconnected()
    yield 1
    await wait_for_ever()


async def nothing(request: Request) -> AsyncIterator[int]:
    yield 1
    await wait_for_ever()


@pytest.mark.parametrize(
    "read",
    [all_in_a_child, a_part, whether_it_is_there, nothing],
    ids=lambda read: read.__name__,
)
async def test_the_leaving_of_a_client_is_heard_whatever_is_read(
    client: Any, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # More than it takes to read on, on a busy machine, too.
    monkeypatch.setattr(inbox, "PATIENCE", 0.5)
    client.request = body(*PARTS)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, application(read))
        await client.until(lambda client: b"1" in client.body)
        with anyio.move_on_after(10):
            while client.request:  # noqa: ASYNC110 - the list of a client driven by hand
                await anyio.sleep(0.01)
        client.leave()

    assert client.request == []


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("in_child", [False, True])
@pytest.mark.parametrize("handled", [False, True])
async def test_a_client_that_leaves_amid_its_request_is_no_error(
    client: Any, begun: bool, in_child: bool, handled: bool
) -> None:
    """But what the request has opened sees it, and the handler of the exception."""
    seen: list[str] = []

    async def transaction() -> AsyncIterator[None]:
        try:
            yield
        except ClientDisconnect:
            seen.append("rolled back")
            raise
        except BaseExceptionGroup:
            seen.append("rolled back")
            raise
        else:
            seen.append("committed")

    async def read(request: Request) -> AsyncIterator[str]:
        if begun:
            yield "begin"
        client.leave()
        if in_child:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(request.body)
        else:
            await request.body()

    app = FastAPI(dependencies=[Depends(transaction)])
    app.post("/")(read)
    if handled:

        @app.exception_handler(ClientDisconnect)
        async def answer(request: Request, error: ClientDisconnect) -> Response:
            seen.append("handled")
            return Response(status_code=499)

    client.request = body(b"a", b"b")[:1]
    await client.call(app)

    assert seen[0] == "rolled back"
    assert ("handled" in seen) is (handled and not begun and not in_child)


async def test_an_exception_of_another_request_is_an_error(client: Any) -> None:
    async def read() -> AsyncIterator[int]:
        yield 1
        raise ClientDisconnect

    client.request = body(b"a")
    with pytest.raises(ClientDisconnect):
        await client.call(application(read))


async def test_nothing_is_left_of_a_request_that_was_not_read(client: Any) -> None:
    async def read(request: Request) -> AsyncIterator[int]:
        yield 1
        await anyio.sleep(0.02)

    client.request = body(*PARTS)
    await client.call(application(read))
    gc.collect()

    assert not [each for each in gc.get_objects() if type(each) is Inbox]


async def test_a_request_may_be_read_after_its_stream(client: Any) -> None:
    received: list[bytes] = []

    async def read(request: Request, background: BackgroundTasks) -> AsyncIterator[int]:
        async def keep() -> None:
            received.append(await request.body())

        background.add_task(keep)
        yield 1
        await anyio.sleep(0.02)

    client.request = body(*PARTS)
    await client.call(application(read))

    assert received == [b"abcd"]


async def test_a_request_may_be_read_while_the_stream_is_interrupted(client: Any) -> None:
    received: list[bytes] = []

    async def read(request: Request) -> AsyncIterator[int]:
        try:
            yield 1
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                received.append(await request.body())

    client.request = body(*PARTS)
    with anyio.move_on_after(0.05):
        await client.call(application(read))

    assert received == [b"abcd"]


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
    monkeypatch.setattr(inbox, "PATIENCE", 0.05)
    refused, closed = anyio.Event(), anyio.Event()

    async def read(request: Request) -> AsyncIterator[int]:
        try:
            yield 1
            await anyio.sleep(0.2)
            with pytest.raises(RuntimeError, match="The rest of the request was thrown away"):
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
    """What counts is how long each part waits, not all of them."""
    monkeypatch.setattr(inbox, "PATIENCE", 0.5)

    async def read(request: Request) -> AsyncIterator[str]:
        async for part in request.stream():
            await anyio.sleep(0.15)
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
            got.append(await shared.receive())

        got: list[Message] = []
        async with stream_scope() as scope:
            shared = Inbox(receive, scope, keeps=True)
            with anyio.CancelScope(shield=True):
                for step in steps:
                    if step == "read":
                        await read()
                    elif step == "wait":
                        await anyio.lowlevel.checkpoint()
                    else:
                        shared.listen()
                for _ in messages:
                    await read()
            shared.stop_timer()
        return got[: len(messages)], messages

    got, messages = anyio.run(talk)
    assert got == messages
