"""Validators that stop in a list or a dictionary at the first item that does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic_core import SchemaValidator

from ferroapi.plan.reading.from_json import INNER_SCHEMAS, inner_schemas
from ferroapi.plan.reading.own_schema import is_own_schema

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

_COLLECTIONS = frozenset({"dict", "frozenset", "list", "set"})
_AROUND = frozenset(
    {"definition-ref", "definitions", "model-field", "nullable", "typed-dict-field"}
)
_VALUES = frozenset(
    {
        *("any", "bool", "bytes", "complex", "date", "datetime", "decimal", "float", "int"),
        *("literal", "multi-host-url", "none", "str", "time", "timedelta", "url", "uuid"),
    }
)
_RENAMING = frozenset({"loc_by_alias", "populate_by_name", "validate_by_alias", "validate_by_name"})


def can_stop(schema: CoreSchema) -> bool:
    """Whether there may be many errors of a value, and the first are found without all.

    Each error has to be of one place of the value that nothing else reads, and none may be taken
    back: a schema with functions, unions or tuples is left alone.
    """
    parts = _parts(schema)
    return parts is not None and any(map(_is_sum_of_items, parts))


def validator_of(schema: Any) -> SchemaValidator:
    """Validates models by the schema that is given, and not by that of their class.

    Versions of pydantic-core that cannot do so find all errors in models.
    """
    return SchemaValidator(schema, None, **_OWN_SCHEMAS)


def stopping_validator(schema: CoreSchema) -> SchemaValidator:
    """Validates as `schema` does, but stops in a collection at the first item that does not fit."""
    stopping = with_collections(schema, lambda collection: {**collection, "fail_fast": True})
    return validator_of(stopping)


def with_collections(schema: Any, change: Callable[[Any], Any]) -> Any:
    """`schema` with each collection in it changed that may have any number of items."""
    if not isinstance(schema, dict):
        return schema
    changed = {**schema}
    for name in ("definitions", *INNER_SCHEMAS):
        inner = schema.get(name)
        if isinstance(inner, dict):
            changed[name] = (
                with_collections(inner, change)
                if isinstance(inner.get("type"), str)
                else {key: with_collections(each, change) for key, each in inner.items()}
            )
        elif isinstance(inner, list):
            changed[name] = [with_collections(each, change) for each in inner]
    return change(changed) if _is_sum_of_items(schema) else changed


def _is_sum_of_items(schema: Any) -> bool:
    """Whether what does not fit in a collection does not fit in any part of it either."""
    return (
        schema["type"] in _COLLECTIONS
        and (schema.get("min_length") or 0) <= 1
        and schema.get("max_length") is None
    )


def _parts(schema: Any) -> list[Any] | None:
    """All that a schema is made of; `None` where something of it is not known here."""
    parts: list[Any] = []
    definitions: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if not _is_known(part):
            return None
        parts.append(part)
        if "ref" in part:
            definitions[part["ref"]] = part
        waiting.extend(part.get("definitions", ()))
        waiting.extend(inner_schemas(part))
    models = (part for part in parts if part["type"] == "model")
    return parts if all(is_own_schema(model, definitions) for model in models) else None


def _is_known(part: Any) -> bool:
    match part["type"]:
        case "default":
            return bool(part.get("on_error", "raise") == "raise")
        case "enum":
            return "missing" not in part
        case "model":
            return not (part.get("custom_init") or part.get("post_init") or _is_renamed(part))
        case "model-fields" | "typed-dict":
            return not ("extras_schema" in part or _is_renamed(part) or _are_shared(part["fields"]))
        case kind if kind in _COLLECTIONS:
            # What is wrong with the length of one takes the place of what is wrong within it.
            return _is_sum_of_items(part) or not _holds_collections(part)
        case kind:
            return kind in _VALUES or kind in _AROUND


def _holds_collections(part: Any) -> bool:
    waiting = [*inner_schemas(part)]
    while waiting:
        inner = waiting.pop()
        if inner["type"] in _COLLECTIONS or inner["type"] == "definition-ref":
            return True
        waiting.extend(inner_schemas(inner))
    return False


def _is_renamed(part: Any) -> bool:
    return not _RENAMING.isdisjoint(part.get("config") or {})


def _are_shared(fields: dict[str, Any]) -> bool:
    """Whether two members of a model may be read from one of an object, or one from within it."""
    names = [field.get("validation_alias", name) for name, field in fields.items()]
    return not all(isinstance(name, str) for name in names) or len(names) != len(set(names))


_OWN_SCHEMAS: Any = (
    {"_use_prebuilt": False}
    if "_use_prebuilt" in (SchemaValidator.__text_signature__ or "")
    else {}
)
