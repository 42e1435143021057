"""The body of a request: OpenAPI 3.1, section Request Body Object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ferroapi import params
from ferroapi.openapi.writing.parameters import describe_examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ferroapi.fields import ModelField
    from ferroapi.openapi.writing.definitions import FieldSchemas


def describe_request_body(
    field: ModelField, members: Sequence[ModelField], definitions: FieldSchemas
) -> dict[str, Any]:
    """The request body object of the field that stands for the whole body.

    Args:
        field: the whole body.
        members: the parameters that are read from it.
        definitions: has the schemas of the document.
    """
    info: Any = field.field_info
    media = {"schema": definitions.schema(field), **describe_examples(info)}
    encoding = {
        member.input_names[0]: {"contentType": member.field_info.content_type}
        for member in members
        if isinstance(member.field_info, params.Part)
    }
    if encoding:
        media["encoding"] = encoding
    required = {"required": True} if field.required else {}
    return {**required, "content": {info.media_type: media}}
