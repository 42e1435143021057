"""JSON Lines: one JSON text a line (https://jsonlines.org)."""

from typing import Any

from ferroapi._core import FrameBuffer
from ferroapi.streaming.encoder import Due, Dump, Encode, Encoder, dump_untyped


def encoder(dump: Dump = dump_untyped) -> Encoder:
    """Sends items as JSON Lines.

    `dump` checks an item and gives its JSON on one line; by default any item is taken that
    `jsonable_encoder` takes.
    """
    return Encoder(encode_with(dump), media_type="application/jsonl")


def encode_with(dump: Dump) -> Encode:
    """Makes a line of what `dump` gives."""

    def encode(frames: FrameBuffer, item: Any) -> Due:
        return frames.jsonl(dump(item))

    return encode
