"""Writing values of a type as JSON without its serializer, where the schema says all about it."""

from __future__ import annotations

from datetime import timezone
from decimal import Decimal
from enum import Enum
from inspect import getattr_static
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic_core import PydanticSerializationError, SchemaSerializer, TzInfo

from ferroapi._core import SchemaEncoder
from ferroapi.plan.circular import is_circular

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic_core import CoreSchema

_Node = tuple[Any, ...]

# What needs no more than to know its kind.
_LEAVES: dict[str, _Node] = {
    "bool": ("bool",),
    "date": ("date",),
    "datetime": ("datetime", (timezone, TzInfo)),
    "decimal": ("text", Decimal),
    "float": ("float",),
    "int": ("int",),
    "none": ("none",),
    "str": ("str",),
    "uuid": ("uuid", UUID),
}

# What is serialized as what is in it.
_AROUND = frozenset({"default", "function-after", "function-before", "function-wrap"})


def schema_encoder(
    schema: CoreSchema, *, by_alias: bool, otherwise: Callable[[Any], bytes]
) -> SchemaEncoder | None:
    """What writes the values of `schema` as its serializer does.

    `None` where more than the schema has a say: functions, computed fields, configuration.

    Args:
        schema: the schema of a declared type.
        by_alias: whether fields are written under their aliases.
        otherwise: writes what is not as the schema says, or says why it cannot.
    """
    nodes = _Nodes(by_alias=by_alias)
    try:
        nodes.add(schema)
    except _NotPlainError:
        return None
    return None if is_circular(nodes.definitions) else SchemaEncoder(nodes.made, otherwise)


class _NotPlainError(Exception):
    """The serializer of a schema does something else than write what is there."""


class _Nodes:
    """The parts of a schema as a list, which name each other by their places."""

    def __init__(self, *, by_alias: bool) -> None:
        self.made: list[_Node] = []
        self._by_alias = by_alias
        self.definitions: dict[str, Any] = {}
        self._places: dict[str, int] = {}

    def add(self, schema: Any) -> int:
        """The place of a schema."""
        while True:
            if "serialization" in schema or _is_configured(schema.get("config") or {}):
                raise _NotPlainError
            if schema["type"] == "definitions":
                self.definitions.update((each["ref"], each) for each in schema["definitions"])
            elif schema["type"] not in _AROUND:
                break
            schema = schema["schema"]
        if schema["type"] == "definition-ref":
            return self._add_definition(schema["schema_ref"])
        return self._put(len(self.made), schema)

    def _add_definition(self, reference: str) -> int:
        if reference not in self._places:
            place = self._places[reference] = len(self.made)
            if self.add(self.definitions[reference]) != place:
                raise _NotPlainError
        return self._places[reference]

    def _put(self, place: int, schema: Any) -> int:
        self.made.append(())
        self.made[place] = self._node(schema)
        return place

    def _node(self, schema: Any) -> _Node:
        match schema["type"]:
            case "dict" if "keys_schema" in schema and "values_schema" in schema:
                if schema["keys_schema"]["type"] != "str":
                    raise _NotPlainError
                return "dict", self.add(schema["values_schema"])
            case "enum":
                return _enum(schema)
            case "list" if "items_schema" in schema:
                return "list", self.add(schema["items_schema"])
            case "literal" if all(type(value) is str for value in schema["expected"]):
                return "literal", frozenset(schema["expected"])
            case "model":
                return self._model(schema)
            case "nullable":
                return "any-of", self.add({"type": "none"}), self.add(schema["schema"])
            case kind if kind in _LEAVES:
                return _LEAVES[kind]
            case _:
                raise _NotPlainError

    def _model(self, schema: Any) -> _Node:
        fields = schema["schema"]
        if (
            schema.get("root_model")
            or schema.get("extra_behavior")
            or fields["type"] != "model-fields"
            or fields.get("computed_fields")
            or fields.get("extra_behavior")
            or fields.get("extras_schema")
            or "serialization" in fields
            or type(getattr(schema["cls"], "__pydantic_serializer__", None)) is not SchemaSerializer
        ):
            raise _NotPlainError
        return (
            "model",
            schema["cls"],
            [(name, *self._field(name, field)) for name, field in fields["fields"].items()],
        )

    def _field(self, name: str, field: Any) -> tuple[str, int]:
        """The name that a field is written under, and the place of its schema."""
        if any(key.startswith("serialization") and key != "serialization_alias" for key in field):
            raise _NotPlainError
        alias: str | None = field.get("serialization_alias") if self._by_alias else None
        return name if alias is None else alias, self.add(field["schema"])


def _enum(schema: Any) -> _Node:
    members = tuple(schema["cls"])
    if getattr_static(schema["cls"], "value") is not vars(Enum)["value"]:
        raise _NotPlainError
    serializer = SchemaSerializer(schema)
    try:
        return "enum", members, [serializer.to_json(member) for member in members]
    except PydanticSerializationError:
        raise _NotPlainError from None


def _is_configured(config: Any) -> bool:
    """Whether a configuration changes what is written."""
    return config.get("extra_fields_behavior") == "allow" or any(
        name.startswith(("ser_", "polymorphic")) for name in config
    )
