"""Generates WebSocket endpoints, and what clients say to them."""

from collections.abc import Sequence
from typing import Any

from tests.differential.choices import Choices
from tests.differential.descriptions import Parameter, Sent, Socket
from tests.differential.errors import raised_in_socket
from tests.differential.parameters import parameters_of
from tests.differential.paths import PATHS, placeholders
from tests.differential.scripts import WEBSOCKET
from tests.differential.values import HOSTILE_JSON, Models

_STEPS: list[list[Any]] = [
    ["arguments"],
    ["receive_text"],
    ["receive_json"],
    ["receive_bytes"],
    ["receive"],
    ["send_text", "v\u20ac"],
    ["send_json", {"a": [1, None, "\u20ac"]}],
    ["send_json", float("nan")],
    ["send_bytes", "\xff\x00"],
    ["echo"],
    ["close"],
    ["close", 4000, "why"],
    ["accept"],
    ["receive_json", "binary"],
    ["deny"],
]
_ACCEPTS: list[list[Any]] = [
    *(["accept"], ["accept"], ["accept"], ["accept", "x"], ["accept", "not offered"]),
    ["accept", None, [["x-a", "1"]]],
]


def socket(
    choices: Choices, dependencies: Sequence[str], models: Models, outer: Sequence[str]
) -> Socket:
    """WebSocket endpoints below a prefix that has the path parameters `outer`."""
    path = choices.one_of(PATHS)
    names = [name for name in (*outer, *placeholders(path)) if choices.below(6) < 5]
    locations = ["query", "query", "header", "cookie"]
    if choices.rarely(12):
        # There is none, which both say.
        locations = ["body"]
    parameters = parameters_of(choices, names, locations, dependencies, models, ())
    websocket: Parameter = {"name": WEBSOCKET, "in": "websocket"}
    script = [] if choices.rarely(12) else [choices.one_of(_ACCEPTS)]
    script += [choices.one_of(_STEPS) for _ in range(1 + choices.below(4))]
    if choices.rarely(5):
        script.insert(choices.below(len(script) + 1), ["raise", raised_in_socket(choices)])
    described: Socket = {
        "kind": "async",
        "socket": path,
        "parameters": [websocket, *parameters],
        "script": script,
    }
    if dependencies and choices.rarely(6):
        described["dependencies"] = [choices.one_of(dependencies)]
    return described


def say(choices: Choices, sent: Sent) -> None:
    """Makes a request the opening of a session."""
    sent["method"] = "GET"
    sent["messages"] = []
    for _ in range(choices.below(4)):
        kind = choices.one_of(["text", "text", "text", "bytes", "disconnect"])
        value: Any = choices.one_of(["a", "1", '{"a":"\u20ac"}', "", "\x00"])
        if kind == "disconnect":
            value = choices.one_of([1000, 1001, 1006])
        elif kind == "bytes":
            value = choices.one_of(["[1]", "\xff", ""])
        elif choices.rarely(8):
            value = choices.one_of(HOSTILE_JSON)
        sent["messages"].append([kind, value])
    if choices.rarely(6):
        sent["subprotocols"] = choices.one_of([["x"], ["y", "x"]])
    if choices.rarely(3):
        sent["denial"] = True
