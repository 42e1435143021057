"""Reading and decoding a request body."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ferroapi._core import PanicException, check_json, has_json_body
from ferroapi._form_limits import effective_form_limits
from ferroapi.body_limit import body_limit_error
from ferroapi.connection.body import held_to_limit, hold_to_limit
from ferroapi.exceptions import RequestBodyTooLarge, RequestValidationError
from ferroapi.fields import ErrorDetail, Location, ModelField, Undefined, missing_error
from ferroapi.plan.reading.closing_boundary import (
    held_to_closing_boundary,
    is_multipart,
    options_of,
)
from ferroapi.plan.reading.first_errors import Bound, first_errors
from ferroapi.plan.reading.form_charset import check_charset
from ferroapi.plan.reading.values import validate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import FormData

    from ferroapi._form_limits import FormLimits
    from ferroapi.connection.exchange import Exchange
    from ferroapi.plan.reading.values import Validate

_FAULTS = {
    "collision": "Numbers that collide in hash tables",
    "non_finite": "Number out of range",
    "lone_surrogate": "Lone surrogate in string",
}


def unreadable() -> HTTPException:
    """The answer to a body that could not be read or decoded at all."""
    return HTTPException(status_code=400, detail="There was an error parsing the body")


def read_failure(error: Exception) -> HTTPException:
    """The answer to a body whose reading raised `error`.

    Raises:
        PanicException: it was a panic of the extension, which is no fault of the client's.
    """
    if isinstance(error, PanicException):
        raise error
    refusal = body_limit_error(error)
    return refusal if isinstance(refusal, HTTPException) else unreadable()


async def read_raw(exchange: Exchange) -> bytes:
    """The whole body of an exchange.

    Raises:
        HTTPException: it cannot be read, or is too large.
    """
    try:
        return await exchange.read_body()
    except HTTPException:
        raise
    except Exception as error:
        raise read_failure(error) from error


def invalid_json(message: str, position: int) -> ErrorDetail:
    """The error of a body that is no JSON.

    Args:
        message: what is wrong.
        position: the character where it is.
    """
    return {
        "type": "json_invalid",
        "loc": ("body", position),
        "msg": "JSON decode error",
        "input": {},
        "ctx": {"error": message},
    }


def _invalid_json(message: str, position: int, text: Any) -> RequestValidationError:
    return RequestValidationError([invalid_json(message, position)], body=text)


def decode_json(raw: bytes) -> Any:
    """The value of a JSON body in UTF-8, or in UTF-16 or UTF-32 as `json.loads` detects them.

    What RFC 7493 calls not interoperable (`NaN`, `1e999`, lone surrogates) is refused here, before
    it can reach code that cannot answer it.

    Raises:
        RequestValidationError: not JSON, with the position in characters.
        HTTPException: 400 for text that cannot be decoded or is nested more than 200 levels deep.
    """
    try:
        text = raw.decode(json.detect_encoding(raw), "surrogatepass")
    except UnicodeDecodeError as error:
        raise unreadable() from error
    encoded = text.encode("utf-8", "surrogatepass")
    fault = check_json(encoded)
    if fault is not None and fault[0] == "too_deep":
        raise unreadable()
    try:
        # Given text, it would take a second byte order mark for a fault of its own.
        value = json.loads(raw)
    except json.JSONDecodeError as error:
        raise _invalid_json(error.msg, error.pos, error.doc) from error
    except Exception as error:
        # Also what something that was put into the place of `json.loads` raises.
        raise unreadable() from error
    if fault is not None:
        kind, offset = fault
        position = len(encoded[:offset].decode("utf-8", "surrogatepass"))
        raise _invalid_json(_FAULTS[kind], position, text)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _invalid_json(_FAULTS["lone_surrogate"], error.start, text) from error
    return value


def is_json(exchange: Exchange, *, strict_content_type: bool) -> bool:
    """Whether the body is to be decoded as JSON; without a content type only when not strict."""
    declared = has_json_body(_headers(exchange))
    return not strict_content_type if declared is None else declared


def _headers(exchange: Exchange) -> Sequence[tuple[bytes, bytes]]:
    """The fields that were received, or what the class of a request makes of the content type."""
    if not exchange.has_connection or type(exchange.connection).headers is Request.headers:
        headers: Sequence[tuple[bytes, bytes]] = exchange.scope["headers"]
        return headers
    declared = exchange.connection.headers.get("content-type")
    return [] if declared is None else [(b"content-type", declared.encode("latin-1", "replace"))]


def decode(exchange: Exchange, raw: bytes, *, strict_content_type: bool) -> Any:
    """The decoded JSON value, the bytes of another content type, or `Undefined` for no body."""
    if not raw:
        return Undefined
    if is_json(exchange, strict_content_type=strict_content_type):
        return decode_json(raw)
    return raw


def decodes_itself(exchange: Exchange) -> bool:
    """Whether a route's handler has chosen a class of requests that decodes JSON in its own way."""
    if not exchange.has_connection:
        return False
    request = exchange.connection
    return isinstance(request, Request) and type(request).json is not Request.json


