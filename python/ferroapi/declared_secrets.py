"""Which parameters of an operation are declared as secrets: what its document says of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, get_origin, get_type_hints

from pydantic import BaseModel, Secret, SecretBytes, SecretStr
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import is_typeddict

from ferroapi.annotations import is_subclass, parts
from ferroapi.fields import model_fields
from ferroapi.schema_parts import schema_parts
from ferroapi.secret_names import names_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic.json_schema import JsonSchemaValue, JsonSchemaWarningKind

    from ferroapi.fields import ModelField


def declared_secrets(
    fields: Sequence[ModelField], *, is_embedded: bool
) -> tuple[frozenset[str], frozenset[str]]:
    """The names of secrets among some parameters and what they are made of, and all names.

    A secret has one of pydantic's types for them or the format `password`, or is write-only. A body
    that is one by itself, by its type or by the name of its parameter, has the name `body`.

    Args:
        fields: the parameters.
        is_embedded: whether the body is an object with a member for each that is taken from it.
    """
    secret: set[str] = set()
    declared: set[str] = set()
    for field in fields:
        own = {*field.input_names, *(sent for _, sent in field.names(hyphens=True))}
        declared |= own
        types = _Types(field)
        is_secret = types.is_secret
        secret |= types.secret
        for by_alias in (True, False):
            found = _Search(_json_schema(field, by_alias=by_alias))
            is_secret = is_secret or found.is_secret
            secret |= found.secret
            declared |= found.members
        if is_secret:
            secret |= own
        # Parameters know where they are sent.
        is_body = not (is_embedded or hasattr(field.field_info, "in_"))
        if is_body and (is_secret or any(map(names_secret, own))):
            secret.add("body")
    return frozenset(secret), frozenset(declared)


class _Types:
    """A walk over the classes that a parameter is made of."""

    def __init__(self, field: ModelField) -> None:
        self.is_secret = _has_secret(field.field_info.annotation)
        self.secret: set[str] = set()
        if field.is_complete:
            for part in schema_parts(field.core_schema):
                self._add_members(part.get("cls"))

    def _add_members(self, kind: Any) -> None:
        if is_subclass(kind, BaseModel):
            for field in model_fields(kind):
                if _has_secret(field.field_info.annotation):
                    self.secret |= {field.name, *field.input_names}
        elif is_dataclass(kind) or is_typeddict(kind):
            # Names that are not defined where it is tell nothing.
            with suppress(Exception):
                hints = get_type_hints(kind, include_extras=True)
                self.secret |= {name for name, hint in hints.items() if _has_secret(hint)}


def _has_secret(annotation: Any) -> bool:
    return any(is_subclass(get_origin(part) or part, _SECRETS) for part in parts(annotation))


_SECRETS = (Secret, SecretBytes, SecretStr)


class _Generator(GenerateJsonSchema):
    """Leaves out what JSON Schema cannot express, and says nothing of it."""

    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        pass

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        return {}


def _json_schema(field: ModelField, *, by_alias: bool) -> Any:
    if not field.is_complete:
        return {}
    try:
        return _Generator(by_alias=by_alias).generate(field.core_schema, mode="validation")
    except Exception:
        # Schemas of the user's may raise anything: names are left.
        return {}


class _Search:
    """A walk over one JSON schema."""

    def __init__(self, schema: Any) -> None:
        self._definitions: dict[str, Any] = schema.get("$defs", {})
        self._visited: set[str] = set()
        self.secret: set[str] = set()
        self.members: set[str] = set()
        self.is_secret = self._walk(schema)

    def _walk(self, schema: Any) -> bool:
        """Takes note of members below; whether the value itself is a secret, or holds some."""
        if not isinstance(schema, dict):
            return False
        if schema.get("format") == "password" or schema.get("writeOnly") is True:
            return True
        for name, member in schema.get("properties", {}).items():
            self.members.add(name)
            if self._walk(member):
                self.secret.add(name)
        content = schema.get("contentSchema")
        if content is not None and self._holds_any(content):
            # It is one text with all of it.
            return True
        found = [self._walk(part) for part in self._parts(schema)]
        return any(found)

    def _parts(self, schema: dict[str, Any]) -> Iterator[Any]:
        name = schema.get("$ref", "").removeprefix("#/$defs/")
        if name in self._definitions and name not in self._visited:
            self._visited.add(name)
            yield self._definitions[name]
        for keyword in ("items", "additionalProperties"):
            yield schema.get(keyword)
        for keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
            yield from schema.get(keyword, ())
        yield from schema.get("patternProperties", {}).values()

    def _holds_any(self, schema: Any) -> bool:
        inner = _Search({**schema, "$defs": self._definitions})
        self.members |= inner.members
        self.secret |= inner.secret
        return inner.is_secret or bool(inner.secret) or any(map(names_secret, inner.members))
