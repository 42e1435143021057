"""`ferroapi._core` on frames: the reference's bytes, and a plain writer of the same format."""

import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferroapi._core import (
    FrameBuffer,
    jsonl_frame,
    sse_frame,
    valid_sse_event,
    valid_sse_id,
)


class Text(str):
    """Text of a class of its own."""


def not_called(data: Any) -> bytes:
    raise AssertionError


def buffered_event(dump: Callable[[Any], bytes | str] = not_called, **fields: Any) -> bytes:
    buffer = FrameBuffer()
    buffer.event(fields, dump)
    return buffer.take()


def buffered_sse(data: Any = None, **fields: Any) -> bytes:
    return buffered_event(raw_data=data, **fields)


def buffered_jsonl(data: Any) -> bytes:
    buffer = FrameBuffer()
    buffer.jsonl(data)
    return buffer.take()


SSE = pytest.mark.parametrize("sse", [sse_frame, buffered_sse])
JSONL = pytest.mark.parametrize("jsonl", [jsonl_frame, buffered_jsonl])

EVENTS: dict[str, tuple[dict[str, Any], bytes]] = {
    "nothing": ({}, b"\n"),
    "all none": (
        {"data": None, "event": None, "id": None, "retry": None, "comment": None},
        b"\n",
    ),
    "text": ({"data": "\u00e9"}, b"data: \xc3\xa9\n\n"),
    "bytes": ({"data": b'{"a":1}'}, b'data: {"a":1}\n\n'),
    "empty": ({"data": ""}, b"data: \n\n"),
    "trailing breaks": (
        {"data": "a\r\n\r\r\n"},
        b"data: a\ndata: \ndata: \ndata: \n\n",
    ),
    "leading break": ({"data": b"\na"}, b"data: \ndata: a\n\n"),
    "other separators": (
        {"data": " \u00e9\u2028x\x0b\x85"},
        b"data:  \xc3\xa9\xe2\x80\xa8x\x0b\xc2\x85\n\n",
    ),
    "every field": (
        {"comment": "a\nb", "event": "e", "data": "d1\rd2", "id": "i", "retry": 10},
        b": a\n: b\nevent: e\ndata: d1\ndata: d2\nid: i\nretry: 10\n\n",
    ),
    "empty comment": ({"comment": ""}, b": \n\n"),
    "empty event": ({"event": ""}, b"event: \n\n"),
    "empty id": ({"id": ""}, b"id: \n\n"),
    "no wait": ({"retry": 0}, b"retry: 0\n\n"),
    "subclass of str": ({"data": Text("a"), "event": Text("b")}, b"event: b\ndata: a\n\n"),
}


@SSE
@pytest.mark.parametrize(("fields", "expected"), EVENTS.values(), ids=EVENTS)
def test_event(sse: Callable[..., bytes], fields: Mapping[str, Any], expected: bytes) -> None:
    assert expected == sse(**fields)


REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "event LF": ({"event": "a\nb"}, ValueError, "SSE 'event' must be a single line"),
    "event CR": ({"event": "a\r"}, ValueError, "SSE 'event' must be a single line"),
    "id LF": ({"id": "\n"}, ValueError, "SSE 'id' must be a single line"),
    "id CR": ({"id": "\ra"}, ValueError, "SSE 'id' must be a single line"),
    "id NUL": ({"id": "a\0"}, ValueError, "SSE 'id' must not contain null characters"),
    "negative retry": (
        {"retry": -1},
        ValueError,
        "SSE 'retry' must be an integer from 0 to 2**64 - 1",
    ),
    "large retry": (
        {"retry": 2**64},
        ValueError,
        "SSE 'retry' must be an integer from 0 to 2**64 - 1",
    ),
    "surrogate": ({"data": "\ud800"}, UnicodeEncodeError, "surrogates not allowed"),
    "number": ({"data": 1}, TypeError, "expected bytes or str, not int"),
    "bytes as event": ({"event": b"a"}, TypeError, "event"),
    "text as retry": ({"retry": "1"}, TypeError, "retry"),
}


