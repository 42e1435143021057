"""Fields and their schemas under FastAPI's names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from enum import Enum
from typing import Any, ForwardRef, TypeAlias, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, PydanticSchemaGenerationError, create_model
from pydantic.fields import FieldInfo
from pydantic_core import Url
from pydantic_core.core_schema import with_info_plain_validator_function

from ferroapi import params
from ferroapi.annotations import is_scalar, is_union
from ferroapi.fields import (
    ErrorDetail,
    Location,
    Mode,
    ModelField,
    Undefined,
    missing_error,
    model_fields,
)
from ferroapi.openapi.writing.definitions import (
    FieldSchemas,
    JSONSchema,
    SchemaDefinitions,
    named_types,
)

__all__ = [
    "ModelField",
    "PydanticSchemaGenerationError",
    "RequiredParam",
    "Undefined",
    "Url",
    "copy_field_info",
    "create_body_model",
    "evaluate_forwardref",
    "get_cached_model_fields",
    "get_definitions",
    "get_flat_models_from_annotation",
    "get_flat_models_from_field",
    "get_flat_models_from_fields",
    "get_flat_models_from_model",
    "get_missing_field_error",
    "get_model_fields",
    "get_model_name_map",
    "get_schema_from_model_field",
    "is_scalar_field",
    "normalize_name",
    "serialize_sequence_value",
    "with_info_plain_validator_function",
]

TypeModelOrEnum: TypeAlias = type[BaseModel] | type[Enum]
TypeModelSet: TypeAlias = set[TypeModelOrEnum]
ModelNameMap: TypeAlias = dict[TypeModelOrEnum, str]

RequiredParam = Undefined
"""The default of a parameter that has to be sent."""

get_model_fields = get_cached_model_fields = model_fields


def get_missing_field_error(loc: Location) -> ErrorDetail:
    """The error of a required value that was not sent."""
    return missing_error(loc)


def is_scalar_field(field: ModelField) -> bool:
    """Whether one piece of text can hold the value of a field, and it is not taken from a body."""
    return is_scalar(field.field_info.annotation) and not isinstance(field.field_info, params.Body)


def copy_field_info(*, field_info: FieldInfo, annotation: Any) -> FieldInfo:
    """`field_info` for another annotation, which has the last word in what it says itself."""
    said = FieldInfo.from_annotation(annotation)
    copied = copy(field_info)
    for name, value in said.asdict()["attributes"].items():
        if value is not Undefined:
            setattr(copied, name, value)
    copied.annotation, copied.metadata = said.annotation, said.metadata
    return copied


def create_body_model(
    *, fields: Sequence[ModelField], model_name: str, config: ConfigDict | None = None
) -> type[BaseModel]:
    """A model with a member for each field."""
    members: dict[str, Any] = {
        field.name: (field.field_info.annotation, field.field_info) for field in fields
    }
    return create_model(model_name, __config__=config, **members)


def evaluate_forwardref(
    value: Any,
    globalns: dict[str, Any] | None = None,
    localns: dict[str, Any] | None = None,
) -> Any:
    """An annotation with what is text in it evaluated; as it is while a name is not known."""
    annotation = ForwardRef(value) if isinstance(value, str) else value
    declaring = type("Declaring", (), {"__annotations__": {"value": annotation}})
    try:
        return get_type_hints(declaring, globalns or {}, localns, include_extras=True)["value"]
    except NameError:
        return annotation


def serialize_sequence_value(*, field: ModelField, value: Any) -> Sequence[Any]:
    """The items of `value` in the type of sequence that the field declares, be it optional."""
    annotation = field.field_info.annotation
    if is_union(annotation):
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    declared: Any = get_origin(annotation) or annotation
    items: Sequence[Any] = list(value) if declared is Sequence else declared(value)
    return items


def normalize_name(name: str) -> str:
    """A name with underscores for what the name of a component cannot have."""
    return re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)


def get_model_name_map(unique_models: TypeModelSet) -> ModelNameMap:
    """A name for each class; of several with one name, the last has it."""
    by_name = {normalize_name(model.__name__): model for model in unique_models}
    return {model: name for name, model in by_name.items()}


def get_flat_models_from_fields(
    fields: Sequence[ModelField], known_models: TypeModelSet
) -> TypeModelSet:
    """Adds the models and enumerations that fields mention to `known_models`, which it returns."""
    for field in fields:
        get_flat_models_from_field(field, known_models)
    return known_models


def get_flat_models_from_field(field: ModelField, known_models: TypeModelSet) -> TypeModelSet:
    """The same for one field."""
    return get_flat_models_from_annotation(field.field_info.annotation, known_models)


def get_flat_models_from_annotation(annotation: Any, known_models: TypeModelSet) -> TypeModelSet:
    """The same for an annotation."""
    known_models.update(named_types(annotation, dict.fromkeys(known_models)))
    return known_models


def get_flat_models_from_model(
    model: type[BaseModel], known_models: TypeModelSet | None = None
) -> TypeModelSet:
    """The same for the fields of a model."""
    known = set() if known_models is None else known_models
    return get_flat_models_from_fields(model_fields(model), known)


def get_definitions(
    *,
    fields: Sequence[ModelField],
    model_name_map: ModelNameMap,
    separate_input_output_schemas: bool = True,
) -> tuple[dict[tuple[ModelField, Mode], JSONSchema], dict[str, dict[str, Any]]]:
    """The schema of each field, by field and mode, and by name the schemas that they refer to.

    Args:
        fields: all fields of a document, since classes that share a name get names that differ.
        model_name_map: not used.
        separate_input_output_schemas: whether a class that is read and written differently has a
            schema for each.
    """
    definitions = SchemaDefinitions(fields, separate_input_output=separate_input_output_schemas)
    return dict(definitions.by_field), definitions.by_name


def get_schema_from_model_field(
    *,
    field: ModelField,
    model_name_map: ModelNameMap,
    field_mapping: Mapping[tuple[ModelField, Mode], JSONSchema],
    separate_input_output_schemas: bool = True,
    field_alias: str | None = None,
) -> dict[str, Any]:
    """The schema of a field of `get_definitions`: a reference, or with a title of its own.

    Args:
        field: the field.
        model_name_map: not used.
        field_mapping: what `get_definitions` has returned.
        separate_input_output_schemas: what it was called with.
        field_alias: what the title is made of, when it is not the field's alias.
    """
    schemas = FieldSchemas(field_mapping, separate_input_output=separate_input_output_schemas)
    return dict(schemas.schema(field, name=field_alias))
