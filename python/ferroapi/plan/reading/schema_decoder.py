"""Reading JSON of a type without its validator, where the schema says all about it."""

from __future__ import annotations

import copy
from functools import partial
from inspect import getattr_static, isabstract
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import SchemaValidator, from_json

from ferroapi._core import SchemaDecoder
from ferroapi.immutable import is_immutable
from ferroapi.plan.circular import is_circular
from ferroapi.plan.reading.from_json import same_from_json
from ferroapi.plan.reading.own_schema import is_own_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from pydantic_core import CoreSchema

_Node = tuple[Any, ...]

_ANNOTATIONS = frozenset({"type", "ref", "metadata", "serialization"})
"""What a schema may say without changing what is read."""

_CONFIGURATION = frozenset(
    {"allow_inf_nan", "extra_fields_behavior", "from_attributes", "title", "validate_by_alias"}
)
"""The same for a configuration."""

_CONFIGURATION_PREFIXES = ("hide_", "polymorphic_", "ser_")

_ATTRIBUTES = "__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"
"""What a validator sets of a new instance."""

_TEXTS = frozenset({"any", "date", "datetime", "decimal", "time", "timedelta", "uuid"})
"""What their own validators read."""

_OF_MODELS = frozenset(
    {"cls", "config", "custom_init", "frozen", "generic_origin", "root_model", "schema"}
)

_OF_TYPED_DICTIONARIES = frozenset(
    {"cls", "cls_name", "computed_fields", "config", "extra_behavior", "fields"}
)

_MIN_INTEGER, _MAX_INTEGER = -(2**63), 2**63 - 1

_MAX_FIELDS = 64


def schema_decoder(schema: CoreSchema) -> SchemaDecoder | None:
    """What reads JSON of `schema` as its validator does.

    `None` where more than the schema has a say (functions, configuration, classes that make their
    own instances) and where a validator is no slower.
    """
    nodes = _Nodes()
    try:
        nodes.add(schema)
    except _NotPlainError:
        return None
    if is_circular(nodes.definitions) or not nodes.are_faster:
        return None
    return SchemaDecoder(nodes.made)


class _NotPlainError(Exception):
    """The validator of a schema does something else than read what is there."""


class _Field(NamedTuple):
    name: str
    alias: str
    place: int
    absent: str
    value: Any


class _Nodes:
    """The parts of a schema as a list, which name each other by their places."""

    def __init__(self) -> None:
        self.made: list[_Node] = []
        self.definitions: dict[str, Any] = {}
        self._places: dict[str, int] = {}

    @property
    def are_faster(self) -> bool:
        """Whether reading them takes less time than the validator."""
        kinds = [node[0] for node in self.made]
        return kinds[0] not in ("text", "none") and 3 * kinds.count("text") < len(kinds)

    def add(self, schema: Any) -> int:
        """The place of a schema."""
        while schema["type"] in ("default", "definitions"):
            # Defaults are of what is not there.
            self.definitions.update((each["ref"], each) for each in schema.get("definitions", ()))
            schema = schema["schema"]
        if schema["type"] == "definition-ref":
            return self._add_definition(schema)
        place = len(self.made)
        self.made.append(())
        self.made[place] = self._node(schema)
        return place

    def _add_definition(self, schema: Any) -> int:
        _says_only(schema, {"schema_ref"})
        reference = schema["schema_ref"]
        if reference not in self._places:
            self._places[reference] = len(self.made)
            self.add(self.definitions[reference])
        return self._places[reference]

    def _node(self, schema: Any) -> _Node:
        match schema["type"]:
            case "bool" | "none" as kind:
                _says_only(schema, ())
                return (kind,)
            case "dict" if "values_schema" in schema:
                return self._dict(schema)
            case "enum":
                _says_only(schema, {"cls", "members", "sub_type"})
                return _choice((member.value, member) for member in schema["members"])
            case "float":
                return _float(schema)
            case "int":
                return _int(schema)
            case "list" if "items_schema" in schema:
                _says_only(schema, {"items_schema", "min_length", "max_length"})
                return "list", self._inner(schema["items_schema"]), *_length(schema)
            case "literal":
                _says_only(schema, {"expected"})
                return _choice((value, value) for value in schema["expected"])
            case "model":
                return self._model(schema)
            case "nullable":
                _says_only(schema, {"schema"})
                return "nullable", self.add(schema["schema"])
            case "str" if schema.keys() <= _ANNOTATIONS | {"min_length", "max_length"}:
                return "str", *_length(schema)
            case "str":
                return _text(schema)
            case "typed-dict":
                _says_only(schema, _OF_TYPED_DICTIONARIES)
                _check_configuration(schema)
                return "fields", self._fields(schema["fields"])
            case kind if kind in _TEXTS:
                return _text(schema)
            case _:
                raise _NotPlainError

    def _inner(self, schema: Any) -> int:
        """The place of what there may be any number of: each call of a validator takes time."""
        place = self.add(schema)
        if self.made[place] and self.made[place][0] == "text":
            raise _NotPlainError
        return place

    def _dict(self, schema: Any) -> _Node:
        _says_only(schema, {"keys_schema", "values_schema", "min_length", "max_length"})
        keys = schema.get("keys_schema", {"type": "any"})
        if keys["type"] != "str":
            raise _NotPlainError
        _says_only(keys, ())
        return "dict", self._inner(schema["values_schema"]), *_length(schema)

    def _model(self, schema: Any) -> _Node:
        _says_only(schema, _OF_MODELS)
        fields = schema["schema"]
        if (
            schema.get("root_model")
            or schema.get("custom_init")
            or fields["type"] != "model-fields"
            or not _makes_plain_instances(schema["cls"])
            or not is_own_schema(schema, self.definitions)
        ):
            raise _NotPlainError
        _check_configuration(schema)
        _says_only(fields, {"computed_fields", "fields", "model_name"})
        attributes = [getattr_static(schema["cls"], name) for name in _ATTRIBUTES]
        return "model", schema["cls"], attributes, self._fields(fields["fields"])

    def _fields(self, fields: Any) -> list[_Field]:
        made = [self._field(name, field) for name, field in fields.items()]
        if len(made) > _MAX_FIELDS or len({field.alias for field in made}) < len(made):
            raise _NotPlainError
        return made

    def _field(self, name: str, field: Any) -> _Field:
        written = {key for key in field if key.startswith("serialization")}
        _says_only(field, {"schema", "required", "validation_alias", "frozen", *written})
        alias = field.get("validation_alias", name)
        if type(alias) is not str:
            raise _NotPlainError
        schema = field["schema"]
        absent: tuple[str, Any] = "error", None
        if schema["type"] == "default":
            absent = _default(schema)
            schema = schema["schema"]
        elif not field.get("required", True):
            raise _NotPlainError
        return _Field(name, alias, self.add(schema), *absent)