@SSE
@pytest.mark.parametrize(("fields", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_event_is_refused(
    sse: Callable[..., bytes], fields: Mapping[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error) as caught:
        sse(**fields)

    # An argument of the wrong type is named in the text or in a note, as the interpreter has it.
    notes: list[str] = getattr(caught.value, "__notes__", [])
    assert text in "\n".join([str(caught.value), *notes])


def dumped(data: Any) -> str:
    """What takes data that is not plain; it may make an event meanwhile."""
    assert buffered_event(data=[data, "\u00e9"], dump=repr) != b""
    return f"dumped\n{data}"


# name: (fields, frame)
DATA: dict[str, tuple[dict[str, Any], bytes]] = {
    "JSON": ({"data": {"a": [1, "\u00e9\n"]}}, b'data: {"a": [1, "\\u00e9\\n"]}\n\n'),
    "text": ({"data": "a"}, b'data: "a"\n\n'),
    "false": ({"data": False}, b"data: false\n\n"),
    "not finite": ({"data": float("nan")}, b"data: null\n\n"),
    "none": ({"data": None, "id": "1"}, b"id: 1\n\n"),
    "not plain": ({"data": {1}}, b"data: dumped\ndata: {1}\n\n"),
    "not plain within": ({"data": [{1}]}, b"data: dumped\ndata: [{1}]\n\n"),
    "raw": ({"data": {1}, "raw_data": "a\nb"}, b"data: a\ndata: b\n\n"),
    "other names": ({"data": 1, "name": {1}}, b"data: 1\n\n"),
}


@pytest.mark.parametrize(("fields", "frame"), DATA.values(), ids=DATA)
def test_data_of_an_event(fields: dict[str, Any], frame: bytes) -> None:
    assert buffered_event(**fields, dump=dumped) == frame


# name: (fields, what `dump` gives or raises, the error)
UNSENT: dict[str, tuple[dict[str, Any], Any, type[Exception]]] = {
    "line break": ({"data": 1, "event": "\n", "comment": "lost"}, b"", ValueError),
    "line break, not plain": ({"data": {1}, "id": "\n"}, b"lost", ValueError),
    "not dumped": ({"data": {1}, "comment": "lost"}, LookupError(), LookupError),
    "dumped as something else": ({"data": {1}, "comment": "lost"}, 1, TypeError),
    "type of a field": ({"data": 1, "comment": 1}, b"", TypeError),
    "surrogate": ({"data": 1, "comment": "\ud800"}, b"", UnicodeEncodeError),
}


@pytest.mark.parametrize(("fields", "dump", "error"), UNSENT.values(), ids=UNSENT)
def test_refused_event_leaves_the_buffer(
    fields: dict[str, Any], dump: Any, error: type[Exception]
) -> None:
    buffer = FrameBuffer()
    buffer.sse("kept")
    with pytest.raises(error):
        buffer.event(fields, Mock(side_effect=[dump]))

    assert buffer.take() == b"data: kept\n\n"


@JSONL
@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"{}", b"{}\n"), ("\u00e9", b"\xc3\xa9\n"), (b"", b"\n"), (Text("1"), b"1\n")],
)
def test_record(jsonl: Callable[..., bytes], data: bytes | str, expected: bytes) -> None:
    assert expected == jsonl(data)


