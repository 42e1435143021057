"""A `StreamingResponse` that was returned: what it sends by itself, sent as what is yielded."""

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
from tests.conftest import BACKENDS
from tests.properties import examples
from tests.streaming.conftest import Client

from ferroapi import FastAPI, HTTPException, Request
from ferroapi.connection.exchange import Exchange
from ferroapi.plan.reply.returned_stream import is_delivered
from ferroapi.plan.reply.sending import send_response
from ferroapi.responses import EventSourceResponse
from ferroapi.streaming import end_streams
from ferroapi.testclient import AsyncClient, TestClient

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


async def delivered(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    await send_response(response, Exchange(scope, receive, send))


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


def body_of(happened: Happened) -> bytes:
    return b"".join(bytes(message.get("body", b"")) for message in happened.messages)


def is_complete(happened: Happened) -> bool:
    return bool(happened.messages) and happened.messages[-1].get("more_body") is False


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
        return [await answer(send, steps, end, body) for send in (by_itself, delivered)]

    expected, given = anyio.run(both, backend=name, backend_options=options)
    assert given.error == expected.error
    assert given.events == expected.events
    assert body_of(given) == body_of(expected)
    # What fails before its first chunk has an answer of its own.
    assert given.messages[:1] == (expected.messages[:1] if given.messages else [])
    assert given.messages or given.error
    assert is_complete(given) is is_complete(expected)


@pytest.mark.anyio
async def test_what_never_waits_is_sent_without_a_listener() -> None:
    async def receive() -> Message:
        raise AssertionError("somebody listens")

    client = Client()
    response = StreamingResponse(produce(("a", "b"), "end", Happened()))
    await delivered(response, scope_of(), receive, client.send)
    assert client.body == b"ab"
    assert client.complete


@pytest.mark.anyio
async def test_the_generator_runs_in_the_task_of_the_request() -> None:
    async def own() -> AsyncIterator[str]:
        yield str(anyio.get_current_task().id)

    client = Client()
    await delivered(StreamingResponse(own()), scope_of(), client.receive, client.send)
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
        await delivered(response, scope_of(), receive, client.send)
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
        await delivered(response, scope_of(), client.receive, client.send)
    assert limit.cancelled_caught
    (event,) = happened.events
    assert event.startswith("interrupted by Cancel")


@pytest.mark.anyio
async def test_a_plain_generator_runs_in_threads() -> None:
    def lines() -> Iterator[str]:
        yield from ("a", "b")

    client = Client()
    await delivered(StreamingResponse(lines()), scope_of(), client.receive, client.send)
    assert client.body == b"ab"


@pytest.mark.anyio
@pytest.mark.parametrize("taken", [0, 1])
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
        await delivered(StreamingResponse(lines()), scope_of(), Client().receive, send)
    assert events[0] == "a"
    assert events[-1] == "closed"
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


DELIVERED = {
    "a plain one": (StreamingResponse, scope_of(), None, True),
    "a subclass": (Named, scope_of(), None, True),
    "a subclass that listens": (OwnListening, scope_of(), None, False),
    "an event stream": (EventSourceResponse, scope_of(), None, True),
    "a subclass that sends": (Own, scope_of(), None, False),
    "a replaced method": (StreamingResponse, scope_of(), replaced, False),
    "a replaced method, a subclass": (Named, scope_of(), replaced, False),
    "a server whose send raises": (StreamingResponse, scope_of(spec_version="2.4"), None, True),
    "a refused WebSocket": (StreamingResponse, scope_of(kind="websocket"), None, False),
}


@pytest.mark.parametrize(
    ("owner", "scope", "change", "expected"), DELIVERED.values(), ids=DELIVERED
)
def test_who_sends_itself_is_left_to_itself(
    owner: type[StreamingResponse],
    scope: Scope,
    change: Callable[[pytest.MonkeyPatch], None] | None,
    expected: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if change is not None:
        change(monkeypatch)
    exchange = Exchange(scope, Client().receive, Client().send)
    assert is_delivered(owner(iter(())), exchange) is expected


class Items:
    """Asynchronous, and no generator."""

    def __aiter__(self) -> Items:
        return self

    async def __anext__(self) -> str:
        raise StopAsyncIteration


def test_what_cannot_be_closed_is_left_to_starlette() -> None:
    exchange = Exchange(scope_of(), Client().receive, Client().send)
    response = StreamingResponse(Items())
    assert not is_delivered(response, exchange)
    response.body_iterator = produce((), "end", Happened())
    assert is_delivered(response, exchange)
    del response.body_iterator
    assert not is_delivered(response, exchange)


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
        if message.get("body") == b"a":
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
            await delivered(response, scope_of(), client.receive, client.send)
    assert events == ([True, "background"] if ends == "leaves" else [True])


def test_a_listener_of_a_subclass_is_called() -> None:
    async def send() -> None:
        client = Client()
        response = OwnListening(produce(("pause", "a", "pause"), "end", Happened()))
        await delivered(response, scope_of(), client.receive, client.send)

    asyncio.run(send())
    assert OwnListening.heard == 1


# Over an application


def plain(kind: str, chunks: Callable[[], Any]) -> FastAPI:
    """Two operations of the same chunks: returned, and yielded."""
    app = FastAPI()

    @app.get("/returned")
    async def returned() -> Any:
        return StreamingResponse(chunks(), media_type=kind)

    return app


@pytest.mark.anyio
async def test_what_fails_before_its_first_chunk_has_an_answer_of_its_own() -> None:
    async def chunks() -> AsyncIterator[str]:
        raise HTTPException(404, "no such export")
        yield ""

    async with AsyncClient(plain("text/csv", chunks)) as client:
        response = await client.get("/returned")
    assert (response.status_code, response.json()) == (404, {"detail": "no such export"})


@pytest.mark.anyio
async def test_many_small_chunks_are_sent_together() -> None:
    async def chunks() -> AsyncIterator[str]:
        for _ in range(10_000):
            yield "line\n"

    client = Client()
    app = plain("text/csv", chunks)
    app.get("/")(app.route_table()[-1].endpoint)
    await client.call(app)
    assert client.body == b"line\n" * 10_000
    assert len(client.messages) < 100


@pytest.mark.anyio
async def test_an_event_stream_ends_when_the_server_stops_and_another_goes_on() -> None:
    async def chunks() -> AsyncIterator[str]:
        yield "data: 1\n\n"
        await anyio.sleep(0.05)
        end_streams(grace_period=10)
        await anyio.sleep(0.05)
        yield "data: 2\n\n"

    bodies = []
    for kind in ("text/event-stream", "text/csv"):
        async with AsyncClient(plain(kind, chunks)) as client:
            bodies.append((await client.get("/returned")).text)
    assert bodies == ["data: 1\n\n", "data: 1\n\ndata: 2\n\n"]


@pytest.mark.anyio
async def test_a_generator_reads_the_request_while_it_is_sent() -> None:
    app = FastAPI()

    @app.post("/")
    async def to_upper_case(request: Request) -> StreamingResponse:
        async def chunks() -> AsyncIterator[bytes]:
            async for part in request.stream():
                yield part.upper()

        return StreamingResponse(chunks())

    async def parts() -> AsyncIterator[bytes]:
        for part in (b"a", b"b", b"c"):
            await anyio.sleep(0.001)
            yield part

    async with AsyncClient(app) as client:
        assert (await client.post("/", content=parts())).content == b"ABC"


class Lines:
    """As a file that somebody has opened: it is theirs to close."""

    closed = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raise StopIteration

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("lines", [["a", "b"], iter(("a", "b")), (item for item in "ab")])
def test_whatever_can_be_iterated_is_streamed(lines: Any) -> None:
    response = TestClient(plain("text/csv", lambda: lines)).get("/returned")
    assert response.text == "ab"


def test_what_is_no_generator_is_not_closed() -> None:
    lines = Lines()
    assert TestClient(plain("text/csv", lambda: lines)).get("/returned").text == ""
    assert not lines.closed


def test_the_charset_of_the_response_is_that_of_its_text() -> None:
    class Latin(StreamingResponse):
        charset = "latin-1"

    app = FastAPI()
    app.get("/", response_model=None)(lambda: Latin(iter(["\xe9"]), headers={"x-a": "b"}))
    response = TestClient(app).get("/")
    assert (response.content, response.headers["x-a"]) == (b"\xe9", "b")
