"""What nobody inside of an application handles, told before it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi.telemetry.data import exception_unhandled

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class ObservedExceptions:
    """Tells the telemetry of a request, if it has any, of exceptions that leave an application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as the application does."""
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            exception_unhandled(scope, error)
            raise
