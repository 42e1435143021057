"""Reading the parameters of one dependant from a request, one by one: the exact order.

The plan's short cut reads all of an operation's parameters at once; this says what each value is
and which errors it has.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from ferroapi import params
from ferroapi.connection import request
from ferroapi.fields import ErrorDetail, ModelField
from ferroapi.plan.reading.parameter_models import read_model
from ferroapi.plan.reading.values import find, parameter_model, validate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import HTTPConnection

    from ferroapi.connection.exchange import Exchange
    from ferroapi.dependencies.models import Dependant
    from ferroapi.plan.reading.values import Validate


_READ = ("cookies", "headers", "json", "path_params", "query_params")
"""The attributes of a request that parameters and bodies are read from."""


def reads_itself(exchange: Exchange) -> bool:
    """Whether a route's handler has chosen a class of requests that reads in its own way."""
    if not exchange.has_connection:
        return False
    kind = type(exchange.connection)
    return (
        kind is not request.Request
        and issubclass(kind, Request)
        and any(getattr(kind, name) is not getattr(Request, name) for name in _READ)
    )


def read(
    fields: list[ModelField], received_params: Mapping[str, Any]
) -> tuple[dict[str, Any], list[ErrorDetail]]:
    """The values of `fields` by Python name, and the errors in order of declaration."""
    return _read(fields, received_params, validate)


def _read(
    fields: list[ModelField], received_params: Mapping[str, Any], validate: Validate
) -> tuple[dict[str, Any], list[ErrorDetail]]:
    values: dict[str, Any] = {}
    errors: list[ErrorDetail] = []
    for field in fields:
        info = field.field_info
        assert isinstance(info, params.Param)
        location = info.in_.value
        if parameter_model(field):
            value, found = read_model(field, received_params, location, validate)
        else:
            name, value = find(field, received_params)
            value, found = validate(field, value, (location, name))
        if found:
            errors.extend(found)
        else:
            values[field.name] = value
    return values, errors


def read_parameters(
    dependant: Dependant, connection: HTTPConnection, validate: Validate = validate
) -> tuple[dict[str, Any], list[ErrorDetail]]:
    """All path, query, header and cookie parameters of a dependant, errors in that order."""
    values: dict[str, Any] = {}
    errors: list[ErrorDetail] = []
    sources: tuple[tuple[list[ModelField], Callable[[HTTPConnection], Mapping[str, Any]]], ...] = (
        (dependant.path_params, attrgetter("path_params")),
        (dependant.query_params, attrgetter("query_params")),
        (dependant.header_params, attrgetter("headers")),
        (dependant.cookie_params, attrgetter("cookies")),
    )
    for fields, receive in sources:
        if fields:
            found, wrong = _read(fields, receive(connection), validate)
            values |= found
            errors += wrong
    return values, errors
