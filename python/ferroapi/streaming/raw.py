"""Streams whose items are sent as they are."""

import codecs
from typing import Any

from ferroapi._core import FrameBuffer
from ferroapi.streaming.encoder import Due, Encoder


def encoder(charset: str = "utf-8", media_type: str | None = None) -> Encoder:
    """Sends chunks of text (in `charset`) or bytes as they are."""

    if codecs.lookup(charset).name == "utf-8":
        return Encoder(FrameBuffer.raw, media_type=media_type)

    def encode(frames: FrameBuffer, chunk: Any) -> Due:
        return frames.raw(chunk.encode(charset) if isinstance(chunk, str) else chunk)

    return Encoder(encode, media_type=media_type)
