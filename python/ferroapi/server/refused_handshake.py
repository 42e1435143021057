"""Handshakes that a WebSocket library refuses and uvicorn's class for it does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio


def answer_refused_handshake(websocket: asyncio.Protocol, transport: asyncio.Transport) -> None:
    """Sends the refusal that waits in the library, and closes; leaves other handshakes alone.

    `websockets` makes a 414 or 431 of a line of more than 8 KiB and of more than 128 fields, before
    there is an event that uvicorn would write what waits for.

    Args:
        websocket: what has read the whole head of the handshake.
        transport: its connection, which is closing where the handshake was answered.
    """
    library: Any = getattr(websocket, "conn", None)
    if getattr(library, "handshake_exc", None) is None or transport.is_closing():
        return
    transport.write(b"".join(library.data_to_send()))
    transport.close()
