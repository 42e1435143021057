"""Server-sent events: items as an event stream (HTML standard, section 9.2)."""

from __future__ import annotations

from collections.abc import Callable
from traceback import format_exception
from typing import TYPE_CHECKING, Any

from ferroapi._core import FrameBuffer
from ferroapi.sse import KEEPALIVE_COMMENT, EventSourceResponse
from ferroapi.streaming.encoder import Due, Dump, Encode, Encoder, dump_untyped

if TYPE_CHECKING:
    from ferroapi.sse.event import ServerSentEvent


def encoder(
    dump: Dump = dump_untyped,
    failure_event: Callable[
        [Exception], ServerSentEvent | None
    ] = EventSourceResponse.failure_event,
) -> Encoder:
    """Sends items as events.

    A `ServerSentEvent` is written as it says, whatever `dump` is; any other item is the data of an
    event. `dump` checks an item and gives its JSON; by default any item is taken that
    `jsonable_encoder` takes. `failure_event` gives the last event of a stream that fails, or
    `None`; what it raises is noted on the error the stream fails with.
    """
    encode = encode_with(dump)

    def frame(event: ServerSentEvent) -> bytes:
        alone = FrameBuffer()
        encode(alone, event)
        return alone.take()

    def fail(frames: FrameBuffer, error: Exception) -> None:
        try:
            event = failure_event(error)
            if event is not None:
                frames.append(frame(event))
        except Exception as raised:
            # As its `__context__` it would be hidden where the error has a cause.
            trace = "".join(format_exception(raised, chain=False))
            error.add_note(f"While its event was made, another exception was raised:\n{trace}")

    return Encoder(
        encode,
        media_type=EventSourceResponse.media_type,
        # A proxy that buffers would keep events back (nginx understands the second header).
        headers={"cache-control": "no-cache", "x-accel-buffering": "no"},
        keep_alive=KEEPALIVE_COMMENT,
        is_resumed=True,
        fail=fail,
    )


def encode_with(dump: Dump) -> Encode:
    """Makes an event of what `dump` gives, unless the item is an event by itself."""
    from ferroapi.sse.event import ServerSentEvent

    # The type of the last item that was no event: asking pydantic's classes costs as much as the
    # rest of an item, and most streams have items of one type.
    plain: type | None = None

    def encode(frames: FrameBuffer, item: Any) -> Due:
        nonlocal plain
        kind = type(item)
        if kind is not plain:
            # It checks what may have been assigned after the event was validated.
            if kind is ServerSentEvent:
                return frames.event(item.__dict__, _dump_data)
            if issubclass(kind, ServerSentEvent):
                # It may have attributes in the place of fields.
                fields = {name: getattr(item, name) for name in ServerSentEvent.model_fields}
                return frames.event(fields, _dump_data)
            plain = kind
        return frames.sse(dump(item))

    return encode


def _dump_data(data: Any) -> bytes | str:
    if hasattr(data, "model_dump_json"):
        model_json: str = data.model_dump_json()
        return model_json
    return dump_untyped(data)
