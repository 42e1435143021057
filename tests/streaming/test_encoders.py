"""The bytes of each kind of item, as FastAPI sends them."""

import datetime
import enum
import json
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from ferroapi._core import FrameBuffer
from ferroapi.sse import ServerSentEvent
from ferroapi.streaming import Encoder, jsonl, raw
from ferroapi.streaming import sse as events


class Model(BaseModel):
    model_config = ConfigDict(ser_json_inf_nan="strings")
    value: float
    text: str = "é"


@dataclass
class Data:
    day: datetime.date


class Color(enum.Enum):
    RED = "red"


def encoded(encoder: Encoder, item: Any) -> bytes:
    frames = FrameBuffer()
    assert encoder.encode(frames, item) == b""
    return frames.take()


nan, infinity = float("nan"), float("inf")

UNTYPED = {
    "null": (None, b"null"),
    "dict": ({"a": 1, "b": [1, 2.5, True]}, b'{"a": 1, "b": [1, 2.5, true]}'),
    "tuple": ((1, 2), b"[1, 2]"),
    "set": ({1}, b"[1]"),
    "text": ("é\u2028\n", rb'"\u00e9\u2028\n"'),
    "lone surrogate": ("\ud800", rb'"\ud800"'),
    "large integer": (10**30, b"1" + b"0" * 30),
    "date": (datetime.date(2026, 1, 2), b'"2026-01-02"'),
    "enumeration": (Color.RED, b'"red"'),
    "dataclass": (Data(datetime.date(2026, 1, 2)), b'{"day": "2026-01-02"}'),
    "model": (Model(value=1), rb'{"value": 1.0, "text": "\u00e9"}'),
    "not finite": ([nan, infinity, -infinity], b"[null, null, null]"),
    "not finite in a model": (Model(value=nan), rb'{"value": null, "text": "\u00e9"}'),
    "not finite beside a date": (
        {"a": datetime.date(2026, 1, 2), "b": nan},
        b'{"a": "2026-01-02", "b": null}',
    ),
    "keys": (
        {None: 1, infinity: 2, 3: nan, True: 4},
        b'{"null": 1, "Infinity": 2, "3": null, "true": 4}',
    ),
    "SQLAlchemy's state": ({"_sa_instance_state": 1, "a": 2}, b'{"a": 2}'),
}


@pytest.mark.parametrize(("item", "data"), UNTYPED.values(), ids=UNTYPED)
def test_untyped(item: Any, data: bytes) -> None:
    assert encoded(jsonl.encoder(), item) == data + b"\n"
    assert encoded(events.encoder(), item) == b"data: " + data + b"\n\n"
    if item is not None and not isinstance(item, BaseModel):
        event = ServerSentEvent(data=item)
        assert encoded(events.encoder(), event) == b"data: " + data + b"\n\n"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_untyped_is_one_line_that_reads_back(item: Any) -> None:
    frame = encoded(jsonl.encoder(), item)

    assert frame.count(b"\n") == 1
    assert frame.endswith(b"\n")
    assert frame.isascii()
    if "Infinity" not in json.dumps(item):
        assert "_sa" in json.dumps(item) or json.loads(frame) == item


def test_typed_items_are_what_the_given_function_says() -> None:
    def dump(item: Any) -> bytes:
        return Model.__pydantic_serializer__.to_json(item)

    item = Model(value=nan)
    expected = '{"value":"NaN","text":"é"}'.encode()

    assert encoded(jsonl.encoder(dump), item) == expected + b"\n"
    assert encoded(events.encoder(dump), item) == b"data: " + expected + b"\n\n"


def test_failing_item_leaves_nothing() -> None:
    class Opaque:
        __slots__ = ()

    frames = FrameBuffer()
    for encoder in (jsonl.encoder(), events.encoder(), raw.encoder()):
        with pytest.raises((ValueError, TypeError)):
            encoder.encode(frames, Opaque())

    assert frames.take() == b""


