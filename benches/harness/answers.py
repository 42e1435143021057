"""Whether an answer is the one that the row expects."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.case import Message, Row


class WrongAnswerError(Exception):
    """A contender answered something else: its time says nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; `sends` counts the messages with a body, 0 when it came over a socket.

    Of a WebSocket the status is 101 and the body what was sent, a line a message.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    sends: int = 0

    @classmethod
    def of(cls, messages: list[Message]) -> Answer:
        """The answer that an application sent."""
        start, *parts = messages
        if start["type"] == "websocket.accept":
            texts = [part["text"] for part in parts if part["type"] == "websocket.send"]
            return cls(101, [], "\n".join(texts).encode(), len(texts))
        return cls(
            status=start["status"],
            headers=[(name.decode().lower(), value.decode()) for name, value in start["headers"]],
            body=b"".join(part.get("body", b"") for part in parts),
            sends=len(parts),
        )


def check(row: Row, answer: Answer) -> Any:
    """The answer's value. Raises `WrongAnswerError` when it is not the one of the row."""
    expected = row.expected
    headers = dict(answer.headers)
    if len(headers) != len(answer.headers):
        raise WrongAnswerError(f"{row.name}: a header is there twice: {answer.headers}")
    if answer.status != expected.status:
        raise WrongAnswerError(f"{row.name}: status {answer.status}, body {answer.body[:200]!r}")
    for name, value in expected.headers.items():
        if headers.get(name) != value:
            raise WrongAnswerError(f"{row.name}: {name} is {headers.get(name)!r}, not {value!r}")
    if expected.form == "events" and not headers.get("content-type", "").startswith(
        "text/event-stream"
    ):
        raise WrongAnswerError(f"{row.name}: content-type is {headers.get('content-type')!r}")
    length = headers.get("content-length")
    if length is None and expected.form == "json":
        raise WrongAnswerError(f"{row.name}: no content-length")
    if length is not None and int(length) != len(answer.body):
        raise WrongAnswerError(f"{row.name}: content-length {length}, {len(answer.body)} bytes")
    value = _READERS[expected.form](answer.body)
    if value != expected.value:
        raise WrongAnswerError(f"{row.name}: {str(value)[:200]}, not {str(expected.value)[:200]}")
    return value


def _json_lines(body: bytes) -> list[Any]:
    if not body.endswith(b"\n"):
        raise WrongAnswerError("the last line has no end")
    return [json.loads(line) for line in body.splitlines()]


def _events(body: bytes) -> list[dict[str, Any]]:
    text = body.decode().replace("\r\n", "\n")  # lines may end with either
    if not text.endswith("\n\n"):
        raise WrongAnswerError("the last event has no end")
    events = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        event: dict[str, Any] = dict(line.split(": ", 1) for line in block.split("\n"))
        event["data"] = json.loads(event["data"])
        events.append(event)
    return events


_READERS: dict[str, Callable[[bytes], Any]] = {
    "json": json.loads,
    "bytes": bytes,
    "texts": lambda body: body.decode().split("\n"),
    "jsonl": _json_lines,
    "events": _events,
}
