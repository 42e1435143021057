"""Keeps an exit stack in the scope of each connection."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class AsyncExitStackMiddleware:
    """Puts an exit stack into the scope and leaves it when the connection is over.

    Forms close their files in the one that has the default name.
    """

    def __init__(self, app: ASGIApp, context_name: str = "fastapi_middleware_astack") -> None:
        """
        Args:
            app: the application around which the stack is open.
            context_name: the key of the scope.
        """
        self.app = app
        self.context_name = context_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one connection by `app`."""
        async with AsyncExitStack() as stack:
            scope[self.context_name] = stack
            await self.app(scope, receive, send)
