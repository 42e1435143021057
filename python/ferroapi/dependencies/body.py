"""Several body parameters as one request body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model

from ferroapi import params
from ferroapi.adapters import annotated
from ferroapi.annotations import union_models
from ferroapi.fields import ModelField, create_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel


def form_models(field: ModelField) -> tuple[type[BaseModel], ...]:
    """The models whose fields are fields of the form itself; empty for a field of its own.

    Several for a union, whose members each read the same form.
    """
    info = field.field_info
    if not isinstance(info, params.Form) or isinstance(info, params.Part) or field.is_json:
        return ()
    return union_models(info.annotation)


def takes_others(model: type[BaseModel]) -> bool:
    """Whether names that are none of its fields say something about a model."""
    return model.model_config.get("extra") in ("allow", "forbid")


def embeds_body(fields: Sequence[ModelField]) -> bool:
    """Whether body parameters are members of the body: several of them, `embed`, form fields."""
    if not fields:
        return False
    first = fields[0]
    if len({field.name for field in fields}) > 1 or getattr(first.field_info, "embed", None):
        return True
    models = form_models(first)
    if not models:
        return isinstance(first.field_info, params.Form)
    # Dependencies may have other models, or no form at all, under the same name.
    return any(
        not form_models(field) or field.field_info.annotation != first.field_info.annotation
        for field in fields
    )


def combined_body_field(fields: Sequence[ModelField], *, name: str) -> ModelField | None:
    """The whole body as one field: the only parameter, or a model `Body_<name>` of all of them."""
    if not fields:
        return None
    if not embeds_body(fields):
        return fields[0]
    members: dict[str, Any] = {field.name: _member(field) for field in fields}
    model = create_model(f"Body_{name}", **members)
    required = any(field.required for field in fields)
    info = _kind(fields)(default=... if required else None, alias="body", **_media_type(fields))
    info.annotation = model
    return create_field("body", model, field_info=info)


def _member(field: ModelField) -> Any:
    info = field.field_info
    return annotated(info), Field(**info.asdict()["attributes"])


def _kind(fields: Sequence[ModelField]) -> type[params.Body]:
    for kind in (params.File, params.Form):
        if any(isinstance(field.field_info, kind) for field in fields):
            return kind
    return params.Body


def _media_type(fields: Sequence[ModelField]) -> dict[str, Any]:
    kind = _kind(fields)
    if kind is params.File:
        return {}
    media_types = {
        field.field_info.media_type for field in fields if isinstance(field.field_info, kind)
    }
    if kind is params.Form and "multipart/form-data" in media_types:
        return {"media_type": "multipart/form-data"}
    return {"media_type": media_types.pop()} if len(media_types) == 1 else {}
