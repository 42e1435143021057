"""What has the place of Starlette's middleware, and whether requests have to pass that itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware

from ferroapi.connection.exchange import Exchange
from ferroapi.originals import has_own
from ferroapi.response_headers import check_start
from ferroapi.telemetry.current import exception_unhandled

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


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
        # Every request passes here, and few fail: a request has its exchange when it does.
        exchange = None if scope["type"] == "http" else Exchange(scope, receive, send)
        started = False

        def send_tracked(message: Message) -> Awaitable[None]:
            nonlocal started
            if message["type"] == "http.response.start":
                check_start(message)
                started = True
            return send(message)

        try:
            tracked = send_tracked if exchange is None else exchange.send_tracked
            await self.app(scope, receive, tracked)
        except Exception as error:
            exception_unhandled(scope, error)
            if exchange is None:
                exchange = Exchange(scope, receive, send)
                exchange.started = started
            await self._answer(error, exchange)
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
