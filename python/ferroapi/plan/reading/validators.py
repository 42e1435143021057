"""What validates values: one schema for several, and what a schema leaves as it is."""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from ferroapi.immutable import is_immutable
from ferroapi.schema_parts import schema_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic_core import CoreSchema

    from ferroapi.fields import ModelField


def combined_schema(fields: Iterable[tuple[str, str, ModelField]]) -> CoreSchema:
    """What validates a dictionary with all `fields` in one call.

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
        schema = _copying_default(schema)
        members[key] = core_schema.typed_dict_field(
            schema, required=field.required, validation_alias=name
        )
    combined: CoreSchema = core_schema.typed_dict_schema(members)
    if definitions:
        combined = core_schema.definitions_schema(combined, list(definitions.values()))
    return combined


def _copying_default(schema: Any) -> Any:
    """The same with a default for each request: pydantic copies only what has no hash."""
    if schema["type"] != "default" or schema.get("default_factory_takes_data"):
        return schema
    if "default_factory" in schema:
        return {**schema, "default_factory": partial(_copy_of_made, schema["default_factory"])}
    if is_immutable(schema["default"]):
        return schema
    others = {key: value for key, value in schema.items() if key != "default"}
    return {**others, "default_factory": partial(deepcopy, schema["default"])}


def _copy_of_made(factory: Callable[[], Any]) -> Any:
    return deepcopy(factory())


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


def may_read_attributes(schema: Any) -> bool:
    """Whether a model may be read from the attributes of an object.

    Such an object is what users' functions make of a parameter.
    """
    parts = schema_parts(schema, without=_NOT_FOR_VALIDATION)
    return any(
        isinstance(kind := part.get("type"), str) and kind in _OF_ATTRIBUTES for part in parts
    )


_OF_ATTRIBUTES = frozenset({"dataclass", "model", "model-fields", "tagged-union", "typed-dict"})


def calls_functions_of_users(schema: Any) -> bool:
    """Whether validating calls functions that are not pydantic's own: validators, factories."""
    return any(
        part.get("custom_init")
        or part.get("post_init")
        or any(
            key in _FUNCTIONS and callable(value) and not _is_pydantics(value)
            for key, value in part.items()
        )
        for part in schema_parts(schema, without=_NOT_FOR_VALIDATION)
    )


_FUNCTIONS = frozenset({"default_factory", "discriminator", "function"})
_NOT_FOR_VALIDATION = frozenset({"metadata", "serialization"})


def _is_pydantics(function: Any) -> bool:
    module = getattr(function, "__module__", None) or ""
    return module.partition(".")[0] in ("pydantic", "pydantic_core")
