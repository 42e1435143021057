"""Streams whose items are sent as they are."""

from typing import Any

from ferroapi._core import FrameBuffer
from ferroapi.streaming.encoder import Encoder


def encoder(charset: str = "utf-8") -> Encoder:
    """Sends chunks of text (in `charset`) or bytes as they are."""

    def encode(frames: FrameBuffer, chunk: Any) -> None:
        if isinstance(chunk, bytes):
            frames.raw(chunk)
        elif isinstance(chunk, str):
            frames.raw(chunk.encode(charset))
        elif isinstance(chunk, memoryview | bytearray):
            frames.raw(bytes(chunk))
        else:
            raise TypeError(
                f"A stream of chunks takes str, bytes or memoryview, not {type(chunk).__name__}"
            )

    return Encoder(encode)
