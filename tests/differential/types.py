"""Generates types and models."""

from collections.abc import Sequence
from typing import Any

from tests.differential.annotations import CHECKS, SCALARS, TAG
from tests.differential.choices import Choices
from tests.differential.descriptions import Field, Model, Type

NAMES = ("a", "b_c", "d", "e", "F")
"""The names of parameters and of fields."""
TAGGED = ("TA", "TB")
"""The models that are told apart by their tags."""
_ORDERED = ("int", "float", "decimal", "level")
_HASHED_ALIKE = ("str", "int", "date", "uuid", "color", "literal")
_USUAL = ("str", "int", "bool", "float", "any")
_ALL = tuple(name for name in SCALARS if name not in ("none", "tag_a", "tag_b"))
_MOMENTS = tuple(CHECKS)
_PLAIN = (*_USUAL, *_USUAL, *_USUAL, *_ALL)


def scalar_type(choices: Choices) -> Type:
    """Types of single values, with constraints, optional ones and unions."""
    roll = choices.below(13)
    if roll < 7:
        return choices.one_of(_PLAIN)
    if roll == 7:
        return ["optional", choices.one_of(_PLAIN)]
    if roll == 8:
        kinds = choices.some(_ALL, 3, 2)
        return ["union", *kinds]
    if roll == 12:
        return ["checked", choices.one_of(_PLAIN), choices.one_of(_MOMENTS)]
    return constrained_type(choices)


def constrained_type(choices: Choices) -> Type:
    """Types with constraints."""
    name = choices.one_of(["int", "float", "decimal", "str", "bytes"])
    options: dict[str, Any] = {}
    if name in _ORDERED:
        options[choices.one_of(["gt", "ge", "lt", "le", "multiple_of"])] = choices.one_of(
            [1, 2, 1000]
        )
        if name == "float" and choices.rarely(2):
            options["allow_inf_nan"] = False
    else:
        options[choices.one_of(["min_length", "max_length"])] = choices.one_of([1, 2])
        if name == "str" and choices.rarely(2):
            options["pattern"] = "^a"
    if choices.rarely(12):
        options["strict"] = True
    return ["constrained", name, options]


def sequence_type(choices: Choices) -> Type:
    """A type of several values."""
    constructor = choices.one_of(["list", "list", "set", "tuple", "frozenset"])
    if constructor in ("set", "frozenset"):
        # Of these each process has the same order.
        described = [constructor, choices.one_of(_HASHED_ALIKE)]
    else:
        described = [constructor, scalar_type(choices)]
    roll = choices.below(8)
    if roll == 6:
        return ["optional", described]
    if roll == 7:
        return ["constrained", described, {"max_length": 1}]
    return described


def parameter_type(choices: Choices) -> Type:
    """Types of query, header and cookie parameters."""
    roll = choices.below(10)
    if roll == 9:
        return ["json", body_type(choices, [])]
    return sequence_type(choices) if roll > 6 else scalar_type(choices)


def body_type(choices: Choices, models: Sequence[str], depth: int = 0) -> Type:
    """Types of JSON bodies and of responses."""
    roll = choices.below(15)
    if roll == 14:
        return ["checked", body_type(choices, models, depth), choices.one_of(_MOMENTS)]
    if models and roll < 5:
        tagged = [name for name in models if name in TAGGED]
        if tagged and choices.rarely(2):
            return ["tagged", *tagged]
        return ["model", choices.one_of(models)]
    if roll < 9 or depth > 1:
        return scalar_type(choices)
    inner = body_type(choices, models, depth + 1)
    match roll:
        case 9 | 10:
            return ["list", inner]
        case 11:
            return ["dict", inner]
        case 12:
            return ["optional", inner]
    other = body_type(choices, models, depth + 1)
    return [choices.one_of(["union", "pair"]), inner, other]


def some_models(choices: Choices) -> list[Model]:
    """Models, of which later ones may use earlier ones."""
    described: list[Model] = []
    for index in range(choices.below(4)):
        earlier = [model["name"] for model in described]
        model: Model = {"name": f"M{index}", "fields": []}
        names = choices.some(NAMES, 3)
        if earlier and choices.rarely(4):
            model["base"] = choices.one_of(earlier)
            names = [f"{name}{index}" for name in names]
        elif choices.rarely(3):
            model["config"] = choices.one_of(
                [
                    {"extra": "forbid"},
                    {"extra": "allow"},
                    {"strict": True},
                    {"validate_by_name": True},
                    {"populate_by_name": True},
                    {"str_strip_whitespace": True},
                    {"ser_json_inf_nan": "constants"},
                ]
            )
        model["fields"] = [_field(choices, name, earlier) for name in names]
        described.append(model)
    if choices.rarely(4):
        described += _tagged_models(choices, [model["name"] for model in described])
    return described


def _tagged_models(choices: Choices, earlier: list[str]) -> list[Model]:
    """The members of a discriminated union."""
    described: list[Model] = []
    alias = choices.rarely(8)
    for name, tag in zip(TAGGED, ("tag_a", "tag_b"), strict=True):
        field: Field = {"name": TAG, "type": tag}
        if choices.rarely(6):
            field["default"] = "a"
        if alias:
            field["options"] = {"alias": "Kind"}
        others = [_field(choices, other, earlier) for other in choices.some(NAMES, 2)]
        described.append({"name": name, "fields": [field, *others]})
    return described


def _field(choices: Choices, name: str, earlier: list[str]) -> Field:
    field: Field = {"name": name, "type": body_type(choices, earlier)}
    if choices.rarely(3):
        field["default"] = default_of(choices, field["type"])
    if choices.rarely(4):
        field["options"] = choices.one_of(
            [{"alias": "Alias-" + name}, {"description": "d"}, {"title": "T"}]
        )
    return field


def default_of(choices: Choices, described: Type) -> Any:
    """A default for a type, not always of it."""
    if described[0] == "optional":
        return None
    while isinstance(described, list) and described[0] in ("constrained", "checked"):
        described = described[1]
    if isinstance(described, str):
        return choices.one_of([*_DEFAULTS.get(described, ["a"]), None])
    return choices.one_of([None, []])


_DEFAULTS: dict[str, list[Any]] = {
    "int": [1, 0, "x"],
    "float": [1.5, 1],
    "bool": [True, False],
    "str": ["a", ""],
    "any": [{}, [1], "a"],
}
