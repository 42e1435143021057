"""Generates streams."""

from typing import Any

from tests.differential.choices import Choices
from tests.differential.descriptions import Operation, Type
from tests.differential.types import body_type
from tests.differential.values import Models, value_of


def stream(choices: Choices, described: Operation, models: Models) -> None:
    """Makes an operation one that streams JSON lines, events, or what it yields."""
    described["kind"] = choices.one_of(["async_generator", "generator"])
    returns = described["returns"]
    returns["how"] = "value"
    how = choices.one_of(["jsonl", "jsonl", "sse", "sse", "events", "raw"])
    item: Type = body_type(choices, list(models))
    if how == "events":
        returns["made_as"] = ["list", "ServerSentEvent"]
        returns["value"] = choices.few(_EVENTS)
        described["response_class"] = "EventSourceResponse"
        return
    if how == "raw":
        described["response_class"] = choices.one_of(["StreamingResponse", "MediaStream"])
        returns["value"] = choices.few(["a", "\u20ac\n"])
        return
    returns["value"] = [value_of(choices, item, models) for _ in range(choices.below(4))]
    if how == "sse":
        described["response_class"] = "EventSourceResponse"
    if choices.rarely(2):
        described["type"] = item
        described["annotated"] = True
    if choices.rarely(8):
        returns["raises_after"] = choices.below(3)


_EVENTS: list[dict[str, Any]] = [
    {"data": "a"},
    {"data": {"a": [1, None]}, "event": "e", "id": "1", "retry": 5},
    {"raw_data": "a\nb\r\nc\rd\u2028e"},
    {"comment": "c\nd"},
    {"data": "", "event": "", "id": ""},
    {"raw_data": ""},
    {"raw_data": "a\x85b\x0bc\x0cd\x1ee"},
    {"data": float("nan"), "id": "a b"},
    {"event": "x", "retry": 0},
    {"data": "a\n", "comment": ""},
]
