"""Plans that tell what they do. An application that is not observed never makes one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from ferroapi.body_limit import BodyLimit
from ferroapi.dependencies.callables import CallableKind
from ferroapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from ferroapi.plan.cancellation import Cancellation
from ferroapi.plan.operation import OperationPlan
from ferroapi.plan.websocket import WebSocketPlan
from ferroapi.telemetry.current import TELEMETRY_KEY
from ferroapi.threads import run_in_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi.connection.exchange import Exchange
    from ferroapi.plan.reply.serialization import Reply
    from ferroapi.plan.solver import Solver
    from ferroapi.telemetry.request import RequestTelemetry


def traced_plan(plan: ASGIApp, path: str) -> ASGIApp:
    """A plan that does what `plan` does, and tells which route it is and what it does when.

    Args:
        plan: the plan of a route.
        path: the path of the route with its parameters in braces.
    """
    observed = _with_spans(plan)

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        telemetry: RequestTelemetry | None = scope.get(TELEMETRY_KEY)
        if telemetry is not None:
            telemetry.select(path)
        await observed(scope, receive, send)

    return run


def _with_spans(plan: ASGIApp) -> ASGIApp:
    if isinstance(plan, (BodyLimit, Cancellation)):
        plan.app = _with_spans(plan.app)
    elif isinstance(plan, OperationPlan):
        return TracedOperationPlan(plan)
    elif isinstance(plan, WebSocketPlan):
        return TracedWebSocketPlan(plan)
    return plan


class TracedOperationPlan(OperationPlan):
    """Runs one operation, with a span for each part of it."""

    __slots__ = ()

    def __init__(self, plan: OperationPlan) -> None:
        for name in OperationPlan.__slots__:
            setattr(self, name, getattr(plan, name))

    async def _reply(self, exchange: Exchange) -> Reply:
        telemetry: RequestTelemetry | None = exchange.scope.get(TELEMETRY_KEY)
        if telemetry is None:
            return await super()._reply(exchange)
        arguments = await _solve(telemetry, self.solver, self._call, exchange)
        if self.kind.is_generator:
            return self.serialize(self._call(**arguments), exchange)
        if self.kind is CallableKind.COROUTINE:
            with telemetry.operation("endpoint", self._call):
                value = await self._call(**arguments)
            return self._serialize_traced(telemetry, value, exchange)
        if self.kind is CallableKind.INLINE:
            return self._call_traced(telemetry, arguments, exchange)
        call = partial(self._call_traced, telemetry, arguments, exchange)
        return await run_in_thread(call, exchange.scope.get("app"))

    def _call_traced(
        self, telemetry: RequestTelemetry, arguments: dict[str, Any], exchange: Exchange
    ) -> Reply:
        with telemetry.operation("endpoint", self._call):
            value = self._call(**arguments)
        return self._serialize_traced(telemetry, value, exchange)

    def _serialize_traced(
        self, telemetry: RequestTelemetry, value: Any, exchange: Exchange
    ) -> Reply:
        if isinstance(value, Response):
            return self.serialize(value, exchange)
        with telemetry.operation("serialization", self._call):
            return self.serialize(value, exchange)


class TracedWebSocketPlan(WebSocketPlan):
    """Runs one WebSocket endpoint, with a span for its dependencies and one for itself."""

    __slots__ = ()

    def __init__(self, plan: WebSocketPlan) -> None:
        for name in WebSocketPlan.__slots__:
            setattr(self, name, getattr(plan, name))

    async def _talk(self, exchange: Exchange) -> None:
        telemetry: RequestTelemetry | None = exchange.scope.get(TELEMETRY_KEY)
        if telemetry is None:
            await super()._talk(exchange)
            return
        arguments = await _solve(telemetry, self.solver, self._call, exchange)
        with telemetry.operation("endpoint", self._call):
            await self._call(**arguments)


async def _solve(
    telemetry: RequestTelemetry, solver: Solver, endpoint: Callable[..., Any], exchange: Exchange
) -> dict[str, Any]:
    data = telemetry.data
    if data is not None:
        data.bind(exchange.connection, partial(solver.received_body, exchange))
    try:
        # Waiting for the client is no part of the dependencies.
        await solver.read_ahead(exchange)
        with telemetry.operation("dependencies", endpoint):
            try:
                arguments = await solver.solve(exchange)
            except (RequestValidationError, WebSocketRequestValidationError) as error:
                # Also for the processors that this span ends at.
                telemetry.invalid(error)
                raise
            if data is not None:
                data.values = arguments
                data.errors = []
    except (RequestValidationError, WebSocketRequestValidationError) as error:
        telemetry.validation_failed(error)
        raise
    return arguments
