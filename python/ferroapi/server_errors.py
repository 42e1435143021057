"""What has the place of Starlette's middleware, and whether requests have to pass that itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware

from ferroapi.connection.exchange import Exchange
from ferroapi.connection.late_exchange import LateExchange
from ferroapi.originals import has_own

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Around(ServerErrorMiddleware):
    """Answers what an application raises. Instrumentation expects Starlette's class here."""

    def __init__(
        self,
        app: ASGIApp,
        handler: Any,
        debug: bool,
        answer: Callable[[Exception, Exchange], Awaitable[None]],
    ) -> None:
        super().__init__(app, handler, debug)
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        late = LateExchange(scope, receive, send)
        try:
            await self.app(scope, receive, late.send)
        except Exception as error:
            await self._answer(error, late.exchange())
            raise


def is_middleware_replaced() -> bool:
    """Whether somebody has put methods of their own into Starlette's `ExceptionMiddleware`."""
    return not (
        has_own(Middleware, "__init__")
        and has_own(
            ExceptionMiddleware,
            "__init__",
            "__call__",
            "add_exception_handler",
            "http_exception",
            "websocket_exception",
        )
    )


def is_observed() -> bool:
    """Whether requests have to pass Starlette's own middleware, which somebody has changed."""
    return is_middleware_replaced() or not has_own(ServerErrorMiddleware, "__call__")
