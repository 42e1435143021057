"""The answer where nothing has the path, when the application has none of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.status import HTTP_404_NOT_FOUND

from ferroapi.connection.failure import JSON_TYPE
from ferroapi.connection.websocket import WebSocket
from ferroapi.failures import Failures
from ferroapi.websocket_refusal import NOT_FOUND_CODE, refusal_of, refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_BODY = b'{"detail":"Not Found"}'
_LENGTH = (b"content-length", b"%d" % len(_BODY))


def is_plain(scope: Scope) -> bool:
    """Whether nobody would see the exception that stands for this answer."""
    failures = getattr(scope.get("app"), "_failures", None)
    return (
        isinstance(failures, Failures) and failures.not_found_is_plain and scope["type"] == "http"
    )


async def send_not_found(send: Send) -> None:
    """Sends what the default handler answers to a 404."""
    await send({"type": "http.response.start", "status": 404, "headers": [_LENGTH, JSON_TYPE]})
    await send({"type": "http.response.body", "body": _BODY})


def answering(default: ASGIApp, scope: Scope) -> ASGIApp:
    """What answers where nothing has the path: `default`, unless WebSockets are told why."""
    is_told = scope["type"] == "websocket" and refusal_of(scope) != "close"
    return _refuse_websocket if is_told else default


async def _refuse_websocket(scope: Scope, receive: Receive, send: Send) -> None:
    response = JSONResponse({"detail": "Not Found"}, HTTP_404_NOT_FOUND)
    await refuse(WebSocket(scope, receive, send), response, NOT_FOUND_CODE, "Not Found")
