"""The telemetry of the request that is being answered, and what it is told by the framework."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute, Mount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Scope

    from ferroapi.telemetry.data import TelemetryData
    from ferroapi.telemetry.request import RequestTelemetry

TELEMETRY_KEY = "fastapi.telemetry"
"""Where the telemetry of an observed request is, in its ASGI scope and OpenTelemetry context."""

current_telemetry: ContextVar[RequestTelemetry | None] = ContextVar(
    "ferroapi.telemetry", default=None
)
"""The telemetry of the request that is being answered."""


def get_telemetry_data(context: Mapping[str, Any] | None = None) -> TelemetryData | None:
    """The data of the request that is being answered, for synchronous processors.

    Args:
        context: an OpenTelemetry context, such as that of a log record; the current one without.

    Returns:
        `None` outside of observed requests, and after the request, also for contexts that were
        kept.
    """
    telemetry = current_telemetry.get() if context is None else context.get(TELEMETRY_KEY)
    return None if telemetry is None else telemetry.data


def exception_unhandled(scope: Scope, error: Exception) -> None:
    """Tells the telemetry of a request, if it has any, of an exception nobody handles."""
    telemetry: RequestTelemetry | None = scope.get(TELEMETRY_KEY)
    if telemetry is not None:
        telemetry.failed(error)


def route_selected(scope: Scope, route: BaseRoute) -> None:
    """Tells the telemetry of a request, if it has any, which route answers it."""
    telemetry: RequestTelemetry | None = scope.get(TELEMETRY_KEY)
    if telemetry is not None:
        path = getattr(route, "path_format", None)
        if path is not None:
            telemetry.select(path, mount=isinstance(route, Mount))
