"""The line for worker threads: who holds something goes first, and it may be bounded.

The tokens are those of anyio's limiters.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, _get_running_loop, get_running_loop
from bisect import insort
from contextvars import Context
from functools import cache
from itertools import count
from math import ceil
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import anyio
import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.status import HTTP_503_SERVICE_UNAVAILABLE

if TYPE_CHECKING:
    from anyio.lowlevel import RunVar


LOOK_SECONDS = 0.1
"""Seconds after which the line looks for tokens that its limiter was given meanwhile."""


class ThreadQueueFullError(HTTPException):
    """So many wait for a thread that one more is sent away (RFC 9110, section 15.6.4)."""

    def __init__(self, seconds: int) -> None:
        """
        Args:
            seconds: after which the client may come again (RFC 9110, section 10.2.3).
        """
        super().__init__(HTTP_503_SERVICE_UNAVAILABLE, headers={"retry-after": f"{seconds}"})


def checked_threads(threads: object) -> int | None:
    """How many threads there may be, `None` to leave that as it is.

    Raises:
        ValueError: it is neither a positive integer nor `None`.
    """
    if threads is None or (type(threads) is int and threads > 0):
        return threads
    raise ValueError("threads must be a positive integer or None")


def checked_thread_queue(thread_queue: int | None) -> int | None:
    """`thread_queue` as it is declared, `None` for a line of any length.

    Raises:
        ValueError: it is neither a non-negative integer nor `None`.
    """
    if thread_queue is not None and (type(thread_queue) is not int or thread_queue < 0):
        raise ValueError("thread_queue must be a non-negative integer or None")
    return thread_queue


class _Waiting(NamedTuple):
    """Who waits in line; the smaller one is the next."""

    height: int
    """The depth, negative."""
    number: int
    since: float
    called: anyio.Event


class ThreadQueue:
    """Says which visits may ask a limiter for its tokens.

    The depth of a visit is how many times its request has entered dependencies in threads, and not
    left them. The deepest go first, and for each depth that requests have, or are about to have,
    one token is kept from those that are less deep: if they had all of them and waited for what
    the deeper ones hold (a pooled connection, say), these would never get a thread to go on and
    give it back. That takes one token more than there are depths; with fewer there is an order
    only.

    Not more are let through than the limiter has tokens, so that nobody who is let through stands
    behind another one for long. The tokens themselves are the limiter's, which others ask, too.
    """

    __slots__ = (
        *("_admitted", "_all_admitted", "_holders", "_is_looking", "_limiter", "_numbers"),
        "_waiting",
    )

    def __init__(self, limiter: anyio.CapacityLimiter) -> None:
        self._limiter = limiter
        self._numbers = count()
        self._waiting: list[_Waiting] = []
        self._is_looking = False
        self._all_admitted = 0
        # By depth.
        self._admitted = [0]
        self._holders = [0]

    def hold(self, depth: int) -> None:
        """Has a token kept for a request that is, or is about to be, as deep as that."""
        self._reach(depth)
        self._holders[depth] += 1

    def let_go(self, depth: int) -> None:
        """Ends `hold`."""
        self._holders[depth] -= 1
        if self._waiting:
            self._call()

    def enter_at_once(self, depth: int) -> object | None:
        """Takes a token if there is one for a visit of that depth: what `leave` gives back."""
        if self._waiting or not self._admits(depth):
            return None
        ticket = object()
        try:
            self._limiter.acquire_on_behalf_of_nowait(ticket)
        except anyio.WouldBlock:
            return None
        self._admit(depth)
        return ticket

    async def enter(self, depth: int, longest: int | None = None) -> object:
        """Waits for a token for a visit of that depth: what `leave` gives back.

        Args:
            depth: that of the visit.
            longest: how many may wait already; `None` for any number.

        Raises:
            ThreadQueueFullError: more do.
        """
        if longest is not None and self._length() >= longest:
            raise ThreadQueueFullError(self._patience())
        await self._wait(depth)
        ticket = object()
        try:
            self._limiter.acquire_on_behalf_of_nowait(ticket)
        except anyio.WouldBlock:
            try:
                await self._limiter.acquire_on_behalf_of(ticket)
            except BaseException:
                self._dismiss(depth)
                raise
        return ticket

    def leave(self, depth: int, ticket: object) -> None:
        """Gives a token back."""
        self._limiter.release_on_behalf_of(ticket)
        self._dismiss(depth)

    def _length(self) -> int:
        return len(self._waiting) + self._limiter.statistics().tasks_waiting

    def _patience(self) -> int:
        """As many whole seconds as the first in line has waited for, but one at least."""
        since = min((waiting.since for waiting in self._waiting), default=anyio.current_time())
        return max(1, ceil(anyio.current_time() - since))

    async def _wait(self, depth: int) -> None:
        self._reach(depth)
        waiting = _Waiting(-depth, next(self._numbers), anyio.current_time(), anyio.Event())
        insort(self._waiting, waiting)
        self._call()
        if not self._is_looking:
            self._look_again()
        try:
            await waiting.called.wait()
        except BaseException:
            if waiting.called.is_set():
                self._dismiss(depth)
            else:
                self._waiting.remove(waiting)
            raise

    def _look_again(self) -> None:
        """Does so while somebody waits: limiters do not tell that they were given tokens.

        On Trio, which has no timers, who comes or leaves is the next to look.
        """
        loop = _get_running_loop()
        if self._waiting and loop is not None:
            # That of a request is not to be kept.
            loop.call_later(LOOK_SECONDS, self._look, context=Context())
            self._is_looking = True
        else:
            self._is_looking = False

    def _look(self) -> None:
        self._call()
        self._look_again()

    def _call(self) -> None:
        while self._waiting and self._admits(-self._waiting[0].height):
            first = self._waiting.pop(0)
            self._admit(-first.height)
            first.called.set()

    def _admits(self, depth: int) -> bool:
        tokens = self._limiter.total_tokens
        admitted = self._all_admitted
        for deeper in range(len(self._admitted) - 1, depth, -1):
            if admitted >= max(1, tokens):
                return False
            admitted -= self._admitted[deeper]
            if self._holders[deeper]:
                tokens -= 1
        return admitted < max(1, tokens)

    def _admit(self, depth: int) -> None:
        self._reach(depth)
        self._admitted[depth] += 1
        self._all_admitted += 1

    def _dismiss(self, depth: int) -> None:
        self._admitted[depth] -= 1
        self._all_admitted -= 1
        if self._waiting:
            self._call()

    def _reach(self, depth: int) -> None:
        while depth >= len(self._admitted):
            self._admitted.append(0)
            self._holders.append(0)


def current_thread_queue() -> ThreadQueue:
    """The line for the threads of the event loop that runs now."""
    try:
        loop = get_running_loop()
    except RuntimeError:
        return _of_other_loops()
    # A variable of anyio's costs 10,000 instructions each time: it asks which library runs.
    queue = _of_asyncio.get(loop)
    if queue is None:
        queue = _of_asyncio[loop] = ThreadQueue(anyio.to_thread.current_default_thread_limiter())
    return queue


_of_asyncio: WeakKeyDictionary[AbstractEventLoop, ThreadQueue] = WeakKeyDictionary()


def _of_other_loops() -> ThreadQueue:
    variable = _queue()
    try:
        return variable.get()
    except LookupError:
        queue = ThreadQueue(anyio.to_thread.current_default_thread_limiter())
        variable.set(queue)
        return queue


@cache
def _queue() -> RunVar[ThreadQueue]:
    # Part of what anyio loads when something runs on it.
    from anyio.lowlevel import RunVar

    return RunVar("ferroapi.thread_queue")
