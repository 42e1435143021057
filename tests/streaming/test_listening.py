"""Starlette's `StreamingResponse` without its tasks: it does what it does by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from tests.properties import examples

from ferroapi.plan.reply.sending import send_response
from ferroapi.streaming import listening

from .conftest import BACKENDS, Client

STEPS = ("text", b"bytes", memoryview(b"view"), "", "pause", "give way")


@dataclass
class Happened:
    """What can be seen of one response."""

    messages: list[Message] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    error: str | None = None
    waits: anyio.Event = field(default_factory=anyio.Event, compare=False)


def scope_of(*, spec_version: str = "2.3", kind: str = "http") -> Scope:
    asgi = {"version": "3.0", "spec_version": spec_version}
    return {"type": kind, "asgi": asgi, "method": "GET", "path": "/", "headers": []}


async def by_itself(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    await response(scope, receive, send)


async def produce(steps: tuple[Any, ...], end: str, happened: Happened) -> AsyncIterator[Any]:
    try:
        for step in steps:
            if step == "pause":
                await anyio.sleep(0.001)
            elif step == "give way":
                await anyio.lowlevel.checkpoint()
            else:
                yield step
        if end == "raise":
            raise LookupError("lost")
        if end == "wait":
            happened.waits.set()
            await anyio.sleep(10)
    except BaseException as error:
        happened.events.append(f"interrupted by {type(error).__name__}")
        raise


async def answer(
    send_it: Callable[..., Awaitable[None]], steps: tuple[Any, ...], end: str, body: list[Message]
) -> Happened:
    happened, client = Happened(), Client()
    client.request = body.copy()
    content = produce(steps, end, happened)
    background = BackgroundTask(happened.events.append, "background")
    response = StreamingResponse(content, 201, {"x-a": "b"}, "text/csv", background)

    async def leave() -> None:
        await happened.waits.wait()
        client.leave()

    async with anyio.create_task_group() as tasks:
        if end == "wait":
            tasks.start_soon(leave)
        try:
            await send_it(response, scope_of(), client.receive, client.send)
        except Exception as error:
            happened.error = repr(error)
    happened.messages = client.messages
    return happened


PART = {"type": "http.request", "body": b"part", "more_body": True}


@pytest.mark.parametrize("backend", ["uvloop", "asyncio", "trio"])
@settings(deadline=None, max_examples=examples(50))
@given(
    steps=st.lists(st.sampled_from(STEPS), max_size=6).map(tuple),
    end=st.sampled_from(["end", "raise", "wait"]),
    body=st.lists(st.just(PART), max_size=2),
)
def test_the_same_is_seen(
    backend: str, steps: tuple[Any, ...], end: str, body: list[Message]
) -> None:
    name, options = BACKENDS[backend]

    async def both() -> list[Happened]:
        return [await answer(send, steps, end, body) for send in (by_itself, send_response)]

    expected, given = anyio.run(both, backend=name, backend_options=options)
    assert given == expected


@pytest.mark.anyio
async def test_what_never_waits_is_sent_without_a_listener() -> None:
    async def receive() -> Message:
        raise AssertionError("somebody listens")

    client = Client()
    response = StreamingResponse(produce(("a", "b"), "end", Happened()))
    await send_response(response, scope_of(), receive, client.send)
    assert client.body == b"ab"
    assert client.complete


@pytest.mark.anyio
async def test_the_generator_runs_in_the_task_of_the_request() -> None:
    async def own() -> AsyncIterator[str]:
        yield str(anyio.get_current_task().id)

    client = Client()
    await send_response(StreamingResponse(own()), scope_of(), client.receive, client.send)
    assert client.body == str(anyio.get_current_task().id).encode()


@pytest.mark.anyio
async def test_what_receive_raises_is_raised() -> None:
    async def receive() -> Message:
        raise LookupError("lost")

    client, happened = Client(), Happened()
    response = StreamingResponse(
        produce(("a",), "wait", happened),
        background=BackgroundTask(happened.events.append, "background"),
    )
    with pytest.raises(LookupError, match="lost"):
        await send_response(response, scope_of(), receive, client.send)
    assert client.body == b"a"
    assert "background" not in happened.events


@pytest.mark.anyio
async def test_a_cancelled_request_is_cancelled() -> None:
    client, happened = Client(), Happened()
    with anyio.move_on_after(0.01) as limit:
        response = StreamingResponse(
            produce((), "wait", happened),
            background=BackgroundTask(happened.events.append, "background"),
        )
        await send_response(response, scope_of(), client.receive, client.send)
    assert limit.cancelled_caught
    (event,) = happened.events
    assert event.startswith("interrupted by Cancel")


@pytest.mark.anyio
async def test_a_plain_generator_runs_in_threads() -> None:
    def lines() -> Iterator[str]:
        yield from ("a", "b")

    client = Client()
    await send_response(StreamingResponse(lines()), scope_of(), client.receive, client.send)
    assert client.body == b"ab"


@pytest.mark.anyio
@pytest.mark.parametrize("taken", [0, 1, 2])
async def test_a_plain_generator_is_closed_when_its_client_is_lost(taken: int) -> None:
    events: list[str] = []

    def lines() -> Iterator[str]:
        try:
            for line in ("a", "b", "c"):
                events.append(line)
                yield line
        finally:
            events.append("closed")

    messages = 0

    async def send(message: Message) -> None:
        nonlocal messages
        messages += 1
        if messages > 1 + taken:
            raise OSError("the client is lost")

    with pytest.raises(OSError, match="the client is lost") as caught:
        await send_response(StreamingResponse(lines()), scope_of(), Client().receive, send)
    assert events == [*("a", "b", "c")[: taken + 1], "closed"]
    assert caught.traceback


class Own(StreamingResponse):
    """Sends itself in another way."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)


