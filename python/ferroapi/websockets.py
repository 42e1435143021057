"""The connection object of a WebSocket endpoint (RFC 6455) and how it ends."""

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

__all__ = ["WebSocket", "WebSocketDisconnect", "WebSocketState"]
