"""The client's side of a WebSocket (RFC 6455), as much of it as small texts need."""

from __future__ import annotations

from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10

HEAD = (
    b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bG9hZCBvZiBhIHJvb20hIQ==\r\n\r\n"
)
"""A handshake; `%` its path."""


def frame(kind: int, payload: bytes) -> bytes:
    """A frame of at most 125 bytes, masked with zeros: nobody is between these two."""
    assert len(payload) < 126
    return bytes((0x80 | kind, 0x80 | len(payload), 0, 0, 0, 0)) + payload


class Frames:
    """What a server sends, fed as it arrives.

    Attributes:
        status: of the answer to the handshake; 0 before it is there.
    """

    __slots__ = ("_rest", "status")

    def __init__(self) -> None:
        self.status = 0
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The kind and the payload of each frame that is complete."""
        data = self._rest + data
        position = 0
        if not self.status:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return
            self.status = int(data[9:12])
            position = end + 4
        while len(data) - position >= 2:
            size = data[position + 1]
            if size > 125:
                raise ValueError(f"a frame that is not small: {data[position : position + 2]!r}")
            end = position + 2 + size
            if end > len(data):
                break
            yield data[position] & 0x0F, data[position + 2 : end]
            position = end
        self._rest = data[position:]
