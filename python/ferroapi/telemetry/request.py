"""What is observed of one request or WebSocket connection."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from ferroapi.exceptions import RequestValidationError
from ferroapi.telemetry.logs import log_exception, log_validation_failed
from ferroapi.telemetry.operations import Operation, is_normal_disconnect

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry._logs import Logger
    from opentelemetry.trace import Span, Tracer

    from ferroapi.exceptions import WebSocketRequestValidationError
    from ferroapi.telemetry.data import ExchangeData
    from ferroapi.telemetry.operations import OperationName

_UNTRACED: AbstractContextManager[None] = nullcontext()


class RequestTelemetry:
    """Gathers what the parts of the framework tell about one request.

    Without a span, a tracer and a logger it is silent: the telemetry of an excluded request.
    """

    __slots__ = (
        "_logger",
        "_prefix",
        "_span_method",
        "_tracer",
        "_websocket",
        "data",
        "failures",
        "route",
        "span",
    )

    def __init__(
        self,
        *,
        websocket: bool = False,
        span: Span | None = None,
        span_method: str = "",
        tracer: Tracer | None = None,
        logger: Logger | None = None,
        prefix: str = "",
        data: ExchangeData | None = None,
    ) -> None:
        """
        Args:
            websocket: whether this is a WebSocket connection.
            span: the server span.
            span_method: the first word of its name.
            tracer: makes the spans of operations.
            logger: takes log events.
            prefix: the path in front of those of routes.
            data: what processors may read.
        """
        self._websocket = websocket
        self.span = span
        self._span_method = span_method
        self._tracer = tracer
        self._logger = logger
        self._prefix = prefix
        self.data = data
        self.route: str | None = None
        self.failures: list[BaseException] = []

    def select(self, path: str, *, mount: bool = False) -> None:
        """A route was chosen; below a mount another one will be.

        Args:
            path: the path of the route with its parameters in braces.
            mount: whether it is a mount, whose path ends with `/{path}`.
        """
        self.route = self._prefix + path
        if mount:
            self._prefix = self.route.removesuffix("/{path}")
        if self.span is not None:
            self.span.set_attribute("http.route", self.route)
            self.span.update_name(f"{self._span_method} {self.route}")

    def operation(
        self, name: OperationName, function: Callable[..., Any]
    ) -> AbstractContextManager[None]:
        """A span around an operation, if operations have spans.

        Args:
            name: the name of the span behind `fastapi.`.
            function: the user's function the operation belongs to.
        """
        return _UNTRACED if self._tracer is None else Operation(self._tracer, name, function)

    def invalid(self, error: RequestValidationError | WebSocketRequestValidationError) -> None:
        """Shows why the request does not fit the declaration of its operation."""
        if self.data is not None:
            if isinstance(error, RequestValidationError):
                self.data.body = error.body
            self.data.errors = error.errors()

    def validation_failed(
        self, error: RequestValidationError | WebSocketRequestValidationError
    ) -> None:
        """Shows why the request does not fit the declaration of its operation, and logs that."""
        self.invalid(error)
        if self._logger is not None:
            log_validation_failed(self._logger, self.route, len(error.errors()))

    def failed(self, error: BaseException) -> None:
        """Nobody handled an exception. Telling it several times on its way out does no harm."""
        if self._websocket and is_normal_disconnect(error):
            return
        if any(error is known for known in self.failures):
            return
        self.failures.append(error)
        if self._logger is not None and isinstance(error, Exception):
            log_exception(self._logger, self.route, error, websocket=self._websocket)

    def close(self) -> None:
        """Lets go of the request: contexts that somebody kept must not keep it alive."""
        self.data = None
        self.failures.clear()
