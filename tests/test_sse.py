"""The event, its fields, and its wire format read back by an independent parser."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.responses import StreamingResponse

from ferroapi import sse
from ferroapi._core import FrameBuffer
from ferroapi.sse import (
    KEEPALIVE_COMMENT,
    EventSourceResponse,
    ServerSentEvent,
    format_sse_event,
)
from ferroapi.streaming import sse as events


def test_public_names() -> None:
    assert sorted(sse.__all__) == [
        "EventSourceResponse",
        "KEEPALIVE_COMMENT",
        "ServerSentEvent",
        "format_sse_event",
    ]
    assert KEEPALIVE_COMMENT == b": ping\n\n"
    assert sse._PING_INTERVAL == 15.0
    assert issubclass(EventSourceResponse, StreamingResponse)
    assert EventSourceResponse.media_type == "text/event-stream"


BOTH = (
    "Value error, Cannot set both 'data' and 'raw_data' on the same ServerSentEvent. "
    "Use 'data' for JSON-serialized payloads or 'raw_data' for pre-formatted strings."
)
ONE_LINE = "Value error, SSE '{}' must be a single line"
NO_NUL = "Value error, SSE 'id' must not contain null characters"

REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...], str, str]] = {
    "both payloads": ({"data": 1, "raw_data": "x"}, ("raw_data",), "value_error", BOTH),
    "event, LF": ({"event": "a\nb"}, ("event",), "value_error", ONE_LINE.format("event")),
    "event, CR": ({"event": "a\rb"}, ("event",), "value_error", ONE_LINE.format("event")),
    "event, CRLF": ({"event": "a\r\nb"}, ("event",), "value_error", ONE_LINE.format("event")),
    "event, type": ({"event": 5}, ("event",), "string_type", "Input should be a valid string"),
    "id, LF": ({"id": "\n"}, ("id",), "value_error", ONE_LINE.format("id")),
    "id, CR": ({"id": "\r"}, ("id",), "value_error", ONE_LINE.format("id")),
    "id, NUL": ({"id": "\0"}, ("id",), "value_error", NO_NUL),
    "id, NUL first": ({"id": "\n\0"}, ("id",), "value_error", NO_NUL),
    "raw_data, type": (
        {"raw_data": 5},
        ("raw_data",),
        "string_type",
        "Input should be a valid string",
    ),
    "retry, negative": (
        {"retry": -1},
        ("retry",),
        "greater_than_equal",
        "Input should be greater than or equal to 0",
    ),
    "retry, larger than can be sent": (
        {"retry": 2**64},
        ("retry",),
        "less_than",
        "Input should be less than 18446744073709551616",
    ),
    "retry, fraction": (
        {"retry": 1.5},
        ("retry",),
        "int_from_float",
        "Input should be a valid integer, got a number with a fractional part",
    ),
}


@pytest.mark.parametrize(("fields", "loc", "kind", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(fields: dict[str, Any], loc: tuple[str, ...], kind: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ServerSentEvent(**fields)

    (error,) = caught.value.errors()
    assert (error["loc"], error["type"], error["msg"]) == (loc, kind, message)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"data": None, "raw_data": "x"},
        {"data": {"a": 1}, "event": "", "id": "", "retry": 0, "comment": "a\nb"},
        {"retry": "5"},
        {"unknown": 1},
        {"event": "\ud800", "id": "\ud800", "raw_data": "\ud800"},
    ],
)
def test_accepted(fields: dict[str, Any]) -> None:
    event = ServerSentEvent(**fields)

    assert list(event.model_dump()) == ["data", "raw_data", "event", "id", "retry", "comment"]


FORMATTED: dict[str, tuple[dict[str, Any], bytes]] = {
    "nothing": ({}, b"\n"),
    "order": (
        {"data_str": "d", "event": "e", "id": "i", "retry": 1, "comment": "c"},
        b": c\nevent: e\ndata: d\nid: i\nretry: 1\n\n",
    ),
    "empty": ({"data_str": ""}, b"data: \n\n"),
    "empty fields": ({"event": "", "id": "", "retry": 0}, b"event: \nid: \nretry: 0\n\n"),
    "trailing line": ({"data_str": "a\n\n"}, b"data: a\ndata: \ndata: \n\n"),
    "line ends": ({"data_str": "a\r\n\rb\nc"}, b"data: a\ndata: \ndata: b\ndata: c\n\n"),
    "other separators": ({"data_str": "a\x0bb\u2028c"}, "data: a\x0bb\u2028c\n\n".encode()),
    "comment": ({"comment": "a\n"}, b": a\n: \n\n"),
}


@pytest.mark.parametrize(("fields", "frame"), FORMATTED.values(), ids=FORMATTED)
def test_format(fields: dict[str, Any], frame: bytes) -> None:
    assert format_sse_event(**fields) == frame


@dataclass
class Reader:
    """The event stream interpretation of the HTML standard, section 9.2.6, step by step."""

    data: str = ""
    event: str = ""
    last_event_id: str = ""
    reconnection_time: int | None = None
    dispatched: list[tuple[str, str, str]] = field(default_factory=list)

    def read(self, stream: bytes) -> None:
        text = stream.decode().replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = text.split("\n")
        assert rest == ""
        for line in lines:
            if not line:
                self._dispatch()
            elif not line.startswith(":"):
                name, _, value = line.partition(":")
                self._process(name, value.removeprefix(" "))

    def _process(self, name: str, value: str) -> None:
        if name == "event":
            self.event = value
        elif name == "data":
            self.data += value + "\n"
        elif name == "id" and "\0" not in value:
            self.last_event_id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.reconnection_time = int(value)

    def _dispatch(self) -> None:
        if self.data:
            data = self.data.removesuffix("\n")
            self.dispatched.append((self.event or "message", data, self.last_event_id))
        self.data = self.event = ""


texts = st.text(st.sampled_from("ab:\r\n\0 \u2028é") | st.characters(codec="utf-8"), max_size=8)
fields = st.fixed_dictionaries(
    {"data": texts},
    optional={
        "event": texts,
        "id": texts,
        "comment": texts,
        "retry": st.integers(0, 2**64 - 1),
    },
)


def written_by_constructor(event: dict[str, Any]) -> bytes:
    return encode(ServerSentEvent(**renamed(event, "raw_data")))


def written_after_assignment(event: dict[str, Any]) -> bytes:
    assigned = ServerSentEvent()
    for name, value in renamed(event, "raw_data").items():
        setattr(assigned, name, value)
    return encode(assigned)


def written_unchecked(event: dict[str, Any]) -> bytes:
    return encode(ServerSentEvent.model_construct(**renamed(event, "raw_data")))


def written_from_a_copy(event: dict[str, Any]) -> bytes:
    return encode(ServerSentEvent(data=1).model_copy(update=renamed(event, "raw_data")))


class Numbered(ServerSentEvent):
    number: int = 1


def written_from_a_subclass(event: dict[str, Any]) -> bytes:
    return encode(Numbered(**renamed(event, "raw_data")))


def written_by_formatter(event: dict[str, Any]) -> bytes:
    return format_sse_event(**renamed(event, "data_str"))


def renamed(event: dict[str, Any], name: str) -> dict[str, Any]:
    return {name if key == "data" else key: value for key, value in event.items()}


def encode(event: ServerSentEvent) -> bytes:
    frames = FrameBuffer()
    events.encoder().encode(frames, event)
    return frames.take()


@pytest.mark.parametrize(
    "write",
    [
        written_by_constructor,
        written_after_assignment,
        written_unchecked,
        written_from_a_copy,
        written_from_a_subclass,
        written_by_formatter,
    ],
)
@given(event=fields)
def test_one_event_in_the_same_event_out(write: Any, event: dict[str, Any]) -> None:
    reader = Reader()
    unusable = {"event": "\r\n", "id": "\r\n\0"}
    refused = any(set(event.get(name, "")) & set(bad) for name, bad in unusable.items())
    try:
        frame = write(event)
    except ValueError:
        assert refused
        return

    assert not refused
    reader.read(frame)
    data = event["data"].replace("\r\n", "\n").replace("\r", "\n")
    expected = (event.get("event") or "message", data, event.get("id", ""))
    assert reader.dispatched == [expected]
    assert reader.reconnection_time == event.get("retry")
