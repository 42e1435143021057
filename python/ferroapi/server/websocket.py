"""WebSockets by uvicorn's class for `websockets`, which has no bound for its pongs.

Importing it needs the package `websockets`.
"""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

PONG = b"\x8a"
"""The first byte of a pong that is one frame, as every pong is (RFC 6455, section 5.2)."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Keeps one pong at most for a client that does not read.

    uvicorn's class writes one for each ping, however much waits to be sent: a client that sends
    pings and reads nothing fills the memory. Only the last ping needs an answer (RFC 6455, section
    5.5.3).
    """

    _waiting = b""

    def handle_ping(self) -> None:
        """Answers pings, now or when the client reads again."""
        # What has come at once is answered at once: a close may be among it, and has to be last.
        frames = self.conn.data_to_send()
        if self.writable.is_set() or not all(frame.startswith(PONG) for frame in frames):
            self._waiting = b""
            self.transport.write(b"".join(frames))
        elif frames:
            self._waiting = frames[-1]

    def resume_writing(self) -> None:
        """Sends the pong that waits."""
        super().resume_writing()
        waiting, self._waiting = self._waiting, b""
        if waiting and not self.transport.is_closing():
            self.transport.write(waiting)
