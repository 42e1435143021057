"""The response class that asks for a stream of server-sent events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from starlette.responses import StreamingResponse

if TYPE_CHECKING:
    from ferroapi.sse.event import ServerSentEvent


class EventSourceResponse(StreamingResponse):
    """Asks for a stream of server-sent events.

    Given as `response_class` of a path operation that yields, with any HTTP method: each item
    becomes one event of a `text/event-stream` response. A subclass says how its streams are kept
    alive and how they fail:

        class Prices(EventSourceResponse):
            ping_interval = 5.0

            @classmethod
            def failure_event(cls, error: Exception) -> ServerSentEvent:
                return ServerSentEvent(event="error", data="Prices are not available")

    Both are of the streams of path operations. A response that a function makes itself,
    `Prices(chunks)`, is Starlette's: it sends its chunks as they are.
    """

    media_type = "text/event-stream"

    ping_interval: ClassVar[float | None]
    """Seconds without anything sent after which a comment is sent, so that neither side nor a proxy
    between them takes the connection for dead; `None` or `math.inf` for never. 15 where no class
    sets it. Anything that is not positive is a `ValueError` when the class is made."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        interval = getattr(cls, "ping_interval", None)
        if interval is not None and not interval > 0:
            raise ValueError(f"ping_interval is a positive number of seconds, not {interval!r}")

    @classmethod
    def failure_event(cls, error: Exception) -> ServerSentEvent | None:
        """The last event of a stream that fails with `error`; `None` for none.

        It is called when the generator raises or an item is refused, once the response has
        started: before that the error has an answer of its own. What it returns is sent after
        everything that was yielded before, and the response is still left incomplete, as that of
        any stream that fails. What it raises is noted on `error`, and logged with it.
        """
        return None
