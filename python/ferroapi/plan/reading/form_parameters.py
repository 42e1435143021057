"""What takes the parameters of an operation out of a form that the core has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi import params
from ferroapi._core import FormParameters
from ferroapi.annotations import is_bytes, is_bytes_sequence, is_nullable
from ferroapi.dependencies.body import form_models, takes_others
from ferroapi.dependencies.file_streams import is_file_stream
from ferroapi.fields import model_fields
from ferroapi.plan.reading.values import takes_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ferroapi._core import Mode
    from ferroapi.fields import ModelField


def can_shorten(field: ModelField) -> bool:
    """Whether a parameter is a field of the form or one model of such fields."""
    if isinstance(field.field_info, params.Part) or is_file_stream(field.field_info.annotation):
        # What is read of its content is not in what the core takes out of a form.
        return False
    models = form_models(field)
    # Which model of a union takes what is seen when each was tried.
    return len(models) <= 1 and all(
        member.is_complete for model in models for member in model_fields(model)
    )


def reads_files(field: ModelField) -> bool:
    """Whether the content of files is read for a parameter."""
    members = [member for model in form_models(field) for member in model_fields(model)]
    return any(_wants_content(member) for member in members or [field])


def form_parameters(fields: Sequence[tuple[str, ModelField]]) -> FormParameters:
    """What takes parameters, each by its slot, out of a form. `can_shorten` holds for all."""
    single: list[tuple[str, Sequence[str], Mode, bool]] = []
    models = []
    for slot, field in fields:
        model = next(iter(form_models(field)), None)
        if model is None:
            single.append((slot, *_taken(field)))
        else:
            members = [_taken(member) for member in model_fields(model)]
            nullable = is_nullable(field.field_info.annotation)
            models.append((slot, members, nullable, takes_others(model)))
    return FormParameters(fields=single, models=models)


def _taken(field: ModelField) -> tuple[Sequence[str], Mode, bool]:
    return field.input_names, "all" if takes_all(field) else "last", _wants_content(field)


def _wants_content(field: ModelField) -> bool:
    """Whether the content of files is read for a field: it is declared as bytes."""
    annotation = field.field_info.annotation
    is_content = is_bytes(annotation) or is_bytes_sequence(annotation)
    return is_content and isinstance(field.field_info, params.File)
