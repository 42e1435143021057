"""The value of one declared field among those that were sent."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.datastructures import Headers, ImmutableMultiDict

from ferroapi import params
from ferroapi.fields import ErrorDetail, Location, ModelField, Undefined, missing_error

if TYPE_CHECKING:
    from collections.abc import Mapping

Validate: TypeAlias = Callable[[ModelField, Any, Location], tuple[Any, list[ErrorDetail]]]
"""The value of a field among what was sent and no errors, or `None` and errors."""


def parameter_model(field: ModelField) -> bool:
    """Whether the parameter stands for the fields of a model."""
    return not field.is_json and field.model is not None


def takes_all(field: ModelField) -> bool:
    """Whether a parameter sent several times is a list of all its values."""
    return not field.is_json and field.is_sequence


def empty_is_absent(field: ModelField, *, in_cookies: bool) -> bool:
    """Whether an empty text counts as no value: that of a sequence which is one piece of text."""
    return field.is_sequence and (field.is_json or in_cookies)


def in_cookies(field: ModelField) -> bool:
    """Whether it is a parameter that is read from cookies."""
    return isinstance(field.field_info, params.Cookie)


def validate(field: ModelField, value: Any, loc: Location) -> tuple[Any, list[ErrorDetail]]:
    """Validates what was sent, or takes the default when nothing was."""
    if value is Undefined:
        if field.required:
            return None, [missing_error(loc)]
        value = deepcopy(field.default)
        if not field.field_info.validate_default:
            return value, []
    return field.validate(value, loc=loc)


def find(field: ModelField, received: Mapping[str, Any]) -> tuple[str, Any]:
    """The name the value was sent under (else the documented one), and the value or `Undefined`."""
    names = field.input_names
    name = next((name for name in names if name in received), names[0])
    return name, value_under(field, received, name)


def value_under(field: ModelField, received: Mapping[str, Any], name: str) -> Any:
    """What was sent under one name, or `Undefined`."""
    value: Any
    if takes_all(field) and isinstance(received, (ImmutableMultiDict, Headers)):
        value = received.getlist(name)
    else:
        value = received.get(name)
    if value is None or (field.is_sequence and len(value) == 0):
        return Undefined
    return value
