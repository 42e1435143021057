"""Server-sent events: the response class that asks for them, the event, and its wire format."""

from typing import TYPE_CHECKING

from ferroapi.sse.response import EventSourceResponse as EventSourceResponse
from ferroapi.submodules import imported_on_demand

if TYPE_CHECKING:
    from ferroapi.sse.event import ServerSentEvent as ServerSentEvent
    from ferroapi.sse.event import format_sse_event as format_sse_event
else:  # pydantic takes long to make a model, which most services never use
    __getattr__ = imported_on_demand(
        __name__,
        ServerSentEvent="event:ServerSentEvent",
        format_sse_event="event:format_sse_event",
    )

__all__ = ["KEEPALIVE_COMMENT", "EventSourceResponse", "ServerSentEvent", "format_sse_event"]

KEEPALIVE_COMMENT = b": ping\n\n"
"""What an event stream sends when it has had nothing to send for a while."""

_PING_INTERVAL: float = 15.0
"""Seconds without anything sent after which an event stream sends `KEEPALIVE_COMMENT`."""
