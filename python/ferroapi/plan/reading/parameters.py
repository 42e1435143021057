"""Reading the parameters of one dependant from a request, one by one: the exact order.

The plan's short cut reads all of an operation's parameters at once; this says what each value is
and which errors it has.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ferroapi import params
from ferroapi._core import Parameters
from ferroapi.fields import ErrorDetail, ModelField
from ferroapi.plan.reading.parameter_models import read_model
from ferroapi.plan.reading.values import find, parameter_model, validate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import HTTPConnection

    from ferroapi.dependencies.models import Dependant


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
    """All cookies; `connection.cookies` takes quadratic time for some on older interpreters.

    It is what counts once somebody has asked for it: who has may have changed it.
    """
    if "_cookies" in vars(connection):
        return connection.cookies
    pairs = [pair for header in connection.headers.getlist("cookie") for pair in header.split(";")]
    names = dict.fromkeys(pair.partition("=")[0].strip() if "=" in pair else "" for pair in pairs)
    found = Parameters(cookie=[(name, [name], "last") for name in names])
    return found.extract({}, b"", connection.scope["headers"])
