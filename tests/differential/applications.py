"""Generates applications."""

from collections.abc import Sequence
from typing import Any

from tests.differential.choices import Choices
from tests.differential.descriptions import Application, Dependency, Kind, Router
from tests.differential.errors import raised, some_handlers
from tests.differential.middleware import some_middleware
from tests.differential.neutral import add_neutral
from tests.differential.operations import change, operation
from tests.differential.parameters import parameters_of
from tests.differential.paths import PREFIXES, placeholders
from tests.differential.sockets import socket
from tests.differential.types import some_models
from tests.differential.values import Models

_OF_APPLICATIONS: list[dict[str, Any]] = [
    {"title": "T", "version": "2", "summary": "s", "description": "d"},
    {"servers": [{"url": "/v1"}, {"url": "https://a.b", "description": "d"}]},
    {"openapi_tags": [{"name": "t", "description": "d"}], "terms_of_service": "http://a.b"},
    {"contact": {"name": "c"}, "license_info": {"name": "MIT", "identifier": "MIT"}},
    {"separate_input_output_schemas": False},
    {"root_path": "/root"},
    {"root_path": "/root", "root_path_in_servers": False},
    {"responses": {"404": {"description": "n"}}},
    {"openapi_external_docs": {"url": "http://a.b"}},
    {"max_body_size": 20},
]


def _dependency(choices: Choices, earlier: Sequence[str], models: Models) -> Dependency:
    kinds: list[Kind] = ["async", "async", "sync", "async_generator", "generator"]
    locations = ["query", "query", "header", "cookie"]
    if choices.rarely(10):
        locations = ["body"]
    injectable = ["request", "request", "websocket"]
    described: Dependency = {
        "kind": choices.one_of(kinds),
        "parameters": parameters_of(choices, (), locations, earlier, models, injectable),
    }
    change(choices, described)
    if described["kind"].endswith("generator"):
        if choices.rarely(10):
            described["raises_at_end"] = raised(choices)
        if choices.rarely(8):
            described["raises_instead"] = raised(choices)
        elif choices.rarely(16):
            described["swallows"] = True
    return described


def _router(
    choices: Choices, dependencies: Sequence[str], models: Models, outer: Sequence[str], depth: int
) -> Router:
    described: Router = {"members": []}
    if depth:
        described["prefix"] = choices.one_of(PREFIXES)
        if choices.rarely(4):
            described["included_with"] = choices.one_of(
                [{"prefix": "/w"}, {"tags": ["t"]}, {"prefix": "/{w}"}]
            )
    if dependencies and choices.rarely(6):
        described["dependencies"] = [choices.one_of(dependencies)]
    if choices.rarely(10):
        described["response_class"] = choices.one_of(["JSONResponse", "PlainTextResponse"])
    if choices.rarely(6):
        described["options"] = choices.one_of(
            [
                {"redirect_slashes": False},
                {"strict_content_type": False},
                {"deprecated": True},
                {"tags": ["r"], "responses": {"404": {"description": "r"}}},
                {"include_in_schema": False},
            ]
        )
    if not depth and choices.rarely(4):
        described["options"] = choices.one_of(_OF_APPLICATIONS)
    prefix = described.get("included_with", {}).get("prefix", "") + described.get("prefix", "")
    names = [*outer, *placeholders(prefix)]
    if len(set(names)) < len(names):
        described["prefix"] = "/r"
        described.pop("included_with", None)
        names = list(outer)
    for _ in range(1 + choices.below(4 - depth)):
        if depth < 2 and choices.rarely(5):
            described["members"].append(_router(choices, dependencies, models, names, depth + 1))
        elif choices.rarely(7):
            described["members"].append(socket(choices, dependencies, models, names))
        else:
            described["members"].append(operation(choices, dependencies, models, names))
    return described


def application(choices: Choices) -> Application:
    """Whole applications."""
    described = some_models(choices)
    models = {model["name"]: model for model in described}
    dependencies: dict[str, Dependency] = {}
    for index in range(choices.below(4)):
        dependencies[f"dep{index}"] = _dependency(choices, list(dependencies), models)
    router = _router(choices, list(dependencies), models, (), 0)
    made: Application = {
        "models": described,
        "dependencies": dependencies,
        "router": router,
        "handlers": some_handlers(choices),
        "middleware": some_middleware(choices),
    }
    if choices.rarely(2):
        add_neutral(choices, made)
    return made
