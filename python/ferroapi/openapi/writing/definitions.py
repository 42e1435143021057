"""The JSON Schemas of all fields of a document, which share their definitions."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from ferroapi.annotations import is_subclass
from ferroapi.fields import ModelField
from ferroapi.openapi.constants import REF_TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core.core_schema import BytesSchema, CoreSchema

    from ferroapi.fields import Mode

JSONSchema: TypeAlias = dict[str, Any]
NamedType: TypeAlias = type[BaseModel] | type[Enum]


class _Generator(GenerateJsonSchema):
    """Describes bytes as JSON Schema 2020-12 does: by media type and encoding, not by format."""

    def bytes_schema(self, schema: BytesSchema) -> JSONSchema:
        described = {"type": "string", "contentMediaType": "application/octet-stream"}
        config = self._config
        in_json = config.ser_json_bytes if self.mode == "serialization" else config.val_json_bytes
        if in_json == "base64":
            described["contentEncoding"] = "base64"
        self.update_with_validations(described, schema, self.ValidationsMapping.bytes)
        return described


class FieldSchemas:
    """The schemas of fields, as those ask for them who describe operations."""

    by_field: Mapping[tuple[ModelField, Mode], JSONSchema]

    def __init__(
        self,
        by_field: Mapping[tuple[ModelField, Mode], JSONSchema],
        *,
        separate_input_output: bool = True,
    ) -> None:
        """
        Args:
            by_field: the schema of each field and mode, without a title of the field's own.
            separate_input_output: whether a class may have a schema for reading and another for
                writing; without it only classes with computed fields have.
        """
        self.by_field = by_field
        self._separate_input_output = separate_input_output

    def schema(self, field: ModelField, *, name: str | None = None) -> JSONSchema:
        """The schema of a field that was given to the constructor: a reference, or a titled schema.

        `name` is what a title is made of, when it is not the field's alias.
        """
        schema = self.by_field[field, self._mode(field)]
        if "$ref" in schema:
            return schema
        title = field.field_info.title or _alias(field, name).title().replace("_", " ")
        return {**schema, "title": title}

    def _mode(self, field: ModelField) -> Mode:
        separate = self._separate_input_output or _has_computed_fields(field)
        return field.mode if separate else "validation"


class SchemaDefinitions(FieldSchemas):
    """The schema of each field, and by name the schemas that they refer to.

    Everything a document mentions is given at once, so that classes with the same name get names
    that differ. With `separate_input_output` a class whose schema is not the same for reading and
    writing has two; without it only classes with computed fields have.
    """

    def __init__(self, fields: Iterable[ModelField], *, separate_input_output: bool = True) -> None:
        super().__init__({}, separate_input_output=separate_input_output)
        self._fields = list(fields)
        schemas: list[tuple[Mode, CoreSchema]] = [
            (self._mode(field), field.core_schema) for field in self._fields
        ]
        described = [*schemas, *self._mentioned()]
        # Fields that share a core schema share what is made of it.
        distinct = {(id(schema), mode): (id(schema), mode, schema) for mode, schema in described}
        inputs: list[tuple[Any, Any, Any]] = list(distinct.values())
        generated, definitions = _Generator(ref_template=REF_TEMPLATE).generate_definitions(inputs)
        self.by_field = {
            (field, mode): generated[id(schema), mode]
            for field, (mode, schema) in zip(self._fields, schemas, strict=True)
        }
        self.by_name: dict[str, JSONSchema] = {
            str(name): definition for name, definition in definitions.items()
        }
        for definition in self.by_name.values():
            if "description" in definition:
                # What follows a form feed in a docstring is not meant for the document.
                definition["description"] = definition["description"].partition("\f")[0]

    def _mentioned(self) -> list[tuple[Mode, CoreSchema]]:
        """The models and enumerations that are no field's own type but below one.

        They are documented even where a schema leaves them out.
        """
        own = {id(field.field_info.annotation) for field in self._fields}
        schemas: list[tuple[Mode, CoreSchema]] = []
        modes: tuple[Mode, ...] = ("validation", "serialization")
        for mode in modes:
            found: dict[NamedType, None] = {}
            annotations = (
                field.field_info.annotation for field in self._fields if field.mode == mode
            )
            for annotation in {id(annotation): annotation for annotation in annotations}.values():
                named_types(annotation, found)
            for class_ in found:
                if id(class_) not in own:
                    separate = self._separate_input_output or _computes_fields(class_)
                    field = ModelField(
                        name=class_.__name__, field_info=FieldInfo(annotation=class_)
                    )
                    schemas.append((mode if separate else "validation", field.core_schema))
        return schemas


def _alias(field: ModelField, name: str | None) -> str:
    if name is not None:
        return name
    if field.mode == "validation":
        return field.validation_alias or field.alias
    return field.serialization_alias or field.alias


def named_types(annotation: Any, found: dict[NamedType, None]) -> dict[NamedType, None]:
    """Adds the models and enumerations an annotation mentions, and those below them, to `found`."""
    if is_subclass(annotation, (BaseModel, Enum)):
        if annotation not in found:
            found[annotation] = None
            if issubclass(annotation, BaseModel):
                for info in annotation.model_fields.values():
                    named_types(info.annotation, found)
    else:
        for argument in get_args(annotation):
            named_types(argument, found)
    return found


def _computes_fields(annotation: Any) -> bool:
    return any(
        issubclass(class_, BaseModel) and class_.model_computed_fields
        for class_ in named_types(annotation, {})
    )


def _has_computed_fields(field: ModelField) -> bool:
    inner: Any = field.core_schema.get("schema", {})  # where dataclasses keep theirs
    return bool(inner.get("computed_fields")) or _computes_fields(field.field_info.annotation)
