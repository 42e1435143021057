"""Who may await `receive` and `send`, and how."""

import asyncio
import inspect
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from tests.server.applications import read, respond
from tests.server.serving import LIMIT, connected, sent, serving

pytestmark = pytest.mark.anyio

LAST = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
START: Message = {"type": "http.response.start", "status": 200, "headers": []}
END: Message = {"type": "http.response.body", "body": b"end"}


async def directly(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


async def by_task(awaitable: Any) -> Any:
    return await asyncio.create_task(awaitable)


async def by_ensured_future(awaitable: Awaitable[Any]) -> Any:
    return await asyncio.ensure_future(awaitable)


async def within_time(awaitable: Awaitable[Any]) -> Any:
    return await asyncio.wait_for(awaitable, LIMIT)


async def with_others(awaitable: Awaitable[Any]) -> Any:
    (result,) = await asyncio.gather(awaitable)
    return result


async def shielded(awaitable: Awaitable[Any]) -> Any:
    return await asyncio.shield(awaitable)


@pytest.mark.parametrize(
    "how", [directly, by_task, by_ensured_future, within_time, with_others, shielded]
)
@pytest.mark.parametrize("late", [False, True], ids=["there", "late"])
async def test_whatever_awaits_a_coroutine_may_await_these(
    how: Callable[[Awaitable[Any]], Awaitable[Any]], late: bool
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        message = await how(receive())
        await how(send(START))
        await how(send({**END, "body": message["body"]}))
        assert await how(receive()) == {"type": "http.disconnect"}

    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(LAST[:-2])
        if late:
            await asyncio.sleep(0.02)
        writer.write(LAST[-2:])
        assert (await reader.read()).endswith(b"2\r\nok\r\n0\r\n\r\n")


async def test_tasks_of_anyio_may_be_made_of_them() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(receive)
        async with anyio.create_task_group() as group:
            group.start_soon(send, START)
        await send(END)

    async with serving(app) as port:
        assert (await sent(port, LAST)).endswith(b"3\r\nend\r\n0\r\n\r\n")


async def test_what_they_return_is_awaitable() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for awaitable in (receive(), receive(), send(START)):
            assert inspect.isawaitable(awaitable)
            assert asyncio.iscoroutine(awaitable)
            awaitable.close()
        await send(END)

    async with serving(app) as port:
        assert (await sent(port, LAST)).endswith(b"3\r\nend\r\n0\r\n\r\n")


async def test_two_who_receive_both_hear_that_the_client_has_left() -> None:
    told: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await read(receive)
        told.extend(await asyncio.gather(receive(), receive()))
        done.set()

    done = asyncio.Event()
    async with serving(app) as port:
        async with connected(port) as (_, writer):
            writer.write(LAST)
            await asyncio.sleep(0.02)
        await asyncio.wait_for(done.wait(), LIMIT)
    assert told == [{"type": "http.disconnect"}] * 2


async def test_two_who_receive_share_a_body() -> None:
    got: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def take() -> None:
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return
                got.append(message["body"])
                if not message["more_body"]:
                    await respond(send, b"all")

        await asyncio.gather(take(), take())

    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(LAST[:-1])
        await asyncio.sleep(0.02)
        writer.write(LAST[-1:])
        assert (await reader.read()).endswith(b"all")
    assert b"".join(got) == b"ok"


async def test_a_receive_that_was_given_up_takes_nothing() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(receive(), 0.01)
        go_on.set()
        await respond(send, await read(receive))

    go_on = asyncio.Event()
    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(LAST[:-2])
        await go_on.wait()
        writer.write(LAST[-2:])
        assert (await reader.read()).endswith(b"\r\n\r\nok")


@pytest.fixture
def traced_memory() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced_memory")
async def test_asking_again_and_again_whether_the_client_has_left_keeps_nothing() -> None:
    grown = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal grown
        await read(receive)
        request = Request(scope, receive)
        for count in range(2_000):
            if count == 1_000:
                before = tracemalloc.get_traced_memory()[0]
            assert not await request.is_disconnected()
        grown = tracemalloc.get_traced_memory()[0] - before
        await respond(send, b"")

    async with serving(app) as port:
        await sent(port, LAST)
    assert grown < 20_000


async def test_a_task_goes_on_after_the_response() -> None:
    done = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, b"")
        await asyncio.sleep(0.01)
        with pytest.raises(RuntimeError, match="already completed"):
            await send(END)
        done.set()

    async with serving(app) as port:
        await sent(port, LAST)
        await asyncio.wait_for(done.wait(), LIMIT)


async def test_a_response_may_be_sent_by_a_child_while_its_application_waits() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def child() -> None:
            await send(START)
            await asyncio.sleep(0)
            await send(END)

        await send_in_group(child)

    async def send_in_group(child: Callable[[], Awaitable[None]]) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(child)

    async with serving(app) as port:
        assert (await sent(port, LAST)).endswith(b"3\r\nend\r\n0\r\n\r\n")


async def test_time_limits_hold_inside_of_an_application() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await read(receive)
        began = time.monotonic()
        with anyio.move_on_after(0.01) as anyio_scope:
            await receive()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await receive()
        assert anyio_scope.cancelled_caught
        assert time.monotonic() - began < LIMIT
        assert asyncio.current_task() is not None
        await respond(send, b"ok")

    async with serving(app) as port:
        assert (await sent(port, LAST)).endswith(b"\r\n\r\nok")
