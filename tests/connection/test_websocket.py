"""The WebSocket object of an endpoint: Starlette's, held to it call by call."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette import websockets
from starlette.responses import JSONResponse
from starlette.websockets import WebSocketDisconnect, WebSocketState
from tests.properties import examples

from ferroapi import WebSocketException
from ferroapi.connection.websocket import CLOSE_REASON_BYTES, WebSocket

Message = dict[str, Any]
Call = tuple[str, tuple[Any, ...]]

TEXT: Message = {"type": "websocket.receive", "text": "[1]"}
BYTES: Message = {"type": "websocket.receive", "bytes": b"[2]"}
CONNECT: Message = {"type": "websocket.connect"}
LEFT: Message = {"type": "websocket.disconnect", "code": 1001, "reason": "gone"}


class Server:
    """Gives messages, or raises them, and keeps what it is sent."""

    def __init__(self, messages: list[Message | Exception], failures: list[Exception]) -> None:
        self.sent: list[Message] = []
        self._messages = list(messages)
        self._failures = list(failures)
        self.receive_later: Callable[[], Coroutine[Any, Any, Message]] | None = None
        """What gives the messages after these."""

    async def receive(self) -> Any:
        if not self._messages and self.receive_later is not None:
            return await self.receive_later()
        message = self._messages.pop(0) if self._messages else dict(LEFT)
        if isinstance(message, Exception):
            raise message
        return message

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.send" and self._failures:
            raise self._failures.pop(0)

    def connect(self, kind: type[websockets.WebSocket]) -> websockets.WebSocket:
        extensions = {"websocket.http.response": {}}
        scope = {"type": "websocket", "headers": [], "extensions": extensions}
        return kind(scope, self.receive, self.send)


def connected(
    *messages: Message | Exception, failures: tuple[Exception, ...] = ()
) -> tuple[websockets.WebSocket, Server]:
    """A WebSocket of ours that was accepted."""
    server = Server([CONNECT, *messages], list(failures))
    websocket = server.connect(WebSocket)
    run(websocket.accept())
    return websocket, server


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives that waits for nobody."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


async def first(items: Any) -> list[Any]:
    """The next item of an asynchronous iterator, if there is one."""
    return [item async for item in items][:2]


def perform(websocket: websockets.WebSocket, call: Call) -> Any:
    """What a call gives or raises."""
    name, arguments = call
    try:
        if name == "deny":
            return run(websocket.send_denial_response(JSONResponse({"denied": True}, 403)))
        if name == "set":
            return setattr(websocket, *arguments)
        if name == "wrap":
            wrap(websocket, *arguments)
            return None
        if name.startswith("iter"):
            return run(first(getattr(websocket, name)()))
        return run(getattr(websocket, name)(*arguments))
    except Exception as error:
        return error


def wrap(websocket: websockets.WebSocket, name: str) -> None:
    """Puts a function around `send` or `receive`, as users do to see all messages."""
    inner = getattr(websocket, name)

    async def wrapped(*arguments: Any) -> Any:
        message = await inner(*arguments)
        return message if message is None else {**message, "seen": True}

    setattr(websocket, name, wrapped)


def told(result: Any) -> Any:
    """A result, with exceptions as what they say."""
    if not isinstance(result, Exception):
        return result
    kind = KeyError if isinstance(result, KeyError) else type(result)
    return kind, result.args, str(result.args), vars(result).get("code", 0) * (kind is not KeyError)


# Those with `None` for what is not there are below: Starlette gives it to the endpoint.
MESSAGES = st.sampled_from(
    [
        *(TEXT, TEXT, BYTES, BYTES, LEFT, CONNECT),
        {"type": "websocket.receive", "text": "{"},
        {"type": "websocket.receive", "text": ""},
        {"type": "websocket.receive", "bytes": b"\xff"},
        {"type": "websocket.receive"},
        {"type": "websocket.disconnect"},
        {"type": "websocket.disconnect", "code": 4000},
        {"type": "http.disconnect"},
        OSError("the network is gone"),
    ]
)
STATES = st.sampled_from(WebSocketState)
MODES = st.sampled_from(["text", "binary", "other"])
CALLS = st.one_of(
    st.sampled_from(
        [
            ("accept", ()),
            ("accept", ("chat", [(b"x-a", b"b")])),
            ("receive", ()),
            ("iter_text", ()),
            ("iter_bytes", ()),
            ("iter_json", ()),
            ("send_text", ("\u20ac",)),
            ("send_bytes", (b"\xff",)),
            ("send_json", (["\u20ac", 1.5, None],)),
            ("send_json", (float("inf"),)),
            ("send_json", (object,)),
            ("close", ()),
            ("close", (4000, "why")),
            ("deny", ()),
            ("wrap", ("send",)),
            ("wrap", ("receive",)),
            ("send", ({"type": "websocket.send", "text": "a"},)),
            ("send", ({"type": "websocket.close"},)),
            ("send", ({"type": "websocket.http.response.start", "status": 200, "headers": []},)),
            ("send", ({"type": "websocket.http.response.body", "body": b""},)),
            ("send", ({"type": "other"},)),
        ]
    ),
    st.sampled_from(["receive_text", "receive_bytes", "send_text"]).map(
        lambda name: (name, ("a",) if name == "send_text" else ())
    ),
    MODES.map(lambda mode: ("receive_json", (mode,))),
    MODES.map(lambda mode: ("send_json", ({"a": [1]}, mode))),
    st.tuples(st.sampled_from(["application_state", "client_state"]), STATES).map(
        lambda change: ("set", change)
    ),
)


@given(
    st.lists(MESSAGES, max_size=6),
    st.lists(st.sampled_from([OSError("gone"), RuntimeError("no")]), max_size=2),
    st.booleans(),
    st.lists(CALLS, max_size=10),
)
@example(
    [TEXT, CONNECT],
    [],
    False,
    [
        ("accept", ()),
        ("set", ("application_state", websockets.WebSocketState.CONNECTED)),
        ("receive_text", ()),
    ],
)
@settings(max_examples=examples(500), deadline=None)
def test_starlette_does_the_same(
    messages: list[Message | Exception],
    failures: list[Exception],
    accepted: bool,
    calls: list[Call],
) -> None:
    """The same results, messages and states, whatever is called after whatever came."""
    start: list[Message | Exception] = [CONNECT] if accepted else []
    before: list[Call] = [("accept", ())] if accepted else []
    servers = [Server(start + messages, failures) for _ in range(2)]
    ours, theirs = servers[0].connect(WebSocket), servers[1].connect(websockets.WebSocket)
    for call in before + calls:
        our, their = perform(ours, call), perform(theirs, call)
        assert told(our) == told(their)
        assert (ours.application_state, ours.client_state) == (
            theirs.application_state,
            theirs.client_state,
        )
        assert servers[0].sent == servers[1].sent


def test_an_error_of_another_send_is_raised_as_it_is() -> None:
    """It says nothing of the client."""

    async def refuse(message: Any) -> None:
        raise TimeoutError

    ours = Server([CONNECT], []).connect(WebSocket)
    perform(ours, ("accept", ()))
    with patch.object(ours, "send", refuse):
        assert isinstance(perform(ours, ("send_text", ("a",))), TimeoutError)
    assert ours.application_state is WebSocketState.CONNECTED


def test_a_send_that_was_replaced_for_a_while() -> None:
    server = Server([CONNECT], [])
    ours = server.connect(WebSocket)
    perform(ours, ("accept", ()))
    with patch.object(ours, "send", AsyncMock()) as replaced:
        perform(ours, ("send_text", ("a",)))
    perform(ours, ("send_text", ("b",)))
    assert replaced.await_count == 1
    assert server.sent[-1] == {"type": "websocket.send", "text": "b"}


def is_wrong_frame(result: Any) -> bool:
    """Whether a frame of the other kind came."""
    return isinstance(result, WebSocketException) and result.code == 1003


# name: (the method, its arguments, what comes instead)
WRONG_FRAMES: dict[str, tuple[str, tuple[str, ...], Message]] = {
    "text": ("receive_text", (), BYTES),
    "text_none": ("receive_text", (), {**BYTES, "text": None}),
    "bytes": ("receive_bytes", (), TEXT),
    "bytes_none": ("receive_bytes", (), {**TEXT, "bytes": None}),
    "json": ("receive_json", (), BYTES),
    "json_none": ("receive_json", (), {**BYTES, "text": None}),
    "binary_json": ("receive_json", ("binary",), TEXT),
    "binary_json_none": ("receive_json", ("binary",), {**TEXT, "bytes": None}),
}


@pytest.mark.parametrize(
    ("method", "arguments", "message"), WRONG_FRAMES.values(), ids=WRONG_FRAMES
)
def test_a_frame_of_the_other_kind(
    method: str, arguments: tuple[str, ...], message: Message
) -> None:
    """Closes with 1003 where it is not caught, also as the `KeyError` of Starlette's."""
    websocket, _ = connected(message, TEXT)
    result = perform(websocket, (method, arguments))
    assert isinstance(result, KeyError)
    assert is_wrong_frame(result)
    assert run(websocket.receive()) == TEXT


