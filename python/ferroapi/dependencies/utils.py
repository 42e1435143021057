"""The name under which FastAPI's users import what describes a dependency."""

from typing import Any

from starlette.datastructures import FormData

from ferroapi.dependencies.declaration import get_dependant as get_dependant
from ferroapi.dependencies.multipart import (
    NOT_INSTALLED as multipart_not_installed_error,  # noqa: N811  # FastAPI's name
)
from ferroapi.dependencies.multipart import (
    WRONG_PACKAGE as multipart_incorrect_install_error,  # noqa: N811  # FastAPI's name
)
from ferroapi.dependencies.signature import get_typed_annotation as get_typed_annotation
from ferroapi.fields import ErrorDetail, ModelField
from ferroapi.plan.reading.body import read_body_fields
from ferroapi.plan.reading.form_fields import read_file as _read_file_bytes
from ferroapi.plan.reading.forms import FormReader
from ferroapi.plan.reading.parameters import read as request_params_to_args

__all__ = [
    "_read_file_bytes",
    "get_dependant",
    "get_typed_annotation",
    "multipart_incorrect_install_error",
    "multipart_not_installed_error",
    "request_body_to_args",
    "request_params_to_args",
]


async def request_body_to_args(
    body_fields: list[ModelField], received_body: Any, *, embed_body_fields: bool
) -> tuple[dict[str, Any], list[ErrorDetail]]:
    """The values of body parameters by Python name, and the errors in order of declaration."""
    if isinstance(received_body, FormData):
        return await FormReader(body_fields).read(received_body)
    return read_body_fields(body_fields, received_body, embed=embed_body_fields)
