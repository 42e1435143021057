"""Exception handlers of a router, an inclusion or an operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, NamedTuple, Union, get_args, get_origin

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.status import HTTP_422_UNPROCESSABLE_CONTENT, HTTP_500_INTERNAL_SERVER_ERROR
from starlette.websockets import WebSocketDisconnect

from ferroapi.annotations import is_subclass
from ferroapi.dependencies.callables import declaring
from ferroapi.dependencies.signature import return_annotation
from ferroapi.error_format import ErrorFormat
from ferroapi.exceptions import RequestValidationError
from ferroapi.failures import awaitable, found_handler
from ferroapi.fields import ModelField, create_field
from ferroapi.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


@dataclass(frozen=True, slots=True)
class ExceptionHandler:
    """A function that handles exceptions, and the status of the values it returns."""

    function: Callable[..., Any]
    status_code: int


def checked_handlers(handlers: Mapping[Any, Any] | None) -> dict[Any, Any]:
    """A copy of `handlers`.

    Raises:
        TypeError: a key is neither a status nor an exception class, or a handler is no function.
        FastAPIError: pydantic has no schema for the type of what it returns.
    """
    checked = dict(handlers or {})
    for key, handler in checked.items():
        with declaring(_function(handler)):
            if not (type(key) is int or (isinstance(key, type) and issubclass(key, Exception))):
                raise TypeError(f"Neither an exception class nor a status has a handler: {key!r}")
            if not callable(_function(handler)):
                raise TypeError(f"The exception handler for {key!r} cannot be called: {handler!r}")
            _field(handler, "Handled")
    return checked


class Handlers:
    """The handlers of one layer, as they are asked."""

    __slots__ = ("tables",)

    def __init__(self, handlers: Mapping[Any, Any]) -> None:
        """
        Args:
            handlers: checked ones. Those for 500 and `Exception` are one, as in an application.
        """
        self.tables: tuple[dict[type[BaseException], Any], dict[int, Any]] = ({}, {})
        for key, handler in handlers.items():
            if key == HTTP_500_INTERNAL_SERVER_ERROR:
                self.tables[0][Exception] = _answering(handler, key)
            else:
                self.tables[isinstance(key, int)][key] = _answering(handler, key)

    def find(self, error: Exception) -> Callable[..., Any] | None:
        """The handler of an exception; a client that leaves is none for `Exception`."""
        handler: Callable[..., Any] | None = found_handler(self.tables, error)
        if isinstance(error, (WebSocketDisconnect, ClientDisconnect)) and (
            handler is self.tables[0].get(Exception)
        ):
            return None
        return handler


class HandledResponse(NamedTuple):
    """A response that a handler makes of what it returns."""

    status: int
    field: ModelField
    media_type: str


def described_handlers(handlers: Mapping[Any, Any], unique_id: str) -> dict[Any, HandledResponse]:
    """What handlers return that is no response, as far as it is declared, by what they handle."""
    responses = {}
    for key, handler in handlers.items():
        status = _status(handler, key)
        field = _field(handler, f"Response_{status}_{unique_id}")
        if status is not None and field is not None:
            media_type = getattr(handler, "media_type", "application/json")
            responses[key] = HandledResponse(status, field, media_type)
    return responses


def handler_of_format(form: ErrorFormat, handlers: Mapping[Any, Any]) -> dict[Any, ErrorFormat]:
    """The format of the answers to requests that do not fit, among the handlers beside it.

    Raises:
        TypeError: it is no format.
        ValueError: there is a handler for these requests.
    """
    if not isinstance(form, ErrorFormat):
        raise TypeError(f"validation_errors is no ErrorFormat: {form!r}")
    if handlers.get(RequestValidationError) is not None:
        raise ValueError(
            "validation_errors and an exception handler for RequestValidationError say both how "
            "requests are answered that do not fit"
        )
    return {RequestValidationError: form}


def _function(handler: Any) -> Callable[..., Any]:
    if isinstance(handler, ErrorFormat):
        return handler.respond
    function: Callable[..., Any]
    function = handler.function if isinstance(handler, ExceptionHandler) else handler
    return function


def _status(handler: Any, key: Any) -> int | None:
    """The status of what a handler returns, as far as it is known before an exception."""
    if isinstance(handler, ErrorFormat):
        return handler.status
    if isinstance(handler, ExceptionHandler):
        return handler.status_code
    if isinstance(key, int):
        return key
    if issubclass(key, RequestValidationError):
        return HTTP_422_UNPROCESSABLE_CONTENT
    status = getattr(key, "status_code", None)
    if status is None and key is Exception:
        return HTTP_500_INTERNAL_SERVER_ERROR
    return status if isinstance(status, int) else None


def _returned(handler: Any) -> Any:
    """The annotated type of what a handler returns besides responses; `None` without one."""
    annotation = return_annotation(_function(handler))
    members = get_args(annotation) if get_origin(annotation) in _UNIONS else (annotation,)
    kept = [
        member
        for member in members
        if member not in (None, NoneType, Any) and not is_subclass(member, Response)
    ]
    return reduce(or_, kept) if kept else None


_UNIONS = (Union, UnionType)


def _field(handler: Any, name: str) -> ModelField | None:
    """The type of what a handler returns that is no response, as a field; `None` without one."""
    annotation = handler.model if isinstance(handler, ErrorFormat) else _returned(handler)
    return None if annotation is None else create_field(name, annotation, mode="serialization")


def _answering(handler: Any, key: Any) -> Callable[..., Any]:
    """A handler to be awaited that gives a response, or `None` as those of WebSockets do."""
    call, status = awaitable(_function(handler)), _status(handler, key)
    field = _field(handler, "Handled")

    async def answer(connection: HTTPConnection, error: Exception) -> Response | None:
        value = await call(connection, error)
        if value is None or isinstance(value, Response):
            return value
        code, headers = status, None
        if isinstance(error, HTTPException):
            code, headers = code or error.status_code, error.headers
        if field is None:
            # Part of what a plain service does not import.
            from ferroapi.encoders import jsonable_encoder

            content = jsonable_encoder(value)
        else:
            adapter = field.type_adapter
            content = field.serialize(adapter.validate_python(value, from_attributes=True))
        return JSONResponse(content, code or HTTP_500_INTERNAL_SERVER_ERROR, headers)

    return answer
