"""How a WebSocket is refused before it was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocketState

from ferroapi.connection.websocket import close_reason

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope
    from starlette.websockets import WebSocket

WebSocketRefusal: TypeAlias = Literal["close", "response", "accept"]
"""`"close"` is what servers answer with 403; `"response"` says why, where the server can send one;
`"accept"` accepts, and closes with the code and the reason, which pages of browsers then see."""

NOT_FOUND_CODE = 4404
"""The code by which a WebSocket is closed that no route has the path of: one of those for private
use (RFC 6455, section 7.4.2)."""

_EXTENSION = "websocket.http.response"


def checked_refusal(refusal: WebSocketRefusal) -> WebSocketRefusal:
    """The way to refuse. Raises `ValueError` when there is no such way."""
    if refusal not in ("close", "response", "accept"):
        raise ValueError(f"websocket_refusal is none of 'close', 'response', 'accept': {refusal!r}")
    return refusal


def refusal_of(scope: Scope) -> WebSocketRefusal:
    """How the application refuses that a connection is for."""
    refusal: WebSocketRefusal = getattr(scope.get("app"), "websocket_refusal", "close")
    return refusal


async def refuse(
    websocket: WebSocket,
    response: Response,
    code: int = WS_1008_POLICY_VIOLATION,
    reason: str | None = None,
) -> None:
    """Refuses a WebSocket as its application wants it; closes one that was accepted.

    Args:
        websocket: the WebSocket.
        response: what says why, before it was accepted.
        code: the close code (RFC 6455, section 7.4).
        reason: that of closing; cut to what a close frame holds where one is sent.
    """
    if websocket.application_state is WebSocketState.CONNECTING:
        refusal = refusal_of(websocket.scope)
        if refusal == "response" and _EXTENSION in websocket.scope.get("extensions", {}):
            await websocket.send_denial_response(response)
            return
        if refusal == "accept":
            await websocket.accept()
    if reason and websocket.application_state is WebSocketState.CONNECTED:
        reason = close_reason(reason)
    await websocket.close(code, reason)
