from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import pytest
from starlette.types import Message, Scope

from ferroapi.streaming import taskless

BACKENDS = {
    "asyncio": ("asyncio", {"use_uvloop": False}),
    "uvloop": ("asyncio", {"use_uvloop": True}),
    "trio": ("trio", {}),
    "taskless": ("asyncio", {"use_uvloop": True}),
}


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def anyio_backend(backend: str) -> Any:
    return BACKENDS[backend]


class Client:
    """The server and the client of one response, driven by hand."""

    _calls = 0

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.request: list[Message] = []
        """What is received before the client leaves, each after a moment."""
        self.before_send: Callable[[Message], Awaitable[None]] | None = None
        self._sending = False
        self._gone = anyio.Event()
        self._news = anyio.Event()

    async def receive(self) -> Message:
        if self.request:
            await anyio.sleep(0.001)
        if self.request:
            return self.request.pop(0)
        await self.until_left()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        assert not self._sending, "two messages are sent at the same time"
        assert not self.complete, "a message is sent after the last"
        self._sending = True
        try:
            if self.before_send is not None:
                await self.before_send(message)
        finally:
            self._sending = False
        self.messages.append(message)
        self._news.set()
        self._news = anyio.Event()

    async def call(self, response: Any, *, spec_version: str = "2.3") -> None:
        """Runs a response or an application to its end, and checks that it leaves no task behind.

        An application is asked for `GET /`, or for `POST /` where the request has a body.
        """
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": spec_version},
            "method": "POST" if self.request else "GET",
            "path": "/",
            "query_string": b"",
            "headers": [],
        }
        Client._calls += 1
        try:
            with anyio.fail_after(20):
                await response(scope, self.receive, self.send)
        finally:
            Client._calls -= 1
            if Client._calls == 0:
                assert not [task for task in anyio.get_running_tasks() if is_child(task)]

    def leave(self) -> None:
        self._gone.set()

    async def until_left(self) -> None:
        await self._gone.wait()

    async def until(self, condition: Callable[[Client], bool]) -> None:
        """Waits until `condition` holds for what has arrived."""
        with anyio.fail_after(10):
            while not condition(self):
                await self._news.wait()

    def until_in_thread(self, condition: Callable[[Client], bool]) -> None:
        """As `until`, in a worker thread."""
        end = time.monotonic() + 10
        while not condition(self):
            assert time.monotonic() < end
            time.sleep(0.001)

    @property
    def started(self) -> bool:
        return bool(self.messages)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def complete(self) -> bool:
        last = self.messages[-1] if self.messages else {"type": None}
        return last["type"] == "http.response.body" and not last.get("more_body", False)


def is_child(task: anyio.TaskInfo) -> bool:
    return "StreamScope" in getattr(task.coro, "__qualname__", "") or "_run_child" in str(task.name)


def pinged(client: Client) -> bool:
    """Whether a ping has arrived."""
    return b": ping\n\n" in client.body


def pinged_twice(client: Client) -> bool:
    """Whether two have."""
    return client.body.count(b": ping\n\n") >= 2


class Server(Client):
    """A client seen through the `receive` and `send` of a server: both wait for futures only."""

    async def receive(self) -> Message:
        if self.request:
            await asyncio.sleep(0.001)
        if self.request:
            return self.request.pop(0)
        await self.until_left()
        return {"type": "http.disconnect"}

    async def until_left(self) -> None:
        while not self._gone.is_set():  # noqa: ASYNC110 - anyio's events ask for the current task
            await asyncio.sleep(0.001)


@pytest.fixture
def new_client(backend: str, monkeypatch: pytest.MonkeyPatch) -> type[Client]:
    if backend != "taskless":
        return Client
    monkeypatch.setattr(taskless, "SERVERS", {Server.__module__.partition(".")[0]})
    return Server


@pytest.fixture
def client(new_client: type[Client]) -> Client:
    return new_client()


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    import gc

    gc.disable()
    try:
        yield
    finally:
        gc.enable()