def _says_only(schema: Any, known: Collection[str]) -> None:
    if not schema.keys() <= _ANNOTATIONS.union(known):
        raise _NotPlainError


def _check_configuration(schema: Any) -> None:
    """Raises where the configuration of a schema changes what is read."""
    config = schema.get("config") or {}
    names = (name for name in config if not name.startswith(_CONFIGURATION_PREFIXES))
    if (
        not _CONFIGURATION.issuperset(names)
        or config.get("extra_fields_behavior", "ignore") != "ignore"
        or schema.get("extra_behavior", "ignore") != "ignore"
        or not config.get("validate_by_alias", True)
    ):
        raise _NotPlainError


def _makes_plain_instances(model: Any) -> bool:
    """Whether all instances of a model are made by its validator alone."""
    return (
        isinstance(model, type)
        and issubclass(model, BaseModel)
        and type(model) is type(BaseModel)
        and model.__new__ is object.__new__
        and all(getattr_static(model, name) is vars(BaseModel)[name] for name in _ATTRIBUTES)
        and not hasattr(model, "__del__")
        and not isabstract(model)
        and type(getattr(model, "__pydantic_validator__", None)) is SchemaValidator
    )


def _default(schema: Any) -> tuple[str, Any]:
    """What becomes of a field that is not there, and the value for that."""
    _says_only(
        schema, {"schema", "default", "default_factory", "default_factory_takes_data", "on_error"}
    )
    if schema.get("default_factory_takes_data") or schema.get("on_error", "raise") != "raise":
        raise _NotPlainError
    if "default_factory" in schema:
        if schema["default_factory"] in (dict, list, set):
            return "factory", schema["default_factory"]
        raise _NotPlainError
    value = schema["default"]
    if is_immutable(value):
        return "default", value
    if type(value) in (dict, list, set) and not value:
        # Somebody may put something into it, which is copied then.
        return "factory", partial(copy.deepcopy, value)
    raise _NotPlainError


def _length(schema: Any) -> tuple[int, int | None]:
    return schema.get("min_length", 0), schema.get("max_length")


def _int(schema: Any) -> _Node:
    bounds = {"ge", "gt", "le", "lt", "multiple_of"}
    _says_only(schema, bounds)
    if any(type(schema[name]) is not int for name in bounds & schema.keys()):
        raise _NotPlainError
    minimum = max(schema.get("ge", _MIN_INTEGER), schema.get("gt", _MIN_INTEGER - 1) + 1)
    maximum = min(schema.get("le", _MAX_INTEGER), schema.get("lt", _MAX_INTEGER + 1) - 1)
    multiple_of = schema.get("multiple_of", 1)
    if minimum > _MAX_INTEGER or maximum < _MIN_INTEGER or not 0 < multiple_of <= _MAX_INTEGER:
        raise _NotPlainError
    return "int", minimum, maximum, multiple_of


def _float(schema: Any) -> _Node:
    _says_only(schema, {"allow_inf_nan", "ge", "gt", "le", "lt"})
    bounds = (
        schema.get("gt", -inf),
        schema.get("ge", -inf),
        schema.get("le", inf),
        schema.get("lt", inf),
    )
    return "float", *map(float, bounds)


def _choice(values: Iterable[tuple[Any, Any]]) -> _Node:
    """One of several texts, each with what it stands for."""
    rows = list(values)
    if not all(type(text) is str for text, _ in rows):
        raise _NotPlainError
    return "choice", rows


def _text(schema: Any) -> _Node:
    validator = SchemaValidator(schema)
    if same_from_json(schema):
        return "text", validator.validate_json
    return "text", _DecodedFirst(validator.validate_python)


class _DecodedFirst:
    """Validates the value of a text, for schemas that tell it from the text."""

    __slots__ = ("_validate",)

    def __init__(self, validate: Callable[[Any], Any]) -> None:
        self._validate = validate

    def __call__(self, text: bytes) -> Any:
        """The value. Raises `ValueError`."""
        return self._validate(from_json(text, allow_inf_nan=False))
