"""The body of an answer, taken out of its chunks (RFC 9112, section 7.1)."""

from __future__ import annotations


class ChunkedBody:
    """One answer, fed as it arrives.

    Attributes:
        status: of the answer; 0 before its head is there.
        complete: whether the last chunk has arrived.
    """

    __slots__ = ("_left", "_rest", "complete", "status")

    def __init__(self) -> None:
        self.status = 0
        self.complete = False
        self._rest = b""
        self._left = 0
        """Bytes of the current chunk that are to come, with the CR LF behind it."""

    def feed(self, data: bytes) -> bytes:
        """What the data holds of the body. Raises `ValueError` when it is not chunked."""
        if self._rest:
            data, self._rest = self._rest + data, b""
        position = 0
        if not self.status:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return b""
            self.status = int(data[9:12])
            if b"\r\ntransfer-encoding: chunked\r\n" not in data[: end + 2].lower():
                raise ValueError(f"not chunked: {data[: end + 2]!r}")
            position = end + 4
        parts = []
        while position < len(data):
            if self._left:
                parts.append(data[position : position + max(self._left - 2, 0)])
                taken = min(self._left, len(data) - position)
                self._left -= taken
                position += taken
                continue
            end = data.find(b"\r\n", position)
            if end < 0:
                self._rest = data[position:]
                break
            size = int(data[position:end], 16)
            self.complete = size == 0
            self._left = size + 2
            position = end + 2
        return parts[0] if len(parts) == 1 else b"".join(parts)
