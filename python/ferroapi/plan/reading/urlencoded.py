"""Forms as `application/x-www-form-urlencoded` that the core reads."""

from __future__ import annotations

from starlette import formparsers, requests

from ferroapi._core import UrlencodedForm
from ferroapi.originals import methods_unreplaced, names_unreplaced

_CHECKS = (
    names_unreplaced(requests, "FormParser"),
    methods_unreplaced(
        formparsers.FormParser,
        "__init__",
        "parse",
        "on_field_start",
        "on_field_name",
        "on_field_data",
        "on_field_end",
    ),
)


def urlencoded_form(*, max_fields: int, max_part_size: int) -> UrlencodedForm | None:
    """A form to be read; `None` where somebody has put a parser of his own into the place."""
    for unreplaced in _CHECKS:
        if not unreplaced():
            return None
    return UrlencodedForm(max_fields, max_part_size)
