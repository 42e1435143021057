"""The parameters of an operation: OpenAPI 3.1, section Parameter Object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticUndefined

from ferroapi.annotations import optional_model
from ferroapi.encoders import jsonable_encoder
from ferroapi.fields import model_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from ferroapi.dependencies.models import Dependant
    from ferroapi.fields import ModelField
    from ferroapi.openapi.definitions import SchemaDefinitions


def declared_parameters(dependants: Iterable[Dependant]) -> Iterator[tuple[str, ModelField]]:
    """The fields of all parameters outside of the body, each with its location."""
    dependants = list(dependants)
    for location in ("path", "query", "header", "cookie"):
        for dependant in dependants:
            for field in getattr(dependant, f"{location}_params"):
                yield location, field


def parameter_model(field: ModelField) -> type[BaseModel] | None:
    """The model whose fields are parameters of their own, when the field stands for one."""
    return None if field.is_json else optional_model(field.field_info.annotation)


def members(field: ModelField) -> list[ModelField]:
    """The parameters a field stands for: those of its model, or itself."""
    model = parameter_model(field)
    return [field] if model is None else model_fields(model)


def describe_parameters(
    declared: Iterable[tuple[str, ModelField]], definitions: SchemaDefinitions
) -> list[dict[str, Any]]:
    """The parameter objects of an operation, each name and location once.

    Of several declarations of one parameter the last is described, or the last that requires it.
    """
    described: dict[tuple[str, str], dict[str, Any]] = {}
    for location, field in declared:
        if not getattr(field.field_info, "include_in_schema", True):
            continue
        model = parameter_model(field)
        optional = model is not None and model is not field.field_info.annotation
        for member in members(field):
            parameter = _describe(location, field, member, definitions)
            if optional and not field.required:
                # The model as a whole may be left out.
                parameter["required"] = False
            key = location, parameter["name"]
            if parameter["required"] or not described.get(key, parameter)["required"]:
                described[key] = parameter
    return list(described.values())


def _describe(
    location: str, field: ModelField, member: ModelField, definitions: SchemaDefinitions
) -> dict[str, Any]:
    info = member.field_info
    alias = member.input_names[0]
    parameter: dict[str, Any] = {
        "name": _name_on_the_wire(location, field, member),
        "in": location,
        "required": member.required,
        "schema": definitions.schema(member, name=alias),
    }
    if info.description:
        parameter["description"] = info.description
    parameter.update(describe_examples(info))
    if info.deprecated:
        parameter["deprecated"] = True
    return parameter


def _name_on_the_wire(location: str, field: ModelField, member: ModelField) -> str:
    alias = member.input_names[0]
    if location != "header" or alias != member.name:
        return alias
    default = getattr(field.field_info, "convert_underscores", True)
    converts = getattr(member.field_info, "convert_underscores", default)
    return alias.replace("_", "-") if converts else alias


def describe_examples(info: FieldInfo) -> dict[str, Any]:
    """The `examples` or the `example` next to a schema, when the declaration has one."""
    examples = getattr(info, "openapi_examples", None)
    if examples:
        return {"examples": jsonable_encoder(examples)}
    example = getattr(info, "example", PydanticUndefined)
    if example is not PydanticUndefined:
        return {"example": jsonable_encoder(example)}
    return {}
