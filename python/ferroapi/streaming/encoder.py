"""How the items of a stream become bytes: what is known when the stream is declared."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ferroapi._core import FrameBuffer, encode_json_item
from ferroapi.encoders import jsonable_encoder

Dump: TypeAlias = Callable[[Any], bytes]
"""Gives the JSON of one item, or raises."""

Due: TypeAlias = bytes | None
"""Whether it is time to send, as `FrameBuffer` says it; some bytes are to be sent at once."""

Encode: TypeAlias = Callable[[FrameBuffer, Any], Due]
"""Appends the frame of an item and returns what is due. Appends nothing when it raises."""


def _append_nothing(_frames: FrameBuffer, _error: Exception) -> None: ...


@dataclass(frozen=True, slots=True)
class Encoder:
    """What a kind of stream sends for its items, and around them."""

    encode: Encode
    media_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of every response of this kind, names in lower case."""
    keep_alive: bytes | None = None
    """The frame that is sent in long silences."""
    is_resumed: bool = False
    """Whether readers come back when such a stream ends."""
    fail: Callable[[FrameBuffer, Exception], None] = _append_nothing
    """Appends what a started response ends with when its generator or `encode` raises. It raises
    nothing itself."""

    def with_encode(self, encode: Encode) -> Encoder:
        """The same around other frames."""
        return Encoder(
            encode, self.media_type, self.headers, self.keep_alive, self.is_resumed, self.fail
        )


def dump_untyped(item: Any) -> bytes:
    """The JSON of an item of no declared type: what `json.dumps` gives, but `null` for NaN."""
    encoded = encode_json_item(item)
    if encoded is not None:
        return encoded
    data = jsonable_encoder(item)
    encoded = encode_json_item(data)
    if encoded is not None:
        return encoded
    return json.dumps(with_finite_floats(data)).encode()


def with_finite_floats(data: Any) -> Any:
    """JSON data with `None` for infinities and not-a-number, which JSON does not have."""
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    # No comprehensions, which are frames of their own on Python 3.11: data may be deep.
    if isinstance(data, dict):
        finite = {}
        for key, value in data.items():
            finite[key] = with_finite_floats(value)
        return finite
    if isinstance(data, list):
        items = []
        for value in data:
            items.append(with_finite_floats(value))  # noqa: PERF401
        return items
    return data
