"""What answers where no plan runs."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import quote, quote_from_bytes

from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse

from ferroapi.compatibility import COMPATIBLE
from ferroapi.connection.failure import FailureHandlers, fail
from ferroapi.connection.late_exchange import LateExchange

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

SlashRedirects: TypeAlias = bool | Literal["absolute"]
"""Whether a path with its last slash added or removed is redirected to, and whether by a URL."""


def refusal(scope: Scope, allowed: Iterable[str]) -> ASGIApp:
    """405 with the methods that are allowed (RFC 9110, section 15.5.6)."""
    headers = {"Allow": ", ".join(allowed)}
    if "app" not in scope:
        return PlainTextResponse("Method Not Allowed", 405, headers)

    async def refuse(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise HTTPException(405, headers=headers)

    return refuse


def redirection(scope: Scope, path: str, *, absolute: bool = COMPATIBLE) -> RedirectResponse:
    """307 to the same URL with another path.

    `Location` names no host (RFC 9110, section 10.2.2): a client's `Host` is whatever it says.

    Args:
        scope: that of the request.
        path: the path to go to, decoded.
        absolute: whether it is a URL with the scheme and the host of the request, as FastAPI's is.
    """
    # What is no ASCII need not be UTF-8 either, which `URL` takes it for.
    query = quote_from_bytes(scope.get("query_string", b""), safe=string.printable)
    if absolute:
        url = URL(scope={**scope, "path": path, "query_string": query.encode()})
        return RedirectResponse(str(url))
    # Two slashes in front would begin a host (RFC 3986, section 4.2).
    begin = "/." if path.startswith("//") else "" if path.startswith("/") else "/"
    reference = begin + quote(path, _IN_PATHS)
    return RedirectResponse(f"{reference}?{query}" if query else reference)


_IN_PATHS = "/:@!$&'()*+,;=~"
"""What stands for itself in a path, beside letters and digits (RFC 3986, section 3.3)."""


async def guarded(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Runs what has no plan, and answers its errors."""
    late = LateExchange(scope, receive, send)
    # A mounted application puts itself into the scope; the errors are for the one around it.
    application = scope.get("app")
    failures = getattr(application, "_failures", None)
    if scope["type"] == "http" and isinstance(failures, FailureHandlers):
        # Starlette's routes then answer what has a handler by themselves; those of a WebSocket do
        # not, since the handlers are to have the object that closes it as a frame can say.
        failures.show_in(scope)
    try:
        await app(scope, receive, late.send)
    except Exception as error:
        await fail(error, late.exchange(), application)
