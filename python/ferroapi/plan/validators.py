"""One pydantic-core validator for several values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import CoreSchema, SchemaValidator, core_schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ferroapi.fields import ModelField

# Schemas that give the same result for a value and for the JSON text of it. Strict and union
# schemas do not: from JSON, text is an exact date, so `date | str` would choose differently.
_SAME_FROM_JSON = frozenset(
    {"bool", "dict", "float", "int", "list", "model", "model-fields", "none", "nullable", "str"}
)


def combined_validator(fields: Iterable[tuple[str, str, ModelField]]) -> SchemaValidator:
    """Validates a dictionary with all `fields` in one call.

    Each field is `(key, name, field)`: read under `name`, returned under `key`. Missing values take
    their default; a missing value without one is an error.
    """
    definitions: dict[str, CoreSchema] = {}
    members: dict[str, core_schema.TypedDictField] = {}
    for key, name, field in fields:
        schema: Any = field.core_schema
        if schema["type"] == "definitions":
            for definition in schema["definitions"]:
                definitions[definition["ref"]] = definition
            schema = schema["schema"]
        members[key] = core_schema.typed_dict_field(
            schema, required=field.required, validation_alias=name
        )
    combined: CoreSchema = core_schema.typed_dict_schema(members)
    if definitions:
        combined = core_schema.definitions_schema(combined, list(definitions.values()))
    return SchemaValidator(combined)


def same_from_json(schema: Any) -> bool:
    """Whether validating JSON text gives what validating the decoded value gives."""
    if schema.get("strict") or schema["type"] not in _SAME_FROM_JSON:
        return False
    config = schema.get("config") or {}
    if config.get("strict") or schema.get("custom_init") or schema.get("root_model"):
        return False
    if schema["type"] == "model-fields":
        if schema.get("extras_schema") or schema.get("computed_fields"):
            return False
        return all(_field_same_from_json(field) for field in schema["fields"].values())
    inner = [
        schema.get(part) for part in ("schema", "items_schema", "keys_schema", "values_schema")
    ]
    return all(same_from_json(part) for part in inner if part is not None)


def _field_same_from_json(field: Any) -> bool:
    schema = field["schema"]
    if schema["type"] == "default":
        if schema.get("validate_default") or "default_factory" in schema:
            return False
        schema = schema["schema"]
    return same_from_json(schema)