async def decode_by_request(exchange: Exchange) -> Any:
    """The body as the request's own class decodes it. Raises what `decode_json` does."""
    request = exchange.connection
    assert isinstance(request, Request)
    try:
        return await request.json()
    except json.JSONDecodeError as error:
        raise _invalid_json(error.msg, error.pos, error.doc) from error
    except HTTPException:
        raise
    except Exception as error:
        raise unreadable() from error


async def read_received(
    exchange: Exchange, *, is_form: bool, strict_content_type: bool, limits: FormLimits
) -> Any:
    """The body as its parameters see it: decoded, a form, bytes, or `Undefined`.

    Raises:
        RequestValidationError: not JSON.
        HTTPException: it cannot be read, or is too large.
    """
    if is_form:
        return await read_form(exchange, limits)
    raw = await read_raw(exchange)
    if (
        raw
        and decodes_itself(exchange)
        and is_json(exchange, strict_content_type=strict_content_type)
    ):
        return await decode_by_request(exchange)
    return decode(exchange, raw, strict_content_type=strict_content_type)


async def read_form(exchange: Exchange, limits: FormLimits) -> FormData:
    """The parsed form. Its files are closed by the plan when the request is over.

    Raises:
        HTTPException: 400 for a form that is broken, cut off, larger than `limits` or in another
            charset than those that are read, 413 for more text than may be read as a whole.
    """
    request = exchange.connection
    assert isinstance(request, Request)
    multipart = is_multipart(request)
    try:
        if multipart:
            check_charset(options_of(request).get(b"charset"))
        with held_to_closing_boundary(request) if multipart else held_to_limit(request):
            form = await request.form(**effective_form_limits(exchange.scope, limits))
        if multipart:
            try:
                hold_to_limit(
                    sum(len(item) for _, item in form.multi_items() if isinstance(item, str)),
                    exchange.scope,
                )
            except RequestBodyTooLarge:
                await form.close()
                raise
        return form
    except HTTPException:
        raise
    except Exception as error:
        raise read_failure(error) from error


def read_body_fields(
    fields: list[ModelField],
    received: Any,
    *,
    embed: bool,
    bound: Bound | None = None,
    validate: Validate = validate,
) -> tuple[dict[str, Any], list[ErrorDetail]]:
    """The values of body parameters by Python name, and the errors in order of declaration.

    Args:
        fields: the parameters.
        received: the body, decoded.
        embed: whether it is an object with a member for each of them.
        bound: how many errors of a parameter are enough; `None` for all.
        validate: validates one of them.
    """
    if not embed:
        field = fields[0]
        value, errors = _validate(field, received, ("body",), bound, validate)
        return {field.name: value}, errors
    values: dict[str, Any] = {}
    errors = []
    for field in fields:
        name, value, missing = _embedded(field, received)
        loc: Location = ("body", name)
        if missing:
            errors.append(missing_error(loc))
            continue
        value, found = _validate(field, value, loc, bound, validate)
        if found:
            errors.extend(found)
        else:
            values[field.name] = value
    return values, errors


def _validate(
    field: ModelField, value: Any, loc: Location, bound: Bound | None, validate: Validate
) -> tuple[Any, list[ErrorDetail]]:
    if bound is None or value is Undefined:
        return validate(field, value, loc)
    errors = first_errors(field, value, bound, loc=loc)
    return validate(field, value, loc) if errors is None else (None, errors)


def _embedded(field: ModelField, received: Any) -> tuple[str, Any, bool]:
    """The name found, the value or `Undefined`, and whether the body is no object at all."""
    names = field.input_names
    if received is Undefined or isinstance(received, bytes):
        return names[0], Undefined, False
    get = getattr(received, "get", None)
    if get is None:
        return names[0], Undefined, True
    for name in names:
        value = get(name, Undefined)
        if value is not Undefined:
            return name, value, False
    return names[0], Undefined, False
