"""Reading the parameters of one dependant from a request, one by one: the exact order.

The plan's short cut reads all of an operation's parameters at once; this says what each value is
and which errors it has.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, ImmutableMultiDict

from ferroapi import params
from ferroapi._core import Parameters
from ferroapi.annotations import is_sequence, optional_model
from ferroapi.fields import ErrorDetail, Location, ModelField, Undefined, missing_error
from ferroapi.plan.parameter_models import read_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import HTTPConnection

    from ferroapi.dependencies.models import Dependant


def parameter_model(field: ModelField) -> bool:
    """Whether the parameter stands for the fields of a model."""
    return not field.is_json and optional_model(field.field_info.annotation) is not None


def takes_all(field: ModelField) -> bool:
    """Whether a parameter sent several times is a list of all its values."""
    return not field.is_json and is_sequence(field.field_info.annotation)


def validate(field: ModelField, value: Any, loc: Location) -> tuple[Any, list[ErrorDetail]]:
    """Validates what was sent, or takes the default when nothing was."""
    if value is Undefined:
        if field.required:
            return None, [missing_error(loc)]
        value = field.default
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
    if value is None or (is_sequence(field.field_info.annotation) and len(value) == 0):
        return Undefined
    return value


def read(
    fields: list[ModelField], received: Mapping[str, Any]
) -> tuple[dict[str, Any], list[ErrorDetail]]:
    """The values of `fields` by Python name, and the errors in order of declaration."""
    values: dict[str, Any] = {}
    errors: list[ErrorDetail] = []
    for field in fields:
        info = field.field_info
        assert isinstance(info, params.Param)
        location = info.in_.value
        if parameter_model(field):
            value, found = read_model(field, received, location)
        else:
            name, value = find(field, received)
            value, found = validate(field, value, (location, name))
        if found:
            errors.extend(found)
        else:
            values[field.name] = value
    return values, errors


def read_parameters(
    dependant: Dependant, connection: HTTPConnection
) -> tuple[dict[str, Any], list[ErrorDetail]]:
    """All path, query, header and cookie parameters of a dependant, errors in that order."""
    values: dict[str, Any] = {}
    errors: list[ErrorDetail] = []
    sources: tuple[tuple[list[ModelField], Callable[[HTTPConnection], Mapping[str, Any]]], ...] = (
        (dependant.path_params, attrgetter("path_params")),
        (dependant.query_params, attrgetter("query_params")),
        (dependant.header_params, attrgetter("headers")),
        (dependant.cookie_params, _cookies),
    )
    for fields, receive in sources:
        if fields:
            found, wrong = read(fields, receive(connection))
            values |= found
            errors += wrong
    return values, errors


def _cookies(connection: HTTPConnection) -> Mapping[str, str]:
    """All cookies; `connection.cookies` takes quadratic time for some on older interpreters."""
    pairs = [pair for header in connection.headers.getlist("cookie") for pair in header.split(";")]
    names = dict.fromkeys(pair.partition("=")[0].strip() if "=" in pair else "" for pair in pairs)
    found = Parameters(cookie=[(name, [name], "last") for name in names])
    return found.extract({}, b"", connection.scope["headers"])