class Named(StreamingResponse):
    """A subclass that has nothing to do with sending."""

    media_type = "text/csv"


class OwnListening(StreamingResponse):
    """Replaces what both ways call."""

    heard = 0

    async def listen_for_disconnect(self, receive: Receive) -> None:
        type(self).heard += 1
        await super().listen_for_disconnect(receive)


def replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = StreamingResponse.__call__

    async def call(self: StreamingResponse, scope: Scope, receive: Receive, send: Send) -> None:
        await sent(self, scope, receive, send)

    monkeypatch.setattr(StreamingResponse, "__call__", call)


LISTENS = {
    "a plain one": (StreamingResponse, scope_of(), None, True),
    "a subclass": (Named, scope_of(), None, True),
    "a subclass that listens": (OwnListening, scope_of(), None, True),
    "a subclass that sends": (Own, scope_of(), None, False),
    "a replaced method": (StreamingResponse, scope_of(), replaced, False),
    "a replaced method, a subclass": (Named, scope_of(), replaced, False),
    "a server whose send raises": (StreamingResponse, scope_of(spec_version="2.4"), None, False),
    "a refused WebSocket": (StreamingResponse, scope_of(kind="websocket"), None, False),
}


@pytest.mark.parametrize(("owner", "scope", "change", "listens"), LISTENS.values(), ids=LISTENS)
def test_who_sends_itself_is_left_to_itself(
    owner: type[StreamingResponse],
    scope: Scope,
    change: Callable[[pytest.MonkeyPatch], None] | None,
    listens: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if change is not None:
        change(monkeypatch)
    assert listening.listens(owner(iter(())), scope) is listens


class Items:
    """Asynchronous, and no generator."""

    def __aiter__(self) -> Items:
        return self

    async def __anext__(self) -> str:
        raise StopAsyncIteration


def test_what_cannot_be_closed_is_left_to_starlette() -> None:
    response = StreamingResponse(Items())
    assert not listening.listens(response, scope_of())
    response.body_iterator = produce((), "end", Happened())
    assert listening.listens(response, scope_of())
    del response.body_iterator
    assert not listening.listens(response, scope_of())


@contextlib.asynccontextmanager
async def with_group() -> AsyncIterator[None]:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.sleep, 0)
        yield


@contextlib.asynccontextmanager
async def with_limit() -> AsyncIterator[None]:
    with anyio.fail_after(5):
        yield


@pytest.mark.anyio
@pytest.mark.parametrize("ends", ["leaves", "cancelled", "cannot be sent"])
@pytest.mark.parametrize("opened", [with_group, with_limit, contextlib.nullcontext])
async def test_a_generator_is_closed_where_it_ran(opened: Callable[[], Any], ends: str) -> None:
    """Also one that is inside a cancel scope when its client leaves while it is being sent to."""
    client, events = Client(), list[object]()

    async def chunks() -> AsyncIterator[str]:
        where = anyio.get_current_task().id
        try:
            async with opened():
                yield "a"
                yield "b"
        finally:
            await anyio.sleep(0.001)
            events.append(where == anyio.get_current_task().id)

    async def blocked(message: Message) -> None:
        if message.get("body") == b"b":
            if ends == "cannot be sent":
                raise OSError("gone")
            if ends == "leaves":
                client.leave()
            else:
                tasks.cancel_scope.cancel()
            await anyio.sleep(10)

    client.before_send = blocked
    background = BackgroundTask(events.append, "background")
    response = StreamingResponse(chunks(), background=background)
    expected = pytest.raises(OSError, match="gone") if ends == "cannot be sent" else None
    async with anyio.create_task_group() as tasks:
        with expected or contextlib.nullcontext():
            await send_response(response, scope_of(), client.receive, client.send)
    assert events == ([True, "background"] if ends == "leaves" else [True])


def test_a_listener_of_a_subclass_is_called() -> None:
    async def send() -> None:
        client = Client()
        response = OwnListening(produce(("pause", "a", "pause"), "end", Happened()))
        await send_response(response, scope_of(), client.receive, client.send)

    asyncio.run(send())
    assert OwnListening.heard == 1
