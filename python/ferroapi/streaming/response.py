"""The response that a generator endpoint gives."""

import math
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, nullcontext
from dataclasses import replace
from functools import cache
from types import AsyncGeneratorType
from typing import Any

from starlette.background import BackgroundTask
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from ferroapi import sse
from ferroapi._core import FrameBuffer
from ferroapi.dependencies.callables import code_may_wait
from ferroapi.incomplete import INCOMPLETE
from ferroapi.streaming import raw
from ferroapi.streaming.delivery import Delivery
from ferroapi.streaming.encoder import Encoder
from ferroapi.streaming.inbox import Inbox
from ferroapi.streaming.scope import StreamScope, stream_scope
from ferroapi.streaming.shutdown import stream_closed, stream_opened
from ferroapi.streaming.source import AsyncSource, Source, ThreadSource
from ferroapi.streaming.worker import Worker


class GeneratorStream(StreamingResponse):
    """Sends what a generator yields, as it is yielded.

    `generator` is asynchronous or synchronous and was not advanced yet; a synchronous one runs in
    one worker thread. `encoder` makes frames of its items. `headers` override the encoder's, and
    `media_type` its media type. `ping_interval` is the silence in seconds after which an encoder's
    keep-alive is sent, by default the module's setting at the time of sending.

    Whatever happens, the generator is closed before sending returns: an asynchronous one in the
    task that sends, a synchronous one in its thread. When the client leaves, sending returns
    and the background task runs. An exception of the generator or of its encoder is raised as it
    is, after the items before it were sent; if there were none, before the response was started.
    """

    def __init__(
        self,
        generator: AsyncIterator[Any] | Iterator[Any],
        encoder: Encoder,
        *,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
        ping_interval: float | None = None,
    ) -> None:
        self._generator = generator
        self._encoder = encoder
        self._ping_interval = ping_interval
        self._encoded: AsyncIterator[bytes] | None = None
        self.status_code = status_code
        self.media_type = encoder.media_type if media_type is None else media_type
        self.background = background
        self.init_headers(headers)
        for name, value in encoder.headers.items():
            self.headers.setdefault(name, value)

    def _interval(self) -> float:
        if self._ping_interval is not None:
            return self._ping_interval
        return sse._PING_INTERVAL

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        encoder = self._encoder
        generator: Any = self._generator
        is_generator = type(generator) is AsyncGeneratorType
        children = stream_scope(waits=not is_generator or code_may_wait(generator.ag_code))
        frames = FrameBuffer(children.most_chunks if encoder.keep_alive is None else 0)
        delivery = Delivery(
            children,
            self._start,
            frames,
            self._inbox(receive, children),
            self._innermost(send),
            fail=encoder.fail,
            keep_alive=encoder.keep_alive,
            is_resumed=encoder.is_resumed,
            ping_interval=math.inf if encoder.keep_alive is None else self._interval(),
            send_raises=send_raises(scope.get("asgi", {}).get("spec_version", "2.0")),
        )
        source: Source
        # Their class asks Python code of the standard library who is an instance.
        if is_generator or isinstance(generator, AsyncIterator):
            source = AsyncSource(generator, encoder.encode, frames)
        else:
            worker = Worker(children)
            source = ThreadSource(
                generator, encoder.encode, frames, worker, delivery.attend_from_thread
            )
        stream_opened(delivery, children.runner)
        try:
            await delivery.run(source)
        finally:
            stream_closed(delivery)
            if delivery.is_incomplete:
                scope[INCOMPLETE] = True
        if self.background is not None:
            await self.background()

    def _inbox(self, receive: Receive, children: StreamScope) -> Inbox:
        """What is received while the stream is sent. Nobody reads a request here."""
        return Inbox(receive, children, keeps=False)

    def _innermost(self, send: Send) -> Send:
        """The `send` of the server where `send` only passes on to it: that needs no task."""
        return send

    def _start(self) -> Message:
        """Called when the start is due: status and headers may still change until then."""
        return {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }

    @property
    def body_iterator(self) -> AsyncIterator[bytes]:
        """The frames, one an item. Assigning chunks of text or bytes sends those and nothing else.

        An event stream is not kept alive then, and has no event for its failure: the chunks may be
        compressed.
        """
        if self._encoded is None:
            self._encoded = _encode(self._generator, self._encoder)
        return self._encoded

    @body_iterator.setter
    def body_iterator(self, chunks: AsyncIterable[str | bytes | memoryview]) -> None:
        self._generator = _closing(chunks, self._encoded, self._generator)
        self._encoder = replace(raw.encoder(self.charset), is_resumed=self._encoder.is_resumed)
        self._encoded = None


@cache
def send_raises(spec_version: str) -> bool:
    """Whether `send` raises an `OSError` once the client has left, by that version of ASGI."""
    return tuple(map(int, spec_version.split("."))) >= (2, 4)


async def _encode(
    generator: AsyncIterator[Any] | Iterator[Any], encoder: Encoder
) -> AsyncIterator[bytes]:
    frames = FrameBuffer()
    # An asynchronous generator is closed by who has it, and in a thread there is one around it.
    async with (
        nullcontext(generator)
        if isinstance(generator, AsyncIterator)
        else aclosing(iterate_in_threadpool(generator))  # type: ignore[type-var]  # it is one
    ) as items:
        async for item in items:
            yield encoder.encode(frames, item) or frames.take()


async def _closing(chunks: AsyncIterable[Any], *inner: object) -> AsyncIterator[Any]:
    """Passes `chunks` on, and closes them and then what they were made of."""
    try:
        async for chunk in chunks:
            yield chunk
    finally:
        iterators: tuple[Any, ...] = (chunks, *inner)
        for iterator in iterators:
            if hasattr(iterator, "aclose"):
                await iterator.aclose()
            elif hasattr(iterator, "close"):
                await run_in_threadpool(iterator.close)
