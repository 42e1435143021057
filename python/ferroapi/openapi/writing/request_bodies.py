"""The body of a request: OpenAPI 3.1, section Request Body Object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ferroapi.openapi.writing.parameters import describe_examples

if TYPE_CHECKING:
    from ferroapi.fields import ModelField
    from ferroapi.openapi.writing.definitions import FieldSchemas


def describe_request_body(field: ModelField, definitions: FieldSchemas) -> dict[str, Any]:
    """The request body object of the field that stands for the whole body."""
    info: Any = field.field_info
    media = {"schema": definitions.schema(field), **describe_examples(info)}
    required = {"required": True} if field.required else {}
    return {**required, "content": {info.media_type: media}}
