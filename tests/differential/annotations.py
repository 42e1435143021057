"""From a described type to an annotation."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, Union
from uuid import UUID

from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Json,
    create_model,
)
from tests.differential.descriptions import Model, Type


class Color(Enum):
    """Texts, of which one is empty."""

    RED = "red"
    BLUE = "blue"
    NONE = ""


class Level(IntEnum):
    """Numbers."""

    LOW = 1
    HIGH = 3


TAG = "kind"
"""The field that tells the members of a discriminated union apart."""
SCALARS: dict[str, Any] = {
    "int": int,
    "float": float,
    "bool": bool,
    "str": str,
    "bytes": bytes,
    "date": date,
    "datetime": datetime,
    "time": time,
    "timedelta": timedelta,
    "uuid": UUID,
    "decimal": Decimal,
    "url": AnyUrl,
    "color": Color,
    "level": Level,
    "literal": Literal["a", "b"],
    "tag_a": Literal["a"],
    "tag_b": Literal["b", "c"],
    "any": Any,
    "none": None,
}


def refuse_ones(value: Any) -> Any:
    """Refuses what is 1 or `a`, or the text of it."""
    if str(value) in ("1", "a"):
        raise ValueError("refused")
    return value


CHECKS: dict[str, Any] = {
    "after": AfterValidator(refuse_ones),
    "before": BeforeValidator(refuse_ones),
}
"""Functions of an application that look at values: after pydantic, and before."""
_IMPLIED: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "dict": ((str,), ()),
    "optional": ((), (None,)),
    "tuple": ((), (...,)),
}
"""The operands of a constructor that are not written, before and after those that are."""
_GENERICS: dict[str, Any] = {
    "union": Union,
    "optional": Union,
    "tuple": tuple,
    "list": list,
    "set": set,
    "frozenset": frozenset,
    "pair": tuple,
    "dict": dict,
    "json": Json,
}


def annotation_of(described: Type, models: Mapping[str, Any]) -> Any:
    """The annotation of a described type, with models (and `UploadFile`) by their names."""
    if isinstance(described, str):
        return SCALARS[described] if described in SCALARS else models[described]
    constructor, *operands = described
    if constructor == "constrained":
        constrained, options = operands
        return Annotated[annotation_of(constrained, models), Field(**options)]
    if constructor == "checked":
        checked, when = operands
        return Annotated[annotation_of(checked, models), CHECKS[when]]
    if constructor == "model":
        return models[operands[0]]
    if constructor == "tagged":
        union = annotation_of(["union", *operands], models)
        return Annotated[union, Field(discriminator=TAG)]
    inner: tuple[Any, ...] = tuple(annotation_of(operand, models) for operand in operands)
    before, after = _IMPLIED.get(constructor, ((), ()))
    inner = (*before, *inner, *after)
    return _GENERICS[constructor][inner if len(inner) > 1 else inner[0]]


def make_models(described: list[Model], models: dict[str, Any]) -> None:
    """Adds the described models to `models`."""
    for model in described:
        fields: dict[str, Any] = {
            field["name"]: (
                annotation_of(field["type"], models),
                Field(field.get("default", ...), **field.get("options", {})),
            )
            for field in model["fields"]
        }
        base = models[model["base"]] if "base" in model else _configured(model.get("config", {}))
        models[model["name"]] = create_model(
            model["name"], __base__=base, __module__=__name__, **fields
        )


def _configured(config: dict[str, Any]) -> type[BaseModel]:
    if not config:
        return BaseModel
    return type("Configured", (BaseModel,), {"model_config": ConfigDict(**config)})  # type: ignore[typeddict-item]  # made at run time
