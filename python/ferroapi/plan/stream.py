"""From the generator of a streaming endpoint to the response that sends its items."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse

from ferroapi._core import FrameBuffer
from ferroapi.event_source import EventSourceResponse
from ferroapi.plan.serialization import with_background
from ferroapi.plan.source import Source
from ferroapi.streaming import GeneratorStream, jsonl, raw, sse

if TYPE_CHECKING:
    from collections.abc import Callable

    from ferroapi.plan.exchange import Exchange
    from ferroapi.plan.serialization import Reply, Serialize, TypedValue
    from ferroapi.streaming.encoder import Encoder
    from ferroapi.streaming.source import Encode


def stream_serializer(
    *,
    response_class: type[Response],
    is_sse: bool,
    is_jsonl: bool,
    status_code: int | None,
    typed: TypedValue | None,
) -> Serialize:
    """The function that makes the response of a streaming endpoint from its generator.

    Args:
        response_class: the declared class; `StreamingResponse` and its kin send items as they are.
        is_sse: send items as server-sent events.
        is_jsonl: send items as JSON Lines.
        status_code: the declared status.
        typed: validates and serializes items, when their type is declared.
    """
    if not is_sse and not is_jsonl and _renders_itself(response_class):
        return _Rendered(response_class, status_code)
    make: Callable[..., Encoder]
    if is_sse:
        assert issubclass(response_class, EventSourceResponse)
        make = partial(sse.encoder, failure_event=response_class.failure_event)
        return _Streamed(make, FrameBuffer.sse, typed, response_class, status_code)
    if is_jsonl:
        return _Streamed(jsonl.encoder, FrameBuffer.jsonl, typed, response_class, status_code)
    chunks = raw.encoder(response_class.charset)
    return _Streamed(
        *(lambda: chunks, FrameBuffer.raw, None, response_class, status_code),
        media_type=response_class.media_type,
    )


def _ping_interval(response_class: type[Response]) -> float:
    """Seconds, of the class or else of the module; users' tests change both at any time."""
    if issubclass(response_class, EventSourceResponse) and hasattr(response_class, "ping_interval"):
        interval = response_class.ping_interval
        return math.inf if interval is None else interval
    from ferroapi import routing

    return routing._PING_INTERVAL


def _renders_itself(response_class: type[Response]) -> bool:
    """Whether a response class does more than to give a media type to what is streamed."""
    if not issubclass(response_class, StreamingResponse):
        return True
    own = response_class.__mro__[: -len(StreamingResponse.__mro__)]
    return any(_does_something(*attribute) for base in own for attribute in vars(base).items())


def _does_something(name: str, value: object) -> bool:
    if name.startswith("__"):
        return callable(value)
    return name != "media_type" or not isinstance(value, str | None)


def _write_unchanged(
    typed: TypedValue, append: Callable[..., bool]
) -> Callable[[Encode], Encode] | None:
    """Writes the short way of items that need no validation, around the way of the others.

    `None` for a type all of whose items are to be validated.
    """
    if typed.unchanged is None:
        return None
    source = Source(f"items of {typed.unchanged.__qualname__}")
    source.name("unchanged", typed.unchanged)
    source.name("append", append)
    with source.block("def around(encode_other):"):
        with source.block("def encode(frames, item):"):
            with source.block("if type(item) is unchanged:"):
                source.line(f"return append(frames, {typed.write_dump(source, 'item')})")
            source.line("return encode_other(frames, item)")
        source.line("return encode")
    return source.function("around")


class _Streamed:
    """Sends items by our own delivery."""

    __slots__ = (
        "_encoder",
        "_make",
        "_media_type",
        "_response_class",
        "_status_code",
        "_typed",
        "_unchanged",
    )

    def __init__(
        self,
        make: Callable[..., Encoder],
        append: Callable[..., bool],
        typed: TypedValue | None,
        response_class: type[Response],
        status_code: int | None,
        *,
        media_type: str | None = None,
    ) -> None:
        self._make = make
        self._typed = typed
        self._response_class = response_class
        self._media_type = media_type
        self._status_code = status_code
        self._encoder = make()
        self._unchanged = None if typed is None else _write_unchanged(typed, append)

    def __call__(self, items: Any, exchange: Exchange) -> Reply:
        encoder = self._encoder
        if self._typed is not None:
            encoder = self._make(self._typed.dumper(exchange.scope))
            if self._unchanged is not None:
                encoder = replace(encoder, encode=self._unchanged(encoder.encode))
        response = GeneratorStream(
            items,
            encoder,
            ping_interval=_ping_interval(self._response_class),
            status_code=exchange.chosen_status or self._status_code or 200,
            background=exchange.background,
            media_type=self._media_type,
        )
        status_code, merged = exchange.chosen_status, exchange.chosen_headers.copy()
        response.raw_headers.extend(merged)

        def complete() -> None:
            """Takes over what the generator changed on the injected response before its first item.

            What it did not change is left as a route handler may have made it meanwhile.
            """
            chosen = exchange.chosen_headers
            if chosen != merged:
                dropped = [header for header in merged if header not in chosen]
                kept = [header for header in response.raw_headers if header not in dropped]
                added = [header for header in chosen if header not in merged]
                response.raw_headers[:] = [*kept, *added]
            if exchange.chosen_status != status_code:
                response.status_code = exchange.chosen_status or response.status_code

        response.before_start = complete
        return response


class Returned:
    """Streams what a function returned that is no generator itself; a response is sent as it is."""

    __slots__ = ("_stream",)

    def __init__(self, stream: Serialize) -> None:
        self._stream = stream

    def __call__(self, value: Any, exchange: Exchange) -> Reply:
        if isinstance(value, Response):
            return with_background(value, exchange)
        return self._stream(iter(value), exchange)


class _Rendered:
    """Leaves sending to a response class of the user's."""

    __slots__ = ("_response_class", "_status_code")

    def __init__(self, response_class: type[Response], status_code: int | None) -> None:
        self._response_class = response_class
        self._status_code = status_code

    def __call__(self, items: Any, exchange: Exchange) -> Reply:
        options: dict[str, Any] = {"background": exchange.background}
        status_code = exchange.chosen_status or self._status_code
        if status_code is not None:
            options["status_code"] = status_code
        response = self._response_class(content=items, **options)
        response.raw_headers.extend(exchange.chosen_headers)
        return response
