"""Generates what path operations return."""

from typing import Any

from tests.differential.choices import Choices
from tests.differential.descriptions import Operation, Returns
from tests.differential.rich import rich_value
from tests.differential.streams import stream
from tests.differential.types import body_type
from tests.differential.values import Models, value_of


def reply(choices: Choices, described: Operation, models: Models) -> None:
    """Says what an operation returns, and how that is made a response."""
    roll = choices.below(16)
    if roll < 6:
        return
    returns = described["returns"]
    if roll == 6:
        returns["how"] = "arguments"
    elif roll == 7 and described["parameters"]:
        parameter = choices.one_of(described["parameters"])
        if "type" in parameter:
            # Others are injected, and their encoding has no end.
            described["returns"] = {"how": "argument", "argument": parameter["name"]}
            if choices.rarely(2):
                described["type"] = parameter["type"]
    elif roll == 8:
        returns["how"] = "response"
        _own_response(choices, returns)
    elif roll == 9:
        described["response_class"] = choices.one_of(
            ["PlainTextResponse", "HTMLResponse", "RedirectResponse", "Response", "FileResponse"]
        )
        returns["how"] = "value"
        is_file = described["response_class"] == "FileResponse"
        returns["value"] = "LICENSE" if is_file else choices.one_of(["v", "/\u20ac", ""])
    elif roll == 10:
        returns["how"] = "rich"
        returns["rich"] = rich_value(choices)
        if choices.rarely(6):
            described["response_class"] = choices.one_of(["JSONResponse", "OwnJSON"])
    elif roll > 13:
        stream(choices, described, models)
        return
    else:
        returns["how"] = "value"
        source = body_type(choices, list(models))
        returns["value"] = value_of(choices, source, models)
        if roll > 11:
            described["type"] = source
            if choices.rarely(3):
                described["type"] = body_type(choices, list(models))
            if choices.rarely(2):
                returns["made_as"] = source
            if choices.rarely(6):
                described["response_class"] = choices.one_of(["JSONResponse", "OwnJSON"])
    if "type" in described:
        described["annotated"] = choices.rarely(2)
        if not choices.rarely(3):
            described["options"] = choices.one_of(_OPTIONS)
            if choices.rarely(3):
                described["options"] = {**described["options"], **choices.one_of(_OPTIONS)}


def _own_response(choices: Choices, returns: Returns) -> None:
    returns["response_class"] = choices.one_of(
        [
            *("Response", "PlainTextResponse", "HTMLResponse", "JSONResponse", "RedirectResponse"),
            "StreamingResponse",
        ]
    )
    returns["value"] = choices.one_of(["v\u20ac", "", "/a?b"])
    if choices.rarely(3):
        returns["status"] = choices.one_of([201, 204, 304, 418])
    if choices.rarely(3):
        returns["headers"] = choices.one_of(
            [{"X-A": "1"}, {"content-type": "text/csv"}, {"x-b": "2", "x-a": "3"}]
        )
    if choices.rarely(4):
        returns["background"] = True


_OPTIONS: list[dict[str, Any]] = [
    {"response_model_exclude_unset": True},
    {"response_model_exclude_defaults": True},
    {"response_model_exclude_none": True},
    {"response_model_by_alias": False},
    {"response_model_include": ["a", "d"]},
    {"response_model_exclude": ["a"]},
    {"response_model_include": {"a": ["b_c", "d"], "kind": True}},
    {"response_model_exclude": {"b_c": {"__all__": ["a"]}, "d": {"a": True}}},
    {"response_model_include": []},
]
