"""Containers of request data, and the mark of an option nobody set."""

from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticUndefined, core_schema
from starlette.datastructures import URL, Address, FormData, Headers, QueryParams, State
from starlette.datastructures import UploadFile as StarletteUploadFile

__all__ = [
    "URL",
    "Address",
    "Default",
    "DefaultPlaceholder",
    "FormData",
    "Headers",
    "QueryParams",
    "State",
    "UploadFile",
]

T = TypeVar("T")


class UploadFile(StarletteUploadFile):
    """A file of a `multipart/form-data` body (RFC 7578), usable as the type of a parameter.

    `file` is the blocking file object; `read`, `write`, `seek` and `close` may be awaited instead.
    `size` is in bytes. Validation passes Starlette's objects through as they are.
    """

    @classmethod
    def _validate(cls, value: Any, _info: Any) -> "UploadFile":
        if not isinstance(value, StarletteUploadFile):
            raise ValueError(f"Expected UploadFile, received: {type(value)}")
        return cast("UploadFile", value)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(cls._validate)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "contentMediaType": "application/octet-stream"}


@dataclass(frozen=True, slots=True)
class DefaultPlaceholder:
    """Stands for `value` where nobody chose one, so that an outer choice may still replace it."""

    value: Any

    def __bool__(self) -> bool:
        return bool(self.value)


def Default(value: T) -> T:  # noqa: N802  # FastAPI's name
    """Wraps `value` in a `DefaultPlaceholder`; typed as `value`, for use as a parameter default."""
    return cast("T", DefaultPlaceholder(value))


_Unset = PydanticUndefined
"""The name under which FastAPI's users tell what was not given."""
