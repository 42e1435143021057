"""The parameters of an operation: OpenAPI 3.1, section Parameter Object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pydantic_core import PydanticUndefined

from ferroapi.encoders import jsonable_encoder
from ferroapi.fields import model_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic.fields import FieldInfo

    from ferroapi.fields import ModelField
    from ferroapi.openapi.writing.definitions import FieldSchemas


LOCATIONS = ("path", "query", "header", "cookie")


class Parameters(Protocol):
    """The parameters of one callable, or of several, by location."""

    path_params: list[ModelField]
    query_params: list[ModelField]
    header_params: list[ModelField]
    cookie_params: list[ModelField]


class DeclaredParameter:
    """A parameter outside of the body as it was declared: it may stand for several."""

    __slots__ = ("field", "is_optional_model", "location", "members")

    def __init__(self, location: str, field: ModelField) -> None:
        self.location = location
        self.field = field
        model = None if field.is_json else field.model
        self.members = [field] if model is None else model_fields(model)
        """The parameters themselves: the fields of a model, or the declared one."""
        self.is_optional_model = (
            model is not None and model is not field.field_info.annotation and not field.required
        )
        """Whether the members may be left out all together."""


def declared_parameters(dependants: Sequence[Parameters]) -> Iterator[DeclaredParameter]:
    """All parameters outside of the body, by location and in order of declaration."""
    for location in LOCATIONS:
        for dependant in dependants:
            for field in getattr(dependant, f"{location}_params"):
                yield DeclaredParameter(location, field)


def describe_parameters(
    declared: Iterable[DeclaredParameter], definitions: FieldSchemas
) -> list[dict[str, Any]]:
    """The parameter objects of an operation, each name and location once.

    Of several declarations of one parameter the last is described, or the last that requires it.
    """
    described: dict[tuple[str, str], dict[str, Any]] = {}
    for parameter in declared:
        if not getattr(parameter.field.field_info, "include_in_schema", True):
            continue
        for member in parameter.members:
            description = _describe(parameter, member, definitions)
            key = parameter.location, description["name"]
            if description["required"] or not described.get(key, description)["required"]:
                described[key] = description
    return list(described.values())


def _describe(
    parameter: DeclaredParameter, member: ModelField, definitions: FieldSchemas
) -> dict[str, Any]:
    info = member.field_info
    names = member.input_names
    description: dict[str, Any] = {
        "name": _name_on_the_wire(parameter, member, names),
        "in": parameter.location,
        "required": member.required and not parameter.is_optional_model,
        "schema": definitions.schema(member, name=names[0]),
    }
    if info.description:
        description["description"] = info.description
    description.update(describe_examples(info))
    if info.deprecated:
        description["deprecated"] = True
    return description


def _name_on_the_wire(
    parameter: DeclaredParameter, member: ModelField, names: tuple[str, ...]
) -> str:
    """The documented name; that of a header has hyphens unless it was given explicitly."""
    if parameter.location != "header" or names != (member.name,):
        return names[0]
    default = getattr(parameter.field.field_info, "convert_underscores", True)
    converts = getattr(member.field_info, "convert_underscores", default)
    return member.name.replace("_", "-") if converts else member.name


def describe_examples(info: FieldInfo) -> dict[str, Any]:
    """The `examples` or the `example` next to a schema, when the declaration has one."""
    examples = getattr(info, "openapi_examples", None)
    if examples:
        return {"examples": jsonable_encoder(examples)}
    example = getattr(info, "example", PydanticUndefined)
    if example is not PydanticUndefined:
        return {"example": jsonable_encoder(example)}
    return {}
