"""What answers where no plan runs."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse

from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import FailureHandlers, fail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send


def refusal(scope: Scope, allowed: Iterable[str]) -> ASGIApp:
    """405 with the methods that are allowed (RFC 9110, section 15.5.6)."""
    headers = {"Allow": ", ".join(allowed)}
    if "app" not in scope:
        return PlainTextResponse("Method Not Allowed", 405, headers)

    async def refuse(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise HTTPException(405, headers=headers)

    return refuse


def redirection(scope: Scope, path: str) -> RedirectResponse:
    """307 to the same URL with another path."""
    # What is no ASCII need not be UTF-8 either, which `URL` takes it for.
    query = quote_from_bytes(scope.get("query_string", b""), safe=string.printable).encode()
    return RedirectResponse(str(URL(scope={**scope, "path": path, "query_string": query})))


async def guarded(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Runs what has no plan, and answers its errors."""
    exchange = Exchange(scope, receive, send)
    # A mounted application puts itself into the scope; the errors are for the one around it.
    application = scope.get("app")
    failures = getattr(application, "failures", None)
    if isinstance(failures, FailureHandlers) and scope["type"] == "http":
        # Starlette's routes then answer what has a handler by themselves; those of a WebSocket do
        # not, since the handlers are to have the object that closes it as a frame can say.
        failures.show_in(scope)
    try:
        await app(scope, receive, exchange.send_tracked)
    except Exception as error:
        await fail(error, exchange, application)
