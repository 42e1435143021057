"""What every application knows of server-sent events; the rest is `ferroapi.sse`."""

from starlette.responses import StreamingResponse

KEEPALIVE_COMMENT = b": ping\n\n"
"""What an event stream sends when it has had nothing to send for a while."""

_PING_INTERVAL: float = 15.0
"""Seconds without anything sent after which an event stream sends `KEEPALIVE_COMMENT`."""


class EventSourceResponse(StreamingResponse):
    """Asks for a stream of server-sent events.

    Given as `response_class` of a path operation that yields, with any HTTP method: each item
    becomes one event of a `text/event-stream` response.
    """

    media_type = "text/event-stream"
