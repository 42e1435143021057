"""What a response class of event streams may say: how it is kept alive, and how it fails."""

import math

from ferroapi.responses import EventSourceResponse
from ferroapi.sse import ServerSentEvent


class Fast(EventSourceResponse):
    ping_interval = 5


class Silent(EventSourceResponse):
    ping_interval = None


class Telling(EventSourceResponse):
    ping_interval = math.inf

    @classmethod
    def failure_event(cls, error: Exception) -> ServerSentEvent:
        return ServerSentEvent(event="problem", data=str(error))


class Choosing(EventSourceResponse):
    @classmethod
    def failure_event(cls, error: Exception) -> ServerSentEvent | None:
        return None
