"""Coroutines that the callbacks of futures advance."""

from __future__ import annotations

import asyncio
import contextvars
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from tests.server.serving import sent, serving
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ferroapi.connection.exchange import Exchange
from ferroapi.server import HTTPProtocol
from ferroapi.streaming.taskless import Taskless, advance, is_of_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Message, Receive, Scope, Send


class FutureOfServer:
    """A future that never lets go of its callbacks."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[Any], None]] = []

    def __await__(self) -> Any:
        yield self

    def add_done_callback(
        self, callback: Callable[[Any], None], *, context: contextvars.Context
    ) -> None:
        self.callbacks.append(callback)


@pytest.mark.usefixtures("no_garbage_collection")
def test_what_was_waited_for_is_let_go() -> None:
    async def wait(futures: list[FutureOfServer]) -> None:
        while futures:
            await futures.pop(0)

    loop = asyncio.new_event_loop()
    first, second = FutureOfServer(), FutureOfServer()
    waiting = wait([first, second])
    awaited: Any = advance(waiting, loop)
    ended: list[Exception | None] = []
    taskless = Taskless(
        waiting, awaited, loop, contextvars.copy_context(), lambda _, error: ended.append(error)
    )
    released = [weakref.ref(first), weakref.ref(second)]

    first.callbacks[0](first)
    del first, awaited
    assert released[0]() is None
    second.callbacks[0](second)
    del second
    assert released[1]() is None
    assert ended == [None]

    taskless.close()
    loop.close()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("protocol", [HTTPProtocol, HttpToolsProtocol])
async def test_the_functions_of_a_server_are_known(protocol: type[Any]) -> None:
    known: list[bool] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def wrapped(message: Message) -> None:
            await send(message)

        exchange = Exchange(scope, receive, send)
        functions = (receive, send, wrapped, exchange.send_tracked)
        known.extend(map(is_of_server, functions))

    async with serving(app, protocol=protocol) as port:
        await sent(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert known == [True, True, False, False]