EVENTS: dict[str, tuple[dict[str, Any], bytes]] = {
    "nothing": ({}, b"\n"),
    "text is JSON": ({"data": "hello"}, b'data: "hello"\n\n'),
    "raw text": ({"raw_data": "a\nb\r\nc\rd\n"}, b"data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n"),
    "empty raw text": ({"raw_data": ""}, b"data: \n\n"),
    "false": ({"data": False}, b"data: false\n\n"),
    "model": ({"data": Model(value=nan)}, 'data: {"value":"NaN","text":"é"}\n\n'.encode()),
    "comment": ({"comment": "a\nb"}, b": a\n: b\n\n"),
    "everything": (
        {"data": 1, "event": "e", "id": "i", "retry": 0, "comment": "c"},
        b": c\nevent: e\ndata: 1\nid: i\nretry: 0\n\n",
    ),
}


@pytest.mark.parametrize(("fields", "frame"), EVENTS.values(), ids=EVENTS)
def test_event(fields: dict[str, Any], frame: bytes) -> None:
    assert encoded(events.encoder(), ServerSentEvent(**fields)) == frame


def test_event_is_not_checked_against_the_item_type() -> None:
    def dump(item: Any) -> bytes:
        raise AssertionError

    assert encoded(events.encoder(dump), ServerSentEvent(data=1)) == b"data: 1\n\n"


def test_event_of_a_subclass_with_a_constant() -> None:
    class Ping(ServerSentEvent):
        event: ClassVar[str] = "ping"  # type: ignore[misc]  # in the place of a field

    assert encoded(events.encoder(), Ping(id="1")) == b"event: ping\nid: 1\n\n"


INJECTIONS = {
    "event, line feed": ("event", "a\ndata: b", "SSE 'event' must be a single line"),
    "event, carriage return": ("event", "a\rdata: b", "SSE 'event' must be a single line"),
    "id, line feed": ("id", "1\n\n", "SSE 'id' must be a single line"),
    "id, carriage return": ("id", "1\r", "SSE 'id' must be a single line"),
    "id, NUL": ("id", "\0", "SSE 'id' must not contain null characters"),
    "retry, negative": ("retry", -1, "SSE 'retry' must be an integer"),
}


@pytest.mark.parametrize(("field", "value", "message"), INJECTIONS.values(), ids=INJECTIONS)
def test_event_is_checked_when_it_is_sent(field: str, value: Any, message: str) -> None:
    assigned = ServerSentEvent(data=1)
    setattr(assigned, field, value)
    frames = FrameBuffer()

    for event in (assigned, ServerSentEvent.model_construct(**{field: value})):
        with pytest.raises(ValueError, match=message):
            events.encoder().encode(frames, event)

    assert frames.take() == b""


@pytest.mark.parametrize("field", ["event", "id"])
def test_field_of_another_type_is_refused(field: str) -> None:
    class Sneaky:
        def __str__(self) -> str:
            return "a\ndata: b"

    event = ServerSentEvent.model_construct(**{field: Sneaky()})
    with pytest.raises(TypeError):
        encoded(events.encoder(), event)


CHUNKS = {
    "text": ("é", "utf-8", "é".encode()),
    "text in another charset": ("é", "latin-1", b"\xe9"),
    "bytes": (b"\xff\x00", "utf-8", b"\xff\x00"),
    "bytearray": (bytearray(b"ab"), "utf-8", b"ab"),
    "memoryview": (memoryview(b"abc")[1:], "utf-8", b"bc"),
    "memoryview with steps": (memoryview(b"abcd")[::2], "utf-8", b"ac"),
    "empty": (b"", "utf-8", b""),
}


@pytest.mark.parametrize(("chunk", "charset", "frame"), CHUNKS.values(), ids=CHUNKS)
def test_chunk(chunk: Any, charset: str, frame: bytes) -> None:
    assert encoded(raw.encoder(charset), chunk) == frame


@pytest.mark.parametrize("chunk", [None, 5, [b"a"], {"a": 1}])
def test_chunk_of_another_type_is_refused(chunk: Any) -> None:
    with pytest.raises(TypeError, match=r"takes str, bytes or memoryview, not "):
        encoded(raw.encoder(), chunk)
