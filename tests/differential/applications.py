"""Generates applications."""

from collections.abc import Sequence

from tests.differential.choices import Choices
from tests.differential.descriptions import Application, Dependency, Kind, Router
from tests.differential.operations import change, operation, placeholders, raised
from tests.differential.parameters import parameters_of
from tests.differential.types import some_models
from tests.differential.values import Models

PREFIXES = ("", "/r", "/r/s", "/{r}", "/a", "/{r:int}", "/a/{r}")


def _dependency(choices: Choices, earlier: Sequence[str], models: Models) -> Dependency:
    kinds: list[Kind] = ["async", "async", "sync", "async_generator", "generator"]
    locations = ["query", "query", "header", "cookie"]
    if choices.rarely(10):
        locations = ["body"]
    described: Dependency = {
        "kind": choices.one_of(kinds),
        "parameters": parameters_of(choices, (), locations, earlier, models),
    }
    change(choices, described)
    if described["kind"].endswith("generator") and choices.rarely(10):
        described["raises_at_end"] = raised(choices)
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
            ]
        )
    prefix = described.get("included_with", {}).get("prefix", "") + described.get("prefix", "")
    names = [*outer, *placeholders(prefix)]
    if len(set(names)) < len(names):
        described["prefix"] = "/r"
        described.pop("included_with", None)
        names = list(outer)
    for _ in range(1 + choices.below(4 - depth)):
        if depth < 2 and choices.rarely(5):
            described["members"].append(_router(choices, dependencies, models, names, depth + 1))
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
    return {"models": described, "dependencies": dependencies, "router": router}
