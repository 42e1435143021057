"""What a contender must not get away with."""

from dataclasses import replace
from typing import Any

import pytest
from harness.answers import Answer, WrongAnswerError, check
from harness.case import Expected, Request, Row

HEADERS = [("content-type", "application/json"), ("content-length", "7")]
RIGHT = Answer(200, HEADERS, b'{"a":1}')
ROW = Row("row", "a row", Request("/"), Expected({"a": 1}))
EVENTS = replace(
    ROW,
    expected=Expected(
        [{"event": "tick", "data": {"a": 1}}, {"data": 2}], form="events", headers={}
    ),
)
LINES = replace(ROW, expected=Expected([{"a": 1}, 2], form="jsonl", headers={}))

TEXTS = replace(ROW, expected=Expected(["a", "b"], status=101, form="texts", headers={}))
BYTES = replace(ROW, expected=Expected(b"\x00\xff", form="bytes", headers={}))

STREAM = [("content-type", "text/event-stream; charset=utf-8")]

WRONG = {
    "status": {"status": 500},
    "value": {"body": b'{"a":2}'},
    "another type": {"headers": [("content-type", "text/plain"), ("content-length", "7")]},
    "no type": {"headers": [("content-length", "7")]},
    "no length": {"headers": [("content-type", "application/json")]},
    "wrong length": {"body": b'{"a": 1}'},
    "header twice": {"headers": [*HEADERS, ("content-length", "7")]},
}


def text(value: str) -> dict[str, str]:
    return {"type": "websocket.send", "text": value}


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (ROW, RIGHT),
        (LINES, Answer(200, [], b'{"a":1}\n2\n')),
        (EVENTS, Answer(200, STREAM, b'event: tick\ndata: {"a": 1}\n\ndata: 2\n\n')),
        (EVENTS, Answer(200, STREAM, b'data: {"a": 1}\r\nevent: tick\r\n\r\ndata: 2\r\n\r\n')),
        (TEXTS, Answer.of([{"type": "websocket.accept"}, *map(text, "ab")])),
        (BYTES, Answer(200, [], b"\x00\xff")),
    ],
    ids=["json", "jsonl", "events", "events with CRLF", "texts", "bytes"],
)
def test_the_expected_answer_is_taken(row: Row, answer: Answer) -> None:
    assert check(row, answer) == row.expected.value


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_any_other_answer_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WrongAnswerError):
        check(ROW, replace(RIGHT, **change))


@pytest.mark.parametrize(
    ("row", "body"),
    [
        (LINES, b'{"a":1}\n2'),
        (LINES, b'{"a":1}\n'),
        (EVENTS, b'event: tick\ndata: {"a": 1}\n\ndata: 2\n'),
        (EVENTS, b'data: {"a": 1}\n\ndata: 2\n\n'),
        (BYTES, b"\x00"),
    ],
    ids=["line without end", "line missing", "event without end", "field missing", "byte missing"],
)
def test_a_stream_that_differs_is_refused(row: Row, body: bytes) -> None:
    with pytest.raises(WrongAnswerError):
        check(row, Answer(200, STREAM, body))


def test_events_of_another_type_are_refused() -> None:
    with pytest.raises(WrongAnswerError):
        check(EVENTS, Answer(200, [], b'event: tick\ndata: {"a": 1}\n\ndata: 2\n\n'))


def test_a_websocket_that_leaves_a_text_out_is_refused() -> None:
    with pytest.raises(WrongAnswerError):
        check(TEXTS, Answer.of([{"type": "websocket.accept"}, text("a")]))
