"""From the generator of a streaming endpoint to the response that sends its items."""

from __future__ import annotations

import math
from collections.abc import AsyncIterable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.responses import Response, StreamingResponse

from ferroapi.plan.reply.exchange_stream import ExchangeStream
from ferroapi.plan.reply.serialization import with_background
from ferroapi.sse import EventSourceResponse
from ferroapi.streaming import jsonl, raw, sse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import Message, Scope

    from ferroapi.connection.exchange import Exchange
    from ferroapi.plan.reply.serialization import Reply, Serialize
    from ferroapi.streaming.encoder import Encode, Encoder

EncodeIn: TypeAlias = "Callable[[Scope], Encode]"
"""Gives the function that encodes the items of the answer to the request in a scope."""


def stream_serializer(
    *,
    response_class: type[Response],
    is_sse: bool,
    is_jsonl: bool,
    status_code: int | None,
    encode_in: EncodeIn | None,
) -> Serialize:
    """The function that makes the response of a streaming endpoint from its generator.

    Args:
        response_class: the declared class; `StreamingResponse` and its kin send items as they are.
        is_sse: send items as server-sent events.
        is_jsonl: send items as JSON Lines.
        status_code: the declared status.
        encode_in: makes the function that validates and encodes the items of the answer to the
            request in a scope, when their type is declared.
    """
    if not is_sse and not is_jsonl and _renders_itself(response_class):
        return _Rendered(response_class, status_code)
    if is_sse:
        assert issubclass(response_class, EventSourceResponse)
        encoder = sse.encoder(failure_event=response_class.failure_event)
    elif is_jsonl:
        encoder = jsonl.encoder()
    else:
        encode_in = None
        encoder = raw.encoder(response_class.charset, response_class.media_type)
    return _Streamed(encoder, encode_in, response_class, status_code)


def _ping_interval(response_class: type[Response]) -> float | None:
    """Seconds, where a class sets them; users' tests change them at any time."""
    if not (
        issubclass(response_class, EventSourceResponse) and hasattr(response_class, "ping_interval")
    ):
        return None
    interval = response_class.ping_interval
    return math.inf if interval is None else interval


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


class _Streamed:
    """Sends items by our own delivery."""

    __slots__ = ("_encode_in", "_encoder", "_response_class", "_status_code")

    def __init__(
        self,
        encoder: Encoder,
        encode_in: EncodeIn | None,
        response_class: type[Response],
        status_code: int | None,
    ) -> None:
        self._encoder = encoder
        self._encode_in = encode_in
        self._response_class = response_class
        self._status_code = status_code

    def __call__(self, items: Any, exchange: Exchange) -> Reply:
        encoder = self._encoder
        if self._encode_in is not None:
            encoder = encoder.with_encode(self._encode_in(exchange.scope))
        return _OperationStream(
            items,
            encoder,
            exchange,
            ping_interval=_ping_interval(self._response_class),
            status_code=exchange.chosen_status or self._status_code or 200,
        )


class _OperationStream(ExchangeStream):
    """Takes over what the generator changed on the injected response before its first item.

    What it did not change is left as a route handler may have made it meanwhile.
    """

    def __init__(
        self,
        items: AsyncIterator[Any] | Iterator[Any],
        encoder: Encoder,
        exchange: Exchange,
        **options: Any,
    ) -> None:
        super().__init__(items, encoder, background=exchange.background, **options)
        self._exchange = exchange
        self._merged_status = exchange.chosen_status
        self._merged = exchange.chosen_headers.copy()
        self.raw_headers.extend(self._merged)

    def _start(self) -> Message:
        exchange = self._exchange
        merged, chosen = self._merged, exchange.chosen_headers
        if chosen != merged:
            dropped = [header for header in merged if header not in chosen]
            kept = [header for header in self.raw_headers if header not in dropped]
            added = [header for header in chosen if header not in merged]
            self.raw_headers[:] = [*kept, *added]
        if exchange.chosen_status != self._merged_status:
            self.status_code = exchange.chosen_status or self.status_code
        return super()._start()


class Returned:
    """Streams what a function returned that is no generator itself; a response is sent as it is."""

    __slots__ = ("_stream",)

    def __init__(self, stream: Serialize) -> None:
        self._stream = stream

    def __call__(self, value: Any, exchange: Exchange) -> Reply:
        if isinstance(value, Response):
            return with_background(value, exchange)
        items = aiter(value) if isinstance(value, AsyncIterable) else iter(value)
        return self._stream(items, exchange)


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
