"""Spans of what happens inside of a request."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from opentelemetry import context, trace
from opentelemetry.trace import StatusCode
from starlette.exceptions import HTTPException, WebSocketException
from starlette.websockets import WebSocketDisconnect

from ferroapi.exceptions import RequestValidationError, WebSocketRequestValidationError

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context

OperationName: TypeAlias = Literal["dependencies", "endpoint", "serialization", "background_task"]

_ANSWERS = (
    HTTPException,
    RequestValidationError,
    WebSocketException,
    WebSocketRequestValidationError,
)
"""Exceptions that are a way to answer."""


def exception_type(error: BaseException) -> str:
    """The name of an exception's class, with its module unless it is built in."""
    kind = type(error)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return module + kind.__qualname__


def is_normal_disconnect(error: BaseException) -> bool:
    """Whether a WebSocket was closed as it should (RFC 6455, codes 1000 and 1001)."""
    return isinstance(error, WebSocketDisconnect) and error.code in (1000, 1001)


class Operation:
    """A span around one operation; entered and left in the same thread and context."""

    __slots__ = ("_function", "_name", "_span", "_token", "_tracer")

    _span: trace.Span
    _token: Token[Context]

    def __init__(
        self, tracer: trace.Tracer, name: OperationName, function: Callable[..., Any]
    ) -> None:
        self._tracer = tracer
        self._name = name
        self._function = function

    def __enter__(self) -> None:
        function = self._function
        module = getattr(function, "__module__", type(function).__module__)
        name = getattr(function, "__qualname__", type(function).__qualname__)
        self._span = self._tracer.start_span(
            f"fastapi.{self._name}", attributes={"code.function.name": f"{module}.{name}"}
        )
        self._token = context.attach(trace.set_span_in_context(self._span))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        context.detach(self._token)
        if isinstance(error, Exception) and self._is_failure(error):
            self._span.set_attribute("error.type", exception_type(error))
            self._span.set_status(StatusCode.ERROR)
        self._span.end()

    def _is_failure(self, error: Exception) -> bool:
        # Nobody answers what a background task raises.
        return self._name == "background_task" or not (
            isinstance(error, _ANSWERS) or is_normal_disconnect(error)
        )
