"""One pydantic-core validator for several values."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pydantic_core import CoreSchema, SchemaValidator, core_schema

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from ferroapi.fields import ModelField

# Schemas that give the same result for a value and for the JSON text of it. Strict and union
# schemas do not: from JSON, text is an exact date, so `date | str` would choose differently.
_SAME_FROM_JSON = frozenset(
    {"bool", "dict", "float", "int", "list", "model", "model-fields", "none", "nullable", "str"}
)


def combined_validator(
    fields: Iterable[tuple[str, str, ModelField]], *, filled: Container[str] = ()
) -> SchemaValidator:
    """Validates a dictionary with all `fields` in one call.

    Each field is `(key, name, field)`: read under `name`, returned under `key`. Missing values take
    their default; a missing value without one is an error, and so is an empty text for one of the
    keys in `filled`.
    """
    definitions: dict[str, CoreSchema] = {}
    members: dict[str, core_schema.TypedDictField] = {}
    for key, name, field in fields:
        schema: Any = field.core_schema
        if schema["type"] == "definitions":
            for definition in schema["definitions"]:
                definitions[definition["ref"]] = definition
            schema = schema["schema"]
        if key in filled:
            schema = _filled(schema)
        members[key] = core_schema.typed_dict_field(
            schema, required=field.required, validation_alias=name
        )
    combined: CoreSchema = core_schema.typed_dict_schema(members)
    if definitions:
        combined = core_schema.definitions_schema(combined, list(definitions.values()))
    return SchemaValidator(combined)


def _filled(schema: Any) -> Any:
    if schema["type"] == "default":
        return {**schema, "schema": _filled(schema["schema"])}
    return core_schema.chain_schema([core_schema.str_schema(min_length=1), schema])


def longest_from_json(schema: Any) -> int:
    """The longest JSON text, in bytes, whose validation gives what that of its value gives.

    An integer beyond the range of a double becomes an infinity from text and is refused as a value:
    a text that is shorter than such an integer cannot have one. 0 when text differs anyway.
    """
    if _same_from_json(schema, _SAME_FROM_JSON - {"float"}):
        return sys.maxsize
    return sys.float_info.max_10_exp if _same_from_json(schema, _SAME_FROM_JSON) else 0


def _same_from_json(schema: Any, types: frozenset[str]) -> bool:
    if schema.get("strict") or schema["type"] not in types:
        return False
    config = schema.get("config") or {}
    if config.get("strict") or schema.get("custom_init") or schema.get("root_model"):
        return False
    if schema["type"] == "model-fields":
        if schema.get("extras_schema") or schema.get("computed_fields"):
            return False
        return all(_field_same_from_json(field, types) for field in schema["fields"].values())
    inner = [
        schema.get(part) for part in ("schema", "items_schema", "keys_schema", "values_schema")
    ]
    return all(_same_from_json(part, types) for part in inner if part is not None)


def _field_same_from_json(field: Any, types: frozenset[str]) -> bool:
    schema = field["schema"]
    if schema["type"] == "default":
        if schema.get("validate_default") or "default_factory" in schema:
            return False
        schema = schema["schema"]
    return _same_from_json(schema, types)


def instances_as_they_are(schema: Any) -> type | None:
    """The model whose instances are valid as they are, so that they need no validation.

    `None` when validators have a say, instances are to be validated again, or it is no model.
    """
    while schema["type"] == "definitions":
        schema = schema["schema"]
    config = schema.get("config") or {}
    again = schema.get("revalidate_instances") or config.get("revalidate_instances") or "never"
    if schema["type"] != "model" or again != "never":
        return None
    model: type = schema["cls"]
    return model


def items_as_they_are(schema: Any) -> type | None:
    """The same for the items of a list of any length; `None` when it is no such list."""
    while schema["type"] == "definitions":
        schema = schema["schema"]
    if schema["type"] != "list" or "min_length" in schema or "max_length" in schema:
        return None
    items = schema.get("items_schema")
    return None if items is None else instances_as_they_are(items)


def takes_others(schema: Any) -> bool:
    """Whether a model may be another one for members that are not its own."""
    while schema["type"] in ("default", "nullable", "function-after"):
        schema = schema["schema"]
    config = schema.get("config") or {}
    if schema["type"] != "model" or schema.get("custom_init") or schema.get("root_model"):
        return True
    members = schema["schema"]
    extra = members.get("extra_behavior") or config.get("extra_fields_behavior") or "ignore"
    return members["type"] != "model-fields" or extra != "ignore"


def calls_functions_of_users(schema: Any) -> bool:
    """Whether validating calls functions that are not pydantic's own: validators, factories."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            if part.get("custom_init") or part.get("post_init"):
                return True
            for key, value in part.items():
                if key in _FUNCTIONS and callable(value) and not _is_pydantics(value):
                    return True
                if key not in _NOT_FOR_VALIDATION:
                    waiting.append(value)
    return False


_FUNCTIONS = frozenset({"default_factory", "discriminator", "function"})
_NOT_FOR_VALIDATION = frozenset({"metadata", "serialization"})


def _is_pydantics(function: Any) -> bool:
    module = getattr(function, "__module__", None) or ""
    return module.partition(".")[0] in ("pydantic", "pydantic_core")
