"""The plan of a WebSocket endpoint: dependencies, then the endpoint for as long as it talks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import WebSocketException
from starlette.status import WS_1000_NORMAL_CLOSURE, WS_1011_INTERNAL_ERROR

from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import fail
from ferroapi.plan.order.teardown import Generators, run_with_teardown
from ferroapi.websocket_origins import check_origin, reads_cookies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi.dependencies.models import Dependant
    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.solver import Solver


class WebSocketPlan:
    """Runs one WebSocket endpoint. Called as an ASGI application after its route matched."""

    __slots__ = ("_call", "_generators", "_reads_cookies", "solver")

    def __init__(self, *, steps: tuple[Step, ...], solver: Solver) -> None:
        self._call = steps[-1].dependant.call
        self.solver = solver
        self._generators = Generators(steps)
        self._reads_cookies = reads_cookies(step.dependant for step in steps)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the handshake and runs the endpoint, its errors included.

        A page of another origin is refused, see `websocket_origins`.

        What was accepted is closed in the end, with code 1000 or, after an exception, 1011 (RFC
        6455, section 7.4.1); then the background tasks run, unless there was an exception.
        """
        exchange = Exchange(scope, receive, send)
        try:
            check_origin(scope, reads_cookies=self._reads_cookies)
            if self._generators.any:
                await run_with_teardown(exchange, self._talk, _nothing_to_send, self._generators)
            else:
                await self._talk(exchange)
        except Exception as error:
            await fail(error, exchange)
            await exchange.close(WS_1011_INTERNAL_ERROR)
        else:
            await exchange.close(WS_1000_NORMAL_CLOSURE)
            tasks = exchange.background
            # A response that refuses the handshake may have had them for its own.
            if tasks is not None and not getattr(tasks, "has_run", False):
                await tasks()

    async def _talk(self, exchange: Exchange) -> None:
        arguments = await self.solver.solve(exchange)
        await self._call(**arguments)


def with_origins(app: ASGIApp, dependants: Iterable[Dependant]) -> ASGIApp:
    """`app`, which is no plan, with pages of other origins refused as by a plan.

    Args:
        app: answers the handshake.
        dependants: what it runs.
    """
    cookies = reads_cookies(dependants)

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            check_origin(scope, reads_cookies=cookies)
        except WebSocketException as error:
            exchange = Exchange(scope, receive, send)
            await fail(error, exchange)
            await exchange.close(WS_1011_INTERNAL_ERROR)
        else:
            await app(scope, receive, send)

    return checked


async def _nothing_to_send(_result: None, _exchange: Exchange) -> None:
    """A dependency may still talk, and close the WebSocket, when it is left."""
