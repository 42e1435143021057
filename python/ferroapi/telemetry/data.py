"""What the code of an application and OpenTelemetry's processors can read about a request."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.routing import BaseRoute, Mount
from starlette.websockets import WebSocket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Scope

    from ferroapi.plan.exchange import Exchange
    from ferroapi.plan.solver import Solver
    from ferroapi.telemetry.request import RequestTelemetry

TELEMETRY_KEY = "fastapi.telemetry"
"""Where the telemetry of an observed request is, in its ASGI scope and OpenTelemetry context."""

current_telemetry: ContextVar[RequestTelemetry | None] = ContextVar(
    "ferroapi.telemetry", default=None
)
"""The telemetry of the request that is being answered."""


@dataclass(kw_only=True)
class TelemetryData:
    """What is known of a request or connection while it is answered, to be read and not changed.

    It stays in the process: a span or log processor that copies something of it to what is
    exported decides by itself what may be seen.
    """

    request: Request | None = None
    """The request, from the moment its operation is run."""
    websocket: WebSocket | None = None
    """The WebSocket, from the moment its endpoint is run."""
    body: Any = None
    """The body as it was read, decoded but not validated."""
    values: dict[str, Any] | None = None
    """The arguments of the endpoint, when all of them are known."""
    errors: Sequence[Any] | None = None
    """The validation errors, with the inputs they are about; empty when there were none."""


class ExchangeData(TelemetryData):
    """Data of an exchange. Its body is decoded when it is asked for: usually nobody does."""

    _body: Any = None
    _exchange: Exchange | None = None
    _solver: Solver | None = None

    def bind(self, exchange: Exchange, solver: Solver) -> None:
        """Tells which exchange this is about, when its operation is run."""
        connection = exchange.connection
        if isinstance(connection, Request):
            self.request = connection
        elif isinstance(connection, WebSocket):
            self.websocket = connection
        self._exchange = exchange
        self._solver = solver

    @property
    def body(self) -> Any:
        """The body as far as it was read, decoded."""
        if self._body is None and self._solver is not None and self._exchange is not None:
            self._body = self._solver.received_body(self._exchange)
        return self._body

    @body.setter
    def body(self, body: Any) -> None:
        self._body = body


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


def observed_plan(scope: Scope, plan: ASGIApp, route: BaseRoute) -> ASGIApp:
    """The plan of a route, with the telemetry of a request around it if it has any."""
    telemetry: RequestTelemetry | None = scope.get(TELEMETRY_KEY)
    path = getattr(route, "path_format", None)
    return plan if telemetry is None or path is None else telemetry.traced(plan, path)


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
