"""How clients leave."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any


def vanish(connection: Any) -> None:
    """Has the connection reset when it is closed next: with RST, whatever was not sent is lost."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def abort(transport: asyncio.BaseTransport) -> None:
    """Closes a connection with RST."""
    vanish(transport.get_extra_info("socket"))
    transport.abort()  # type: ignore[attr-defined]  # every transport of a connection has it
