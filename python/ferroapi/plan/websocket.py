"""The plan of a WebSocket endpoint: dependencies, then the endpoint for as long as it talks."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from anyio import CancelScope

from ferroapi.failures import fail
from ferroapi.plan.exchange import Exchange

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from ferroapi.plan.solver import Solver
    from ferroapi.plan.steps import Step


class WebSocketPlan:
    """Runs one WebSocket endpoint. Called as an ASGI application after its route matched."""

    __slots__ = ("_call", "_solver")

    def __init__(self, *, steps: tuple[Step, ...], solver: Solver) -> None:
        self._call = steps[-1].dependant.call
        self._solver = solver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the handshake and runs the endpoint, its errors included."""
        exchange = Exchange(scope, receive, send)
        try:
            with CancelScope() as teardown:
                async with AsyncExitStack() as request_stack:
                    exchange.request_stack = request_stack
                    try:
                        await self._talk(exchange)
                    finally:
                        teardown.shield = True
        except Exception as error:
            await fail(error, exchange)

    async def _talk(self, exchange: Exchange) -> None:
        async with AsyncExitStack() as function_stack:
            exchange.function_stack = function_stack
            arguments = await self._solver.solve(exchange)
            await self._call(**arguments)
