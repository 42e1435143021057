"""Parts of a multipart form that are decoded by their own content type (RFC 7578, section 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile

from ferroapi import params
from ferroapi._core import has_json_body
from ferroapi.exceptions import RequestValidationError
from ferroapi.fields import ErrorDetail, Undefined
from ferroapi.plan.reading.body import decode_json
from ferroapi.plan.reading.form_fields import is_unselected, read_file

if TYPE_CHECKING:
    from ferroapi.fields import Location, ModelField
    from ferroapi.plan.reading.form_fields import Received


class Part:
    """A parameter that is one part of a form."""

    def __init__(self, field: ModelField) -> None:
        assert isinstance(field.field_info, params.Part)
        self.field = field
        self._content_type = field.field_info.content_type
        self._max_size = field.field_info.max_size

    async def read(self, received: Received) -> tuple[Location, Any]:
        """The place of the parameter for its errors, and what is decoded of the last such part.

        Raises:
            RequestValidationError: it is not JSON, or larger than it may be.
            HTTPException: 400 for text that cannot be decoded or is nested more than 200 levels
                deep.
        """
        names = self.field.input_names
        name = next((name for name in names if name in received), names[0])
        loc: Location = ("body", name)
        item: Any = received[name][-1] if name in received else Undefined
        if item is Undefined or item == "" or is_unselected(item):
            return loc, Undefined
        if not isinstance(item, UploadFile):
            # Nothing is known of a part without a file name but its text.
            text: str = item
            return loc, self._decoded(text.encode(), self._content_type, loc, text=text)
        if item.size is None or item.size > self._max_size:
            raise RequestValidationError([_too_large(loc, self._max_size)])
        raw = await read_file(item)
        return loc, self._decoded(raw, item.content_type or self._content_type, loc, text=raw)

    @staticmethod
    def _decoded(raw: bytes, content_type: str, loc: Location, *, text: str | bytes) -> Any:
        if not has_json_body([(b"content-type", content_type.encode("latin-1", "replace"))]):
            return text
        try:
            return decode_json(raw)
        except RequestValidationError as error:
            (detail,) = error.errors()
            raise RequestValidationError([{**detail, "loc": (*loc, *detail["loc"][1:])}]) from error


def _too_large(loc: Location, most: int) -> ErrorDetail:
    return {
        "type": "bytes_too_long",
        "loc": loc,
        "msg": f"Data should have at most {most} bytes",
        "input": None,
        "ctx": {"max_length": most},
    }
