"""Taking the parameters of an operation out of a parsed form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData, UploadFile

from ferroapi import params
from ferroapi.annotations import is_bytes, is_bytes_sequence, is_sequence, optional_model
from ferroapi.fields import Location, ModelField, Undefined, model_fields
from ferroapi.plan.parameters import takes_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel


def form_model(field: ModelField) -> type[BaseModel] | None:
    """The model whose fields are the fields of the form, when the parameter stands for one."""
    info = field.field_info
    if not isinstance(info, params.Form) or info.embed or field.is_json:
        return None
    return optional_model(info.annotation)


def _is_empty(value: Any) -> bool:
    # Browsers send an empty file name and no content for a file field nobody filled in.
    if isinstance(value, UploadFile):
        return not value.filename and value.size == 0
    return isinstance(value, str) and not value


def _find(field: ModelField, form: FormData) -> tuple[str, Any]:
    names = field.input_names
    name = next((name for name in names if name in form), names[0])
    if takes_all(field):
        values = [
            item
            for item in form.getlist(name)
            if not (isinstance(item, UploadFile) and _is_empty(item))
        ]
        return name, values or Undefined
    value = form.get(name)
    if value is None or _is_empty(value):
        return name, Undefined
    return name, value


async def _content(file: UploadFile) -> bytes:
    # Several parameters may read the same upload: each leaves it as it was.
    position = file.file.tell()
    try:
        return await file.read()
    finally:
        await file.seek(position)


async def _with_bytes(field: ModelField, value: Any) -> Any:
    annotation = field.field_info.annotation
    if not isinstance(field.field_info, params.File):
        return value
    if is_bytes(annotation) and isinstance(value, UploadFile):
        return await _content(value)
    if is_sequence(annotation) and is_bytes_sequence(annotation) and isinstance(value, list):
        return [await _content(item) if isinstance(item, UploadFile) else item for item in value]
    return value


async def _read_members(model: type[BaseModel], form: FormData) -> Mapping[str, Any]:
    given: dict[str, Any] = {}
    used: set[str] = set()
    for member in model_fields(model):
        name, value = _find(member, form)
        used.add(name)
        if value is not Undefined:
            given[name] = await _with_bytes(member, value)
    for key in form:
        if key not in used:
            values = form.getlist(key)
            given[key] = values[0] if len(values) == 1 else values
    return given


async def read_form_field(field: ModelField, form: FormData) -> tuple[Location, Any]:
    """The place of a parameter in the form for its errors, and its value or `Undefined`."""
    model = form_model(field)
    if model is None:
        name, value = _find(field, form)
        return ("body", name), await _with_bytes(field, value)
    given = await _read_members(model, form)
    optional = field.field_info.annotation is not model
    own = {name for member in model_fields(model) for name in member.input_names}
    extra = model.model_config.get("extra") in ("allow", "forbid")
    if optional and not (own.intersection(form) or (extra and form)):
        return ("body",), Undefined
    return ("body",), given
