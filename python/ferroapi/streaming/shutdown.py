"""Ending streams when their process is told to stop.

Servers wait for their responses before they tell an application that they shut down: a response
that never ends would be waited for until the server loses its patience, if it has any. So streams
hear of it where the server does, from the signal.
"""

import asyncio
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ferroapi.streaming.delivery import Delivery

SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, name)
]

_open_streams: set["Delivery"] = set()
_loop: object = None
_stopping = False


def end_streams() -> None:
    """Ends every open stream of this process, from any thread: for a server that shuts down.

    Generators are interrupted and closed as when their clients leave. Event streams end in order,
    since readers reconnect; others are left incomplete, so that readers can tell.

    Where a server has handlers of its own for the signals to stop, they do this first.
    """
    for delivery in tuple(_open_streams):
        with suppress(RuntimeError):  # its event loop was closed under it
            delivery.end()


def stream_opened(delivery: "Delivery") -> bool:
    """Counts a stream among those to end, and says whether the process was told to stop already."""
    global _loop, _stopping
    loop = _running_loop()
    if loop is not _loop:
        # Somebody else serves now.
        _loop, _stopping = loop, False
        _listen()
    _open_streams.add(delivery)
    return _stopping


def stream_closed(delivery: "Delivery") -> None:
    """Forgets what `stream_opened` counted."""
    _open_streams.discard(delivery)


def _running_loop() -> object:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        from trio.lowlevel import current_trio_token

        return current_trio_token()


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
    """Ends the streams, then calls the handler that was there."""

    def __init__(self, handler: Callable[[int, FrameType | None], Any]) -> None:
        self._handler = handler

    def __call__(self, number: int, frame: FrameType | None) -> None:
        global _stopping
        _stopping = True
        try:
            end_streams()
        finally:
            self._handler(number, frame)
