"""Forms as `application/x-www-form-urlencoded`, read by the core: the short cut of forms."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from starlette import formparsers, requests
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request

from ferroapi._core import FormParameters, UrlencodedForm, has_urlencoded_form
from ferroapi._form_limits import effective_form_limits
from ferroapi.annotations import is_nullable
from ferroapi.connection.body import hold_to_limit
from ferroapi.dependencies.body import form_models, takes_others
from ferroapi.fields import model_fields
from ferroapi.originals import has_own
from ferroapi.plan.reading.values import takes_all
from ferroapi.safeguards import WHOLE_BODY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Receive, Scope

    from ferroapi._core import Mode
    from ferroapi._form_limits import FormLimits
    from ferroapi.fields import ModelField

_MAX_FIELDS = 1000
_MAX_PART_SIZE = 1024 * 1024
_MOST = sys.maxsize
_PARSER = formparsers.FormParser


def can_shorten(field: ModelField) -> bool:
    """Whether a parameter is a field of the form or one model of such fields."""
    models = form_models(field)
    # Which model of a union takes what is seen when each was tried.
    return len(models) <= 1 and all(
        member.is_complete for model in models for member in model_fields(model)
    )


def form_parameters(fields: Sequence[tuple[str, ModelField]]) -> FormParameters:
    """What takes parameters, each by its slot, out of a form. `can_shorten` holds for all."""
    single: list[tuple[str, Sequence[str], Mode]] = []
    models = []
    for slot, field in fields:
        model = next(iter(form_models(field)), None)
        if model is None:
            single.append((slot, field.input_names, _mode(field)))
        else:
            members = [(member.input_names, _mode(member)) for member in model_fields(model)]
            nullable = is_nullable(field.field_info.annotation)
            models.append((slot, members, nullable, takes_others(model)))
    return FormParameters(fields=single, models=models)


def _mode(field: ModelField) -> Mode:
    return "all" if takes_all(field) else "last"


def is_urlencoded(scope: Scope) -> bool:
    """Whether the body is such a form, and nobody has put a parser of his own into the place."""
    return (
        has_urlencoded_form(scope["headers"])
        and vars(requests)["FormParser"] is _PARSER
        and has_own(Request, "_get_form", "form", "stream")
        and has_own(
            _PARSER,
            "__init__",
            "parse",
            "on_field_start",
            "on_field_name",
            "on_field_data",
            "on_field_end",
        )
    )


async def read_urlencoded(scope: Scope, receive: Receive, limits: FormLimits) -> UrlencodedForm:
    """The form, of which nothing was received yet.

    Raises:
        HTTPException: 400 for more than `limits`, or those of the applications around, 413 for more
            than may be read as a whole.
        MultiPartException: the same outside of an application.
        ClientDisconnect: the client left before its end.
    """
    limits = effective_form_limits(scope, limits)
    max_fields = limits.get("max_fields", _MAX_FIELDS)
    max_part_size = limits.get("max_part_size", _MAX_PART_SIZE)
    form = UrlencodedForm(min(max_fields, _MOST), min(max_part_size, _MOST))
    more_body = True
    excess = None
    size = 0
    while more_body and excess is None:
        message = await receive()
        if message["type"] == "http.request":
            more_body = message.get("more_body", False)
            chunk = bytes(message.get("body", b""))
            size += len(chunk)
            if size > WHOLE_BODY_LIMIT:
                hold_to_limit(size, scope)
            excess = form.write(chunk)
        elif message["type"] == "http.disconnect":
            raise ClientDisconnect
    excess = excess or form.finish()
    if excess == "max_fields":
        raise _too_much(scope, f"Too many fields. Maximum number of fields is {max_fields}.")
    if excess is not None:
        kilobytes = int(max_part_size / 1024)
        raise _too_much(scope, f"Field exceeded maximum size of {kilobytes}KB.")
    return form


def _too_much(scope: Scope, message: str) -> Exception:
    return HTTPException(400, message) if "app" in scope else MultiPartException(message)
