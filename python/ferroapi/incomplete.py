"""Responses that are left incomplete, also behind middleware that would complete them.

Starlette's `BaseHTTPMiddleware` receives what it sends on from a task of its own. When that has
ended, it ends the response, whether its sender has come to the end or has failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

INCOMPLETE = "ferroapi.incomplete"
"""What is in the scope of a request whose response has begun and is left as it is."""


def is_last_message(message: Message) -> bool:
    """Whether nothing follows a message of a response."""
    kind = message["type"]
    return kind == "http.response.pathsend" or (
        kind == "http.response.body" and not message.get("more_body", False)
    )


class TellsIncomplete:
    """Tells by the scope of a request that its response was left incomplete, whatever sends it."""

    def __init__(self, app: ASGIApp) -> None:
        """
        Args:
            app: what is inside of middleware that completes responses.
        """
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Has a request answered."""
        is_open = False

        def send_watched(message: Message) -> Awaitable[None]:
            nonlocal is_open
            if message["type"] == "http.response.start":
                is_open = True
            elif is_last_message(message):
                is_open = False
            return send(message)

        try:
            await self.app(scope, receive, send_watched)
        finally:
            if is_open:
                scope[INCOMPLETE] = True


class KeepsIncomplete:
    """Takes the end from a response that middleware has completed by itself."""

    def __init__(self, app: ASGIApp) -> None:
        """
        Args:
            app: the middleware.
        """
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Passes a request to the middleware, to be awaited at once."""
        return self.app(scope, receive, self.sending(scope, send))

    @staticmethod
    def sending(scope: Scope, send: Send) -> Send:
        """What middleware sends the response to a request by."""
        streams = False

        def send_without_end(message: Message) -> Awaitable[None]:
            nonlocal streams
            if message["type"] == "http.response.body":
                if message.get("more_body", False):
                    streams = True
                elif INCOMPLETE in scope and (streams or not message.get("body")):
                    # Another response in the place of the stream keeps its end.
                    message = {**message, "more_body": True}
            return send(message)

        return send_without_end
