"""A stream that an endpoint returned as a response: it is sent as one that an endpoint yields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from types import AsyncGeneratorType, GeneratorType
from typing import TYPE_CHECKING, Any

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import StreamingResponse

from ferroapi.compatibility import COMPATIBLE
from ferroapi.originals import has_own
from ferroapi.plan.reply.exchange_stream import ExchangeStream
from ferroapi.streaming import raw

if TYPE_CHECKING:
    from ferroapi.connection.exchange import Exchange
    from ferroapi.streaming.encoder import Encoder

_METHODS = ("__call__", "stream_response", "listen_for_disconnect")
# As they were imported, unless somebody had changed one before.
_ARE_OWN = has_own(StreamingResponse, *_METHODS)
_CALL, _STREAM, _LISTEN = (getattr(StreamingResponse, name) for name in _METHODS)


def is_delivered(response: StreamingResponse, exchange: Exchange) -> bool:
    """Whether a response sends the chunks of a generator, and in no way of its own.

    What is no generator cannot be closed: a cancel scope that it has left open would be in the way.
    """
    owner = type(response)
    return (
        not COMPATIBLE
        and _ARE_OWN
        and owner.__call__ is _CALL
        and owner.stream_response is _STREAM
        and owner.listen_for_disconnect is _LISTEN
        and type(getattr(response, "body_iterator", None)) is AsyncGeneratorType
        and exchange.scope["type"] == "http"
    )


class ReturnedStream(ExchangeStream):
    """Sends the chunks of a response that `is_delivered`, and runs its background task."""

    def __init__(self, response: StreamingResponse, exchange: Exchange) -> None:
        # All that the constructor would make.
        self.status_code = response.status_code
        self.raw_headers = response.raw_headers
        self.background = response.background
        self._generator = _generator(response.body_iterator)
        self._encoder = _encoder(response.charset, _is_event_stream(response))
        self._ping_interval = None
        self._encoded = None
        self._exchange = exchange


@cache
def _encoder(charset: str, is_resumed: bool) -> Encoder:
    return replace(raw.encoder(charset), is_resumed=is_resumed)


def _is_event_stream(response: StreamingResponse) -> bool:
    for name, value in response.raw_headers:
        if name == b"content-type" and value.startswith(b"text/event-stream"):
            return True
    return False


def _generator(chunks: Any) -> Any:
    """What gives the chunks: the iterator itself where `iterate_in_threadpool` gives its items."""
    if chunks.ag_code is not iterate_in_threadpool.__code__ or chunks.ag_frame is None:
        return chunks
    iterator = chunks.ag_frame.f_locals["iterator"]
    # Whatever else it is, a file for one, is whoever opened it to close.
    return iterator if isinstance(iterator, GeneratorType) else _items(iterator)


def _items(iterator: Iterator[Any]) -> Iterator[Any]:
    for item in iterator:  # noqa: UP028  `yield from` would close it
        yield item
