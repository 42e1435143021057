"""The log events of a request."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING

from opentelemetry._logs import SeverityNumber

if TYPE_CHECKING:
    from opentelemetry._logs import Logger
    from opentelemetry.util.types import AttributeValue


def log_validation_failed(logger: Logger, route: str | None, error_count: int) -> None:
    """A request does not fit its declaration. How is not told: inputs may be private."""
    attributes: dict[str, AttributeValue] = {"fastapi.validation.error_count": error_count}
    logger.emit(
        event_name="fastapi.validation.failed",
        timestamp=time_ns(),
        severity_number=SeverityNumber.WARN,
        severity_text="WARN",
        body="Request validation failed",
        attributes={**attributes, **_of_route(route)},
    )


def log_exception(logger: Logger, route: str | None, error: Exception, *, websocket: bool) -> None:
    """An exception nobody handled, with its message and stack trace."""
    kind = "WebSocket connection" if websocket else "request"
    logger.emit(
        exception=error,
        event_name="fastapi.websocket.exception" if websocket else "http.server.request.exception",
        timestamp=time_ns(),
        severity_number=SeverityNumber.ERROR,
        severity_text="ERROR",
        body=f"Unhandled exception in FastAPI {kind}",
        attributes=_of_route(route),
    )


def _of_route(route: str | None) -> dict[str, AttributeValue]:
    return {} if route is None else {"http.route": route}
