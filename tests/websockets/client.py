"""A client that sends any frame there is, also those no client may send."""

import socket
import struct
from collections.abc import Iterator
from typing import Self

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

SECONDS = 10
"""How long a server has for each answer, and to take what is sent, unless a test says else."""

Event = tuple[str, object]
"""What came: `text`, `bytes`, `ping` or `pong` with its data, `close` with its code, or `end`."""


class Client:
    """One connection. What it sends goes to the socket as it is; what it gets is checked."""

    def __init__(
        self,
        port: int,
        path: str,
        subprotocols: list[Subprotocol] | None = None,
        *,
        seconds: float = SECONDS,
    ) -> None:
        uri = parse_uri(f"ws://127.0.0.1:{port}{path}")
        self._protocol = ClientProtocol(uri, max_size=None, subprotocols=subprotocols)
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._parts: list[bytes] = []
        self._kind = Opcode.TEXT
        self._protocol.send_request(self._protocol.connect())
        self._flush()
        self._events = self._receive()
        assert next(self._events) == ("open", 101)

    @property
    def subprotocol(self) -> str | None:
        """What the server has chosen."""
        return self._protocol.subprotocol

    def send(self, *frames: Frame | bytes, octets: int = 0) -> None:
        """Sends frames, or bytes as they are, in one piece or so many `octets` at a time."""
        data = b"".join(
            frame if isinstance(frame, bytes) else frame.serialize(mask=True) for frame in frames
        )
        for start in range(0, len(data), octets or max(len(data), 1)):
            self._socket.sendall(data[start : start + octets] if octets else data)

    def next(self) -> Event:
        """The next event."""
        return next(self._events, ("end", None))

    def abort(self) -> None:
        """Leaves without a word: the server gets a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _receive(self) -> Iterator[Event]:
        while True:
            try:
                data = self._socket.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            if data:
                self._protocol.receive_data(data)
            else:
                self._protocol.receive_eof()
            yield from self._told()
            if not data:
                return
            # It answers pings and closes.
            self._flush()

    def _told(self) -> Iterator[Event]:
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                yield "open", event.status_code
                continue
            assert isinstance(event, Frame)
            if event.opcode in (Opcode.TEXT, Opcode.BINARY):
                self._kind = event.opcode
            if event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._parts.append(bytes(event.data))
                if event.fin:
                    data = b"".join(self._parts)
                    self._parts.clear()
                    yield ("text", data.decode()) if self._kind is Opcode.TEXT else ("bytes", data)
            elif event.opcode is Opcode.CLOSE:
                assert self._protocol.close_rcvd is not None
                yield "close", int(self._protocol.close_rcvd.code)
            else:
                yield event.opcode.name.lower(), bytes(event.data)

    def _flush(self) -> None:
        try:
            for data in self._protocol.data_to_send():
                if data:
                    self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def close(self) -> None:
        """Frees the socket."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()
