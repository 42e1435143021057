"""How the time between two turns of the event loop is shared by streams that never wait."""

from time import monotonic

import anyio.lowlevel

SLICE = 0.002
"""Seconds after which streams that never wait let other tasks run, all of them together."""

SHORTEST_SLICE = 0.0005
"""Seconds that each of them has at least: Granian takes longer for more and smaller messages."""

_busy: set["Turn"] = set()
"""Those that never waited in their last slice: they share the next."""


class Turn:
    """What one stream has of the time until the event loop goes on.

    With `each_send` it goes on after whatever is sent while the stream does not wait.
    """

    __slots__ = ("_began", "_each_send", "_gives_way", "seconds")

    def __init__(self, *, each_send: bool) -> None:
        self._each_send = each_send
        self.seconds = SLICE
        """How long it may go on by itself."""
        # `None` when the event loop has gone on since the stream was asked last.
        self._began: float | None = None
        self._gives_way = False

    def is_over(self, now: float) -> bool:
        """Whether it has gone on for long enough, `now` being the time of `monotonic`."""
        if self._began is None:
            self._began = now
            self.seconds = _share(len(_busy) + 1) if _busy else SLICE
            return False
        return self._each_send or now - self._began >= self.seconds

    async def give_way(self) -> None:
        """Lets other tasks run, and starts again."""
        _busy.add(self)
        self._gives_way = True
        try:
            await anyio.lowlevel.checkpoint()
        finally:
            self._gives_way = False
        self._began = monotonic()
        self.seconds = _share(len(_busy))

    def pause(self) -> None:
        """Takes note that the stream waits, so that other tasks run anyway."""
        self._began = None
        if _busy and not self._gives_way:
            _busy.discard(self)

    def end(self) -> None:
        """Leaves the time to the others."""
        _busy.discard(self)


def _share(streams: int) -> float:
    return max(SLICE / streams, SHORTEST_SLICE)
