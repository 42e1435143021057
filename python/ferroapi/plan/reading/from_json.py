"""Which bodies need not be decoded before they are validated."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any

from ferroapi.plan.circular import is_circular

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import CoreSchema

# Schemas that give the same result for a value and for the JSON text of it. Others do not: `1.0` is
# `Decimal("1")` from text.
_SAME_FROM_JSON = frozenset(
    {
        "any",
        "bool",
        "dataclass",
        "dataclass-args",
        "dataclass-field",
        "date",
        "datetime",
        "default",
        "definition-ref",
        "definitions",
        "dict",
        "enum",
        "float",
        "frozenset",
        "function-after",
        "int",
        "list",
        "literal",
        "model",
        "model-field",
        "model-fields",
        "none",
        "nullable",
        "set",
        "str",
        "tagged-union",
        "time",
        "timedelta",
        "tuple",
        "typed-dict",
        "typed-dict-field",
        "union",
        "uuid",
    }
)

# In a union the closest type is chosen, and from JSON text is as close to a date as to `str`. Of a
# name that is there twice, a dictionary from text has validated both values.
_SAME_IN_UNION = _SAME_FROM_JSON - {
    "any",
    "date",
    "datetime",
    "dict",
    "enum",
    "frozenset",
    "function-after",
    "set",
    "time",
    "timedelta",
    "tuple",
    "uuid",
}

SAME_WORDS = frozenset(
    {
        "assertion_error",
        "bool_parsing",
        "bool_type",
        "float_parsing",
        "float_type",
        "greater_than",
        "greater_than_equal",
        "int_from_float",
        "int_parsing",
        "int_type",
        "less_than",
        "less_than_equal",
        "literal_error",
        "missing",
        "multiple_of",
        "string_pattern_mismatch",
        "string_too_long",
        "string_too_short",
        "string_type",
        "value_error",
    }
)
"""Types of errors that pydantic says alike of JSON text and of its value."""

INNER_SCHEMAS = (
    "choices",
    "extras_schema",
    "fields",
    "items_schema",
    "keys_schema",
    "schema",
    "values_schema",
)


def same_from_json(schema: CoreSchema) -> bool:
    """Whether validating JSON text gives what validating its value gives, or fails.

    Unless an integer in it is beyond the range of a double: from text, it becomes an infinity.
    """
    return _is_made_of(schema, _SAME_FROM_JSON)


def same_errors_from_json(schema: CoreSchema) -> bool:
    """Whether also what does not fit has the same errors from text, apart from their words.

    Of a name that is there twice, a dictionary from text has errors that its value does not have.
    """
    return _is_made_of(schema, _SAME_FROM_JSON - {"dict"}, has_extras=False)


def _is_made_of(schema: CoreSchema, allowed: frozenset[str], *, has_extras: bool = True) -> bool:
    definitions: dict[str, Any] = {}
    followed: set[tuple[str, frozenset[str], bool]] = set()
    # Each part, the types that it may have, and whether it may be validated for nothing: of a name
    # that is there twice, both values of a dictionary are.
    waiting: list[tuple[Any, frozenset[str], bool]] = [(schema, allowed, False)]
    while waiting:
        part, types, is_twice = waiting.pop()
        if part["type"] not in types or _reads_text_otherwise(part):
            return False
        if is_twice and _calls_function(part):
            return False
        if not has_extras and "extras_schema" in part:
            return False
        if part["type"] == "definitions":
            definitions.update((each["ref"], each) for each in part["definitions"])
        elif part["type"] == "union":
            types = _SAME_IN_UNION
        elif part["type"] == "dict" or "extras_schema" in part:
            is_twice = True
        elif part["type"] == "definition-ref":
            reference = part["schema_ref"], types, is_twice
            if reference not in followed:
                followed.add(reference)
                waiting.append((definitions[part["schema_ref"]], types, is_twice))
        waiting.extend((inner, types, is_twice) for inner in inner_schemas(part))
    return not is_circular(definitions)


def _calls_function(schema: Any) -> bool:
    """Whether a schema, apart from those in it, calls a function of somebody's that could tell."""
    factory = schema.get("default_factory")
    return (
        schema["type"] == "function-after"
        or bool(schema.get("post_init"))
        or getattr(factory, "__module__", "builtins") not in _UNTOLD
    )


_UNTOLD = frozenset({"builtins", "datetime", "uuid"})
"""Modules whose functions and classes nobody hears of when they are called once more."""


def _reads_text_otherwise(schema: Any) -> bool:
    """Whether a schema, apart from those in it, may tell the text of a value from the value."""
    config = schema.get("config") or {}
    if any(part.get("strict") or part.get("coerce_numbers_to_str") for part in (schema, config)):
        return True
    match schema["type"]:
        case "default":
            return bool(schema.get("validate_default"))
        case "function-after":
            # Others are told that it is JSON.
            return bool(schema["function"]["type"] != "no-info")
        case "literal":
            return not {type(value) for value in schema["expected"]} <= {bool, int, str, NoneType}
        case "model":
            return bool(schema.get("custom_init"))
        case "tagged-union":
            return not isinstance(schema["discriminator"], str)
        case _:
            return False


def inner_schemas(schema: Any) -> Iterable[Any]:
    # The fields of a dataclass are names.
    names = ("schema",) if schema["type"] == "dataclass" else INNER_SCHEMAS
    for inner in (schema.get(name) for name in names):
        if isinstance(inner, list):
            # A choice may have a label.
            yield from (each[0] if isinstance(each, tuple) else each for each in inner)
        elif inner is not None:
            yield from [inner] if isinstance(inner.get("type"), str) else inner.values()
