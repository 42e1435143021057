"""Streams whose items are sent as they are."""

from typing import Any

from ferroapi._core import FrameBuffer
from ferroapi.streaming.encoder import Encoder


def encoder(charset: str = "utf-8", media_type: str | None = None) -> Encoder:
    """Sends chunks of text (in `charset`) or bytes as they are."""

    def encode(frames: FrameBuffer, chunk: Any) -> bool:
        if isinstance(chunk, bytes):
            return frames.raw(chunk)
        if isinstance(chunk, str):
            return frames.raw(chunk.encode(charset))
        if isinstance(chunk, memoryview | bytearray):
            return frames.raw(bytes(chunk))
        raise TypeError(
            f"A stream of chunks takes str, bytes or memoryview, not {type(chunk).__name__}"
        )

    return Encoder(encode, media_type=media_type)
