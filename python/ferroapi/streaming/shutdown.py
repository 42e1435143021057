"""Ending streams when their process is told to stop.

Servers wait for their responses before they tell an application that they shut down: a response
that never ends would be waited for until the server loses its patience, if it has any. So streams
hear of it where the server does, from the signal. Event streams, whose readers come back, end at
once. Others may be downloads, which end by themselves: they have until shortly before the server's
time is over.
"""

import math
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ferroapi.streaming.delivery import Delivery

SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, name)
]

PATIENCE = 25.0
"""Seconds that a server is taken to have where it does not say: less than what sends the signal has
(Kubernetes: 30)."""

_open_streams: set["Delivery"] = set()
_runner: object = None
_chosen_grace_period: float | None = None
_deadline: float | None = None
"""When streams are cut, by `monotonic`; `None` before the process is told to stop."""


def set_grace_period(seconds: float) -> None:
    """Chooses how long the streams of this process go on after a signal to stop.

    Event streams always end at once. Others that have not ended by then are left incomplete. By
    default that is shortly before uvicorn cancels its requests (`timeout_graceful_shutdown`), and
    after 24 seconds where no such time is known.

    Args:
        seconds: 0 for at once, `math.inf` for as long as the server waits.
    """
    global _chosen_grace_period
    _chosen_grace_period = seconds


def end_streams(grace_period: float = 0.0) -> None:
    """Ends every open stream of this process, from any thread: for a server that shuts down.

    Generators are interrupted and closed as when their clients leave. Event streams end in order,
    since readers reconnect; others are left incomplete, so that readers can tell.

    Where a server has handlers of its own for the signals to stop, they do this first.

    Args:
        grace_period: seconds that streams other than event streams may go on.
    """
    for delivery in tuple(_open_streams):
        with suppress(RuntimeError):  # its event loop was closed under it
            delivery.end(0.0 if delivery.is_resumed else grace_period)


def stream_opened(delivery: "Delivery", runner: object) -> None:
    """Counts a stream among those to end, and ends it when the process was told to stop already.

    Args:
        delivery: the stream.
        runner: the event loop that it runs on.
    """
    global _runner, _deadline
    if runner is not _runner:
        # Somebody else serves now.
        _runner, _deadline = runner, None
        _listen()
    _open_streams.add(delivery)
    if _deadline is not None:
        delivery.end(0.0 if delivery.is_resumed else max(_deadline - monotonic(), 0.0))


def stream_closed(delivery: "Delivery") -> None:
    """Forgets what `stream_opened` counted."""
    _open_streams.discard(delivery)


def _listen() -> None:
    """Takes the place of the handlers of a server, if there is one; they are called then."""
    if threading.current_thread() is not threading.main_thread():
        return
    # Where nobody handles SIGTERM, nobody waits for responses after it.
    if callable(signal.getsignal(signal.SIGTERM)):
        for number in SIGNALS:
            handler = signal.getsignal(number)
            if callable(handler) and not isinstance(handler, _StopHandler):
                signal.signal(number, _StopHandler(handler))


class _StopHandler:
    """Ends the streams, then calls the handler that was there.

    A second SIGINT, from somebody at a terminal, ends also those that may go on.
    """

    def __init__(self, handler: Callable[[int, FrameType | None], Any]) -> None:
        self._handler = handler

    def __call__(self, number: int, frame: FrameType | None) -> None:
        global _deadline
        seconds = _grace_period(self._handler)
        if _deadline is not None and number == signal.SIGINT:
            seconds = 0.0
        _deadline = min(monotonic() + seconds, _deadline or math.inf)
        try:
            end_streams(seconds)
        finally:
            self._handler(number, frame)


def _grace_period(handler: object) -> float:
    if _chosen_grace_period is not None:
        return _chosen_grace_period
    patience = _patience_of(handler)
    # What the generators do in the end takes its time, too.
    return patience - min(patience / 5, 1.0)


def _patience_of(handler: object) -> float:
    """The seconds that requests may go on, where the handler is that of uvicorn's `Server`."""
    config = getattr(getattr(handler, "__self__", None), "config", None)
    seconds = getattr(config, "timeout_graceful_shutdown", None)
    return float(seconds) if isinstance(seconds, int | float) else PATIENCE
