"""Generates path operations."""

from collections.abc import Sequence
from typing import Any

from tests.differential.choices import Choices
from tests.differential.descriptions import Operation
from tests.differential.errors import raised
from tests.differential.parameters import parameters_of
from tests.differential.paths import PATHS, placeholders
from tests.differential.replies import reply
from tests.differential.types import body_type
from tests.differential.values import Models

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY")
STATUSES = (200, 201, 202, 204, 205, 304, 299, 404, 500)

METADATA: list[dict[str, Any]] = [
    {"summary": "S", "description": "D\n\nE"},
    {"tags": ["t", "u"], "deprecated": True},
    {"operation_id": "own"},
    {"name": "n"},
    {"include_in_schema": False},
    {"response_description": "R"},
    {"responses": {"404": {"description": "None"}, "200": {"description": "Some"}}},
    {"openapi_extra": {"x-a": 1, "parameters": [{"name": "z", "in": "query"}]}},
    {"openapi_extra": {"responses": {"200": {"x-b": True}}}},
]


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
    reply(choices, described, models)
    if choices.rarely(6):
        described.setdefault("options", {})["status_code"] = choices.one_of(STATUSES)
    if choices.rarely(4):
        described.setdefault("options", {}).update(choices.one_of(METADATA))
    if choices.rarely(10):
        described["response_types"] = {
            choices.one_of(["404", "200", "4XX", "default"]): body_type(choices, list(models))
        }
    return described
