"""Generates parameters of endpoints and dependencies."""

from collections.abc import Sequence
from typing import Any

from tests.differential.choices import Choices
from tests.differential.descriptions import Parameter, Style, Type
from tests.differential.security import security
from tests.differential.types import (
    NAMES,
    TAGGED,
    body_type,
    default_of,
    parameter_type,
    scalar_type,
)
from tests.differential.values import Models


def _marked(choices: Choices, name: str, location: str, models: Models) -> Parameter:
    parameter: Parameter = {"name": name, "in": location}
    options: dict[str, Any] = {}
    if location == "file":
        file = choices.one_of(["UploadFile", "bytes"])
        parameter["type"] = choices.one_of([file, ["optional", file], ["list", file]])
        if choices.rarely(2):
            parameter["default"] = None
        return parameter
    if location == "path":
        # Most convertors and texts fit these.
        usual = choices.one_of(["any", "any", "any", "str"])
        parameter["type"] = scalar_type(choices) if choices.rarely(3) else usual
    elif location == "body":
        parameter["type"] = body_type(choices, list(models))
        if choices.rarely(6):
            options["embed"] = True
    elif models and choices.rarely(8):
        # A model stands for parameters: whether its fields can be such is for both to say.
        described = _whole_model(choices, models)
        # An optional discriminated union is no form in FastAPI: see docs/differences.md.
        optional = choices.rarely(4) and (described[0], location) != ("tagged", "form")
        parameter["type"] = ["optional", described] if optional else described
        if optional:
            parameter["default"] = None
        return parameter
    elif location == "cookie" and not choices.rarely(5):
        # Lists of cookies cannot be sent.
        parameter["type"] = scalar_type(choices)
    else:
        parameter["type"] = parameter_type(choices)
    if location != "path":
        if choices.rarely(3):
            parameter["default"] = default_of(choices, parameter["type"])
            if choices.rarely(8):
                options["validate_default"] = True
        roll = choices.below(12)
        if roll > 9:
            options["alias"] = choices.one_of(["x", "Y-z", "b-c", "A", "\u00e9"])
        elif roll == 9:
            options["validation_alias"] = choices.one_of(["x", "V"])
        elif roll == 8 and location == "header":
            options["convert_underscores"] = False
        elif roll == 7:
            options["include_in_schema"] = False
        elif roll == 6:
            options["deprecated"] = True
        elif roll == 5:
            options["validation_alias"] = choices.one_of([["x", "y"], ["b_c", "Y-z"], ["a"]])
    if options:
        parameter["options"] = options
    bare = location in ("path", "body") or (
        location == "query" and not _is_body_by_itself(parameter["type"])
    )
    styles: list[Style] = ["annotated", "annotated", "default"]
    if bare and not options:
        styles.append("bare")
    parameter["style"] = choices.one_of(styles)
    return parameter


def _whole_model(choices: Choices, models: Models) -> Type:
    if TAGGED[0] in models and choices.rarely(2):
        return ["tagged", *TAGGED]
    return ["model", choices.one_of(list(models))]


def _is_body_by_itself(described: Type) -> bool:
    """Whether a parameter of that type without a marker is a body."""
    if isinstance(described, str):
        return False
    return described[0] not in ("optional", "union", "constrained", "checked") or any(
        _is_body_by_itself(operand) for operand in described[1:] if not isinstance(operand, dict)
    )


def parameters_of(
    choices: Choices,
    names: Sequence[str],
    locations: Sequence[str],
    dependencies: Sequence[str],
    models: Models,
    injectable: Sequence[str] = ("request",),
) -> list[Parameter]:
    """Parameters of one function.

    They are all path parameters of `names`, others in `locations`, and what frameworks inject.
    """
    used = choices.some(NAMES, 3)
    parameters = [_marked(choices, name, "path", models) for name in names]
    for name in used:
        if name not in names:
            location = choices.one_of(list(locations))
            parameters.append(_marked(choices, name, location, models))
    roll = choices.below(16)
    if dependencies and roll % 2:
        for index, name in enumerate(choices.few(dependencies)):
            parameter: Parameter = {"name": f"d{index}", "in": "dependency", "dependency": name}
            more = choices.below(10)
            if more == 9:
                parameter["use_cache"] = False
            elif more == 8:
                parameter["scope"] = choices.one_of(["function", "request"])
            parameters.append(parameter)
    if roll in (12, 13):
        parameters += security(choices, dependencies, "form" in locations)
    if roll in (10, 11):
        injected = choices.one_of([*injectable, "background", "connection"])
        parameters.append({"name": "i", "in": injected})
    return choices.shuffled(parameters)
