"""Generates path operations."""

from collections.abc import Sequence
from typing import Any

from tests.differential.choices import Choices
from tests.differential.descriptions import Operation, Raised, Type
from tests.differential.parameters import parameters_of
from tests.differential.types import body_type
from tests.differential.values import Models, value_of

PATHS = (
    *("/", "/a", "/a/", "/a/b", "/{p}", "/{p}/", "/{p}/x", "/a/{p}", "/a/{p}/{q}", "/{p}.{q}"),
    *("/{p:path}", "/a/{p:path}/z", "/{p:int}", "/i/{p:int}/{q:float}", "/{p:uuid}", "/{p:float}"),
    *("/v{p}", "/{p}-{q}", "/{p:int}-x", "/{p:str}/e", "/\u00e9", "/a b", "/a.b", "/%7E"),
    "/{p}{q:int}",
)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY")
STATUSES = (200, 201, 202, 204, 205, 304, 299, 404, 500)


def change(choices: Choices, described: Any) -> None:
    """Has a function change the injected response, or raise."""
    roll = choices.below(30)
    if roll == 29:
        described["raises"] = raised(choices)
    elif roll > 24:
        described["parameters"].append({"name": "response", "in": "response"})
        key = choices.one_of(["sets_header", "sets_cookie", "sets_status"])
        if key == "sets_status":
            described[key] = choices.one_of(STATUSES)
        else:
            described[key] = choices.one_of([("x-a", "1"), ("x-b", "\u00e9"), ("k", "v w")])


def raised(choices: Choices) -> Raised:
    """An exception."""
    options: list[Raised] = [
        {"status": 404},
        {"status": 418, "detail": {"a": [1, None]}},
        {"status": 401, "detail": "no", "headers": {"x-why": "because"}},
        {"status": 204},
        {"status": 304, "detail": "x"},
        {"status": 500, "detail": "\u20ac"},
        {"error": "ValueError"},
        {"error": "KeyError"},
    ]
    return choices.one_of(options)


def placeholders(path: str) -> list[str]:
    """The names of path parameters of a template."""
    return [part.split("}")[0].split(":")[0] for part in path.split("{")[1:]]


def operation(
    choices: Choices, dependencies: Sequence[str], models: Models, outer: Sequence[str]
) -> Operation:
    """Path operations below a prefix that has the path parameters `outer`."""
    path = choices.one_of(PATHS)
    names = [*outer, *placeholders(path)]
    methods = choices.some(METHODS, 2, 1)
    if choices.rarely(2):
        methods = [choices.one_of(["GET", "POST"])]
    body = choices.one_of(["none", "body", "body", "body", "form"])
    locations = ["query", "query", "header", "cookie"]
    if body == "body":
        locations += ["body", "body", "body"]
    elif body == "form":
        locations += ["form", "form", "form", "file"]
    described: Operation = {
        "kind": choices.one_of(["async", "async", "async", "sync"]),
        "path": path,
        "methods": methods,
        "parameters": [],
        "returns": {"how": "echo"},
    }
    declared = [name for name in names if choices.below(6) < 5]
    described["parameters"] = parameters_of(choices, declared, locations, dependencies, models)
    if dependencies and choices.rarely(6):
        described["dependencies"] = [choices.one_of(dependencies)]
    change(choices, described)
    _returned(choices, described, models)
    if choices.rarely(6):
        described.setdefault("options", {})["status_code"] = choices.one_of(STATUSES)
    return described


def _returned(choices: Choices, described: Operation, models: Models) -> None:
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
        returns["response_class"] = choices.one_of(
            ["Response", "PlainTextResponse", "HTMLResponse", "JSONResponse"]
        )
        returns["value"] = "v\u20ac"
    elif roll == 9:
        described["response_class"] = choices.one_of(
            ["PlainTextResponse", "HTMLResponse", "RedirectResponse", "Response"]
        )
        returns["how"] = "value"
        returns["value"] = choices.one_of(["v", "/\u20ac", ""])
    elif roll > 13:
        _streamed(choices, described, models)
        return
    else:
        returns["how"] = "value"
        source = body_type(choices, list(models))
        returns["value"] = value_of(choices, source, models)
        if roll > 10:
            described["type"] = source
            if choices.rarely(3):
                described["type"] = body_type(choices, list(models))
            if choices.rarely(6):
                described["response_class"] = "JSONResponse"
    if "type" in described:
        described["annotated"] = choices.rarely(2)
        if choices.rarely(3):
            described["options"] = choices.one_of(
                [
                    {"response_model_exclude_unset": True},
                    {"response_model_exclude_defaults": True},
                    {"response_model_exclude_none": True},
                    {"response_model_by_alias": False},
                    {"response_model_include": ["a", "d"]},
                    {"response_model_exclude": ["a"]},
                ]
            )


def _streamed(choices: Choices, described: Operation, models: Models) -> None:
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
        returns["value"] = choices.few(["a", "", "\u20ac\n"])
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
]