def test_the_reason_fits_into_a_close_frame() -> None:
    """Whole characters, at most 123 bytes; before it is accepted, no frame is sent."""
    reason = "a" + "\u20ac" * 60
    websocket, server = connected()
    run(websocket.close(4000, reason))
    assert server.sent[-1]["reason"] == "a" + "\u20ac" * ((CLOSE_REASON_BYTES - 1) // 3)
    server = Server([], [])
    run(server.connect(WebSocket).close(4000, reason))
    assert server.sent == [{"type": "websocket.close", "code": 4000, "reason": reason}]


def test_a_network_that_is_gone_while_something_is_sent() -> None:
    websocket, _ = connected(failures=(OSError("gone"),))
    with pytest.raises(WebSocketDisconnect) as caught:
        run(websocket.send_text("a"))
    assert (caught.value.code, caught.value.reason) == (1006, "")
    assert websocket.application_state is WebSocketState.DISCONNECTED


@pytest.mark.parametrize("kind", [WebSocket, websockets.WebSocket])
@pytest.mark.parametrize("name", ["receive_text", "receive_bytes", "receive_json"])
def test_a_client_is_gone_for_who_sends_before_it_is_for_who_waits(
    kind: type[websockets.WebSocket], name: str
) -> None:
    """As in a room: another one sends to a client that left, whose endpoint is receiving."""

    async def talk() -> None:
        left = asyncio.Event()

        async def receive() -> Message:
            if websocket.client_state is WebSocketState.CONNECTING:
                return CONNECT
            await left.wait()
            return LEFT

        async def send(message: Any) -> None:
            if message["type"] == "websocket.send":
                raise OSError("gone")

        websocket = kind({"type": "websocket", "headers": []}, receive, send)
        await websocket.accept()
        receiving = asyncio.create_task(getattr(websocket, name)())
        await asyncio.sleep(0)
        with pytest.raises(WebSocketDisconnect):
            await websocket.send_text("a")
        left.set()
        with pytest.raises(WebSocketDisconnect) as caught:
            await receiving
        assert (caught.value.code, caught.value.reason) == (1001, "gone")

    asyncio.run(talk())


@pytest.mark.parametrize("name", ["send", "receive"])
def test_methods_of_a_subclass_see_every_message(name: str) -> None:
    seen: list[str] = []

    async def sees(websocket: Any, *arguments: Any) -> Any:
        result = await getattr(websockets.WebSocket, name)(websocket, *arguments)
        seen.append((arguments[0] if arguments else result)["type"])
        return result

    server = Server([CONNECT, TEXT], [])
    websocket = server.connect(type("Seeing", (WebSocket,), {name: sees}))
    run(websocket.accept())
    run(websocket.receive_text())
    run(websocket.send_text("a"))
    expected = {
        "send": ["websocket.accept", "websocket.send"],
        "receive": ["websocket.connect", "websocket.receive"],
    }
    assert seen == expected[name]


@pytest.mark.parametrize("name", ["send", "receive"])
def test_methods_put_into_starlettes_class_see_every_message(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    inner: Callable[..., Any] = getattr(websockets.WebSocket, name)

    async def sees(websocket: Any, *arguments: Any) -> Any:
        calls.append(name)
        return await inner(websocket, *arguments)

    monkeypatch.setattr(websockets.WebSocket, name, sees)
    websocket, _ = connected(TEXT)
    calls.clear()
    run(websocket.receive_text())
    run(websocket.send_text("a"))
    assert calls == [name]


def test_an_object_of_another_class_around_it() -> None:
    """Made of its scope and methods, as users do for classes of their own."""
    server = Server([CONNECT, TEXT], [])
    inner = server.connect(WebSocket)
    outer = websockets.WebSocket(inner.scope, inner.receive, inner.send)
    run(outer.accept())
    assert run(outer.receive_text()) == "[1]"
    run(outer.send_text("a"))
    run(outer.close())
    assert [message["type"] for message in server.sent] == [
        "websocket.accept",
        "websocket.send",
        "websocket.close",
    ]
    assert inner.application_state is WebSocketState.DISCONNECTED


RECEIVING = ["receive_text", "receive_bytes", "receive_json", "receive", "iter_text"]


@pytest.mark.parametrize("second", RECEIVING)
@pytest.mark.parametrize("first_name", RECEIVING)
def test_two_tasks_that_receive(first_name: str, second: str) -> None:
    """A client that leaves has left for both; for who asks later there is nothing to receive."""

    async def receive_by_two(kind: type[websockets.WebSocket]) -> list[Any]:
        server = Server([CONNECT], [])
        websocket = server.connect(kind)
        await websocket.accept()
        left = asyncio.Event()

        async def receive_left() -> Message:
            await left.wait()
            return dict(LEFT)

        server.receive_later = receive_left
        names = (first_name, second)
        tasks = [asyncio.create_task(received(websocket, name)) for name in names]
        await asyncio.sleep(0)
        left.set()
        results = await asyncio.gather(*tasks)
        return [
            *results,
            websocket.client_state,
            *[await received(websocket, each) for each in names],
        ]

    assert asyncio.run(receive_by_two(WebSocket)) == asyncio.run(
        receive_by_two(websockets.WebSocket)
    )


async def received(websocket: websockets.WebSocket, name: str) -> Any:
    """What a method gives or raises, told."""
    try:
        if name.startswith("iter"):
            return await first(getattr(websocket, name)())
        return await getattr(websocket, name)()
    except Exception as error:
        return told(error)


def test_calls_are_coroutines() -> None:
    """They can be made tasks, and do nothing before they are awaited."""

    async def send() -> list[Message]:
        websocket, server = connected(TEXT)
        received = asyncio.create_task(websocket.receive_text())
        waiting = websocket.send_json({"a": 1})
        assert server.sent[1:] == []
        await asyncio.gather(received, waiting)
        return server.sent[1:]

    assert asyncio.run(send()) == [{"type": "websocket.send", "text": '{"a":1}'}]
    for name in ("receive_text", "receive_bytes", "receive_json", "send_text", "close"):
        assert inspect.iscoroutinefunction(getattr(WebSocket, name))


ABOUT_DATA: dict[str, tuple[Any, ...]] = {
    "receive_text": (),
    "receive_bytes": (),
    "receive_json": (),
    "send_text": ("a",),
    "send_bytes": (b"a",),
    "send_json": ({},),
}


@pytest.mark.parametrize(("name", "arguments"), ABOUT_DATA.items(), ids=ABOUT_DATA)
def test_what_is_put_into_the_place_of_a_method_is_called(
    name: str, arguments: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By all that is connected from then on, until it is taken back."""
    inner: Callable[..., Any] = getattr(websockets.WebSocket, name)
    calls: list[Any] = []

    async def sees(websocket: Any, *arguments: Any) -> Any:
        calls.append(arguments)
        return await inner(websocket, *arguments)

    message = BYTES if name == "receive_bytes" else TEXT
    with monkeypatch.context() as patched:
        patched.setattr(websockets.WebSocket, name, sees)
        websocket, server = connected(message)
        run(getattr(websocket, name)(*arguments))
        assert calls == [arguments]
        assert isinstance(websocket, WebSocket)
        assert [sent["type"] for sent in server.sent[1:]] == ["websocket.send"] * len(arguments)
    websocket, _ = connected(message)
    run(getattr(websocket, name)(*arguments))
    assert calls == [arguments]
    assert type(websocket) is WebSocket