@JSONL
@pytest.mark.parametrize(
    ("data", "error"), [("\ud800", UnicodeEncodeError), (None, TypeError), ([1], TypeError)]
)
def test_record_is_refused(jsonl: Callable[..., bytes], data: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        jsonl(data)


def test_frames_are_gathered_in_order() -> None:
    buffer = FrameBuffer()
    assert len(buffer) == 0
    assert buffer.take() == b""

    buffer.jsonl(b"1")
    buffer.event({"data": 2, "id": "x"}, not_called)
    buffer.sse("3")
    buffer.raw(b"\xff")
    buffer.raw("\u00e9")

    expected = b"1\ndata: 2\nid: x\n\ndata: 3\n\n\xff\xc3\xa9"
    assert len(buffer) == len(expected)
    assert buffer.take() == expected
    assert len(buffer) == 0
    buffer.raw("again")
    assert buffer.take() == b"again"


def test_large_frames_pass() -> None:
    data = b"x" * 3_000_000
    buffer = FrameBuffer()
    for _ in range(2):
        buffer.jsonl(data)

        assert buffer.take() == data + b"\n"
    assert sys.getrefcount(data) <= 3


def written(
    data: str | None, event: str | None, id: str | None, retry: int | None, comment: str | None
) -> bytes | None:
    """The same event in the plainest way; `None` when a reader could not get it back."""
    if re.search(r"[\r\n]", event or "") or re.search(r"[\r\n\0]", id or ""):
        return None
    fields = [("", comment), ("event", event), ("data", data), ("id", id)]
    lines = [
        f"{name}: {line}\n"
        for name, value in fields
        if value is not None
        for line in re.split(r"\r\n|\r|\n", value)
    ]
    wait = "" if retry is None else f"retry: {retry}\n"
    return ("".join(lines) + wait + "\n").encode()


FIELD = st.none() | st.text(
    st.sampled_from("\r\n\0: dx\u00e9\u2028") | st.characters(codec="utf-8")
)


@given(FIELD, FIELD, FIELD, st.none() | st.integers(0, 2**64 - 1), FIELD)
def test_event_is_the_plainly_written(
    data: str | None, event: str | None, id: str | None, retry: int | None, comment: str | None
) -> None:
    try:
        frame = sse_frame(data, event=event, id=id, retry=retry, comment=comment)
    except ValueError:
        frame = None

    assert written(data, event, id, retry, comment) == frame


@given(
    st.none() | st.lists(st.text() | st.integers()) | st.sets(st.integers()),
    FIELD,
    FIELD,
    st.none() | st.integers(0, 2**64 - 1),
    FIELD,
)
def test_event_of_fields_is_the_plainly_written(
    data: Any, event: str | None, id: str | None, retry: int | None, comment: str | None
) -> None:
    def dump(data: Any) -> str:
        return json.dumps(data, default=sorted)

    fields = {"data": data, "event": event, "id": id, "retry": retry, "comment": comment}
    try:
        frame = buffered_event(dump, **fields)
    except ValueError:
        frame = None

    assert written(data if data is None else dump(data), event, id, retry, comment) == frame


@given(FIELD | st.text(st.sampled_from("\r\n\0\ud800")))
def test_valid_is_what_can_be_written(text: str | None) -> None:
    """The same object, which may have what UTF-8 cannot hold: that is refused when it is sent."""
    plain = None if text is None else text.replace("\ud800", "")
    for name, check in {"event": valid_sse_event, "id": valid_sse_id}.items():
        fields: dict[str, Any] = {"data": None, "event": None, "id": None, name: plain}
        if written(**fields, retry=None, comment=None) is not None:
            assert check(text) is text
            continue
        with pytest.raises(ValueError, match=f"SSE '{name}' must") as caught:
            check(text)
        with pytest.raises(ValueError, match=str(caught.value)):
            sse_frame(**{name: plain})


def test_frames_are_due_by_size_or_time() -> None:
    buffer = FrameBuffer()
    assert buffer.raw(b"x") == b""

    buffer.gather_for(1000)
    assert buffer.raw(b"x" * 65_000) is None
    assert buffer.jsonl(b"") is None
    assert buffer.sse("x" * 600) == b""
    assert buffer.raw(b"x" * 65_536) == b""
    assert len(buffer.take()) == 65_001 + 609 + 65_536
    assert buffer.raw(b"x") is None

    buffer.gather_for(0.0)
    assert buffer.raw(b"x") == b""

    for seconds in (1e-9, -1.0, float("nan"), float("inf")):
        buffer.gather_for(seconds)
        assert buffer.raw(b"x") == b""
    assert buffer.take() == b"xxxxxx"


def test_nothing_is_handed_out_by_appending_as_it_is() -> None:
    chunk = b"x" * 65_536
    buffer = FrameBuffer()
    buffer.gather_for(1000)

    for _ in range(2):
        buffer.append(chunk)

    assert buffer.take() == chunk * 2


@pytest.mark.parametrize("before", range(6))
def test_large_chunks_are_timed(before: int) -> None:
    """Not each of them, while they come fast: the first that comes too late may pass."""
    chunk = b"x" * 65_536
    buffer = FrameBuffer()
    buffer.gather_for(0.3)
    for _ in range(before):
        assert buffer.raw(chunk) is chunk
    time.sleep(0.35)

    assert [buffer.raw(chunk) for _ in range(8)][1:] == [b""] * 7


@pytest.mark.parametrize("most", range(6))
def test_large_chunks_are_counted(most: int) -> None:
    chunk = b"x" * 65_536
    buffer = FrameBuffer(most)
    for _ in range(2):
        buffer.gather_for(1000)
        assert [buffer.raw(chunk) for _ in range(most + 1)] == [chunk] * most + [b""]
        assert buffer.take() == chunk


def test_large_chunks_may_be_kept() -> None:
    """While there is time for others."""
    chunk = b"x" * 65_536
    buffer = FrameBuffer()
    for _ in range(2):
        buffer.gather_for(1000)
        assert buffer.raw(chunk) is chunk
        buffer.keep_chunks()
        assert buffer.raw(b"x") is None
        assert buffer.raw(chunk) == b""
        assert buffer.take() == b"x" + chunk


def test_a_large_chunk_is_not_copied() -> None:
    """Unless something stands before or after it."""
    chunk = b"x" * 65_536
    buffer = FrameBuffer()

    buffer.gather_for(1000)
    assert buffer.raw(chunk) is chunk
    assert len(buffer) == 0
    buffer.gather_for(0.0)
    assert buffer.raw(chunk) == b""
    assert len(buffer) == len(chunk)
    assert buffer.take() is chunk
    assert (len(buffer), buffer.take()) == (0, b"")

    for pieces in ((b"a", chunk), (chunk, b"a"), (chunk, chunk), (chunk, b"a", chunk)):
        for piece in pieces:
            buffer.raw(piece)
        assert buffer.take() == b"".join(pieces)
