"""The steps of reading a form, for packages that read forms of other versions of a model.

Cadwyn asks for these names and checks their parameters. Plans read forms by `plan.reading.forms`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData

from ferroapi import params
from ferroapi.dependencies.body import form_models
from ferroapi.fields import ModelField, Undefined, model_fields
from ferroapi.plan.reading.form_fields import FormField, is_unselected
from ferroapi.plan.reading.values import takes_all, value_under

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from pydantic import BaseModel


def get_validation_alias(field: ModelField) -> str:
    """The name pydantic knows the value of a field by."""
    return field.validation_alias or field.alias


def _get_param_aliases(
    field: ModelField, *, convert_underscores: bool = False
) -> list[tuple[str, str]]:
    return list(field.names(hyphens=convert_underscores))


def _get_form_models(field: ModelField) -> list[type[BaseModel]]:
    embeds = isinstance(field.field_info, params.Form) and field.field_info.embed
    return [] if embeds else list(form_models(field))


def _get_form_model(field: ModelField) -> type[BaseModel] | None:
    models = _get_form_models(field)
    return models[0] if len(models) == 1 else None


def _get_multidict_value(field: ModelField, values: Mapping[str, Any], alias: str) -> Any:
    value = value_under(field, values, alias)
    if not isinstance(values, FormData):
        return value
    if isinstance(value, list) and takes_all(field):
        return [item for item in value if not is_unselected(item)] or Undefined
    return Undefined if value == "" or is_unselected(value) else value


def _extract_form_items(
    body_fields: list[ModelField], received_body: FormData
) -> Iterator[tuple[str, Any, ModelField | None]]:
    used: set[str] = set()
    for field in body_fields:
        for name in field.input_names:
            used.add(name)
            value = _get_multidict_value(field, received_body, alias=name)
            if value is not Undefined:
                yield name, value, field
                break
    others: dict[str, list[Any]] = {}
    for name, item in received_body.multi_items():
        if name not in used:
            others.setdefault(name, []).append(item)
    for name, items in others.items():
        yield name, items[0] if len(items) == 1 else items, None


async def _extract_form_body(
    body_fields: list[ModelField], received_body: FormData
) -> AsyncIterator[tuple[str, Any, ModelField | None]]:
    for name, value, field in _extract_form_items(body_fields, received_body):
        read = value if field is None else await FormField(field).read_files(value)
        yield name, read, field


def _is_form_model_supplied(model: type[BaseModel], received_body: FormData) -> bool:
    names = {name for field in model_fields(model) for name in field.input_names}
    takes_others = model.model_config.get("extra") in ("allow", "forbid")
    return not names.isdisjoint(received_body) or (takes_others and bool(received_body))


def _normalize_form_model(value: Any, *, model: type[BaseModel]) -> Any:
    if not isinstance(value, dict):
        return value
    # No form can say these, but a validator in front of a union can.
    said = {name: item for name, item in value.items() if item is None or item == []}
    form = FormData(
        [
            (name, item)
            for name, items in value.items()
            if name not in said
            for item in (items if isinstance(items, list) else [items])
        ]
    )
    found = _extract_form_items(model_fields(model), form)
    return {name: item for name, item, _ in found} | said
