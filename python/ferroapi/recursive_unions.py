"""Unions that take exponential time: recursive ones whose members are told apart by trying them.

Where two members take the same part of a value and both of them hold the union again, each level of
a value doubles the work, and the errors, of the one above it.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ferroapi.exceptions import RecursiveUnionWarning
from ferroapi.schema_parts import schema_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ferroapi.exceptions import EndpointContext
    from ferroapi.fields import ModelField

_ANY = "*"
"""Stands for the members of what has no names for them."""


def warn_of_recursive_unions(
    fields: Iterable[ModelField], endpoint: Callable[[], EndpointContext]
) -> None:
    """Emits a `RecursiveUnionWarning` at the endpoint for each parameter that has such a union.

    Args:
        fields: the parameters; what is not defined yet is not looked at.
        endpoint: says whose they are.
    """
    for field in fields:
        adapter = field.type_adapter
        if adapter.pydantic_complete and _has_recursive_union(adapter.core_schema):
            known = endpoint()
            function, file = known.get("function", "?"), known.get("file", "?")
            line = known.get("line", 0)
            warnings.warn_explicit(
                f"The parameter {field.name!r} of {function} ({file}:{line}) is a recursive union "
                "without a discriminator: validating it takes exponential time in its depth, and "
                "a few hundred bytes can take seconds. Declare it with Field(discriminator=...)",
                RecursiveUnionWarning,
                file,
                line,
            )


def _has_recursive_union(schema: Any) -> bool:
    """Whether a core schema has a union of which two members hold it again in the same place."""
    if schema["type"] != "definitions":
        return False
    definitions = {part["ref"]: part for part in schema["definitions"]}
    unions = [part for part in _parts(schema, definitions) if part["type"] == "union"]
    return any(_is_ambiguous(union, definitions) for union in unions)


def _is_ambiguous(union: Any, definitions: dict[str, Any]) -> bool:
    known: dict[str, set[str]] = {"object": set(), "array": set()}
    for choice in union["choices"]:
        kind, members = _members(choice[0] if isinstance(choice, tuple) else choice, definitions)
        again = {
            name
            for name, schema in members
            if any(part is union for part in _parts(schema, definitions))
        }
        others = known.get(kind, set())
        if again & others or (again and others and _ANY in again | others):
            return True
        others |= again
    return False


def _members(schema: Any, definitions: dict[str, Any]) -> tuple[str, list[tuple[str, Any]]]:
    """What kind of value a schema takes, and its members: a name, and a schema."""
    seen: set[str] = set()
    while True:
        kind = schema["type"]
        if kind == "definition-ref" and schema["schema_ref"] not in seen:
            seen.add(schema["schema_ref"])
            schema = definitions[schema["schema_ref"]]
        elif kind in ("model-fields", "typed-dict"):
            fields: dict[str, Any] = schema["fields"]
            return "object", [(_sent(name, part), part) for name, part in fields.items()]
        elif kind == "dataclass-args":
            return "object", [(_sent(part["name"], part), part) for part in schema["fields"]]
        elif kind == "dict":
            return "object", [(_ANY, schema.get("values_schema", {"type": "any"}))]
        elif kind in ("list", "set", "frozenset", "tuple", "generator"):
            return "array", [(_ANY, schema)]
        elif isinstance(schema.get("schema"), dict):
            schema = schema["schema"]
        else:
            return kind, []


def _sent(name: str, field: Any) -> str:
    alias = field.get("validation_alias")
    return alias if isinstance(alias, str) else name


def _parts(schema: Any, definitions: dict[str, Any]) -> Iterator[Any]:
    """All schemas that a schema is made of, and what these refer to."""
    waiting, followed = [schema], set[str]()
    while waiting:
        for part in schema_parts(waiting.pop(), without=_NOT_FOR_VALIDATION):
            if not isinstance(part.get("type"), str):
                continue
            yield part
            if part["type"] == "definition-ref" and part["schema_ref"] not in followed:
                followed.add(part["schema_ref"])
                waiting.append(definitions.get(part["schema_ref"]))


_NOT_FOR_VALIDATION = frozenset({"metadata", "serialization", "definitions"})
