"""From a value of no declared type to JSON."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from ferroapi._core import encode_json


def encode_untyped(value: Any) -> bytes:
    """Any value as JSON, the way `JSONResponse` writes what `jsonable_encoder` gives.

    Clients can send what JSON cannot say. Infinities and not-a-number are written as `null`, as
    typed responses and streams write them; bytes that are no UTF-8 have U+FFFD in their place.
    """
    encoded = encode_json(value)
    return encode_rich(value) if encoded is None else encoded


def encode_rich(value: Any) -> bytes:
    """The same for what `encode_json` refuses."""
    # An import of the name would take three times as long.
    import ferroapi.encoders

    data = ferroapi.encoders.leniently_encoded(value)
    encoded = encode_json(data)
    if encoded is not None:
        return encoded
    try:
        return bytes(JSONResponse(data).body)
    except ValueError:
        from ferroapi.streaming.encoder import with_finite_floats

        return bytes(JSONResponse(with_finite_floats(data)).body)
