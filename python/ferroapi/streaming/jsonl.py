"""JSON Lines: one JSON text a line (https://jsonlines.org)."""

from typing import Any

from ferroapi._core import FrameBuffer
from ferroapi.streaming.encoder import Dump, Encoder, dump_untyped


def encoder(dump: Dump | None = None) -> Encoder:
    """Sends items as JSON Lines.

    `dump` checks an item and gives its JSON on one line; without it any item is taken that
    `jsonable_encoder` takes.
    """
    dump_item = dump_untyped if dump is None else dump

    def encode(frames: FrameBuffer, item: Any) -> bool:
        return frames.jsonl(dump_item(item))

    return Encoder(encode, media_type="application/jsonl")
