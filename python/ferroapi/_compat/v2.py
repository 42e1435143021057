"""Fields and their schemas under FastAPI's names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, TypeAlias, get_args, get_origin

from pydantic import BaseModel, PydanticSchemaGenerationError
from pydantic_core import Url

from ferroapi.annotations import is_union
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
    "normalize_name",
    "serialize_sequence_value",
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
