"""The child tasks of one stream, and the ways in which they reach the task that sends it."""

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.lowlevel

from ferroapi.cancellation import cancel_scope_of_asyncio
from ferroapi.streaming.taskless import Taskless, advance


class StreamScope(ABC):
    """Child tasks that end with the stream and can end it.

    Everything but `call_from_thread` is called in the thread of the event loop, also from plain
    callbacks. What is called after the stream has ended has no effect.
    """

    __slots__ = ("_insulation", "ended", "failure", "most_chunks", "runner", "stopped")

    runner: object
    """What runs the tasks, always the same object: the event loop."""

    def __init__(
        self, insulation: anyio.CancelScope | None, most_chunks: int | None = None
    ) -> None:
        self.most_chunks = most_chunks
        """How many large chunks may be sent before other tasks run; `None` for any number."""
        self.stopped = False
        """Whether the stream was asked to end."""
        self.failure: Exception | None = None
        """What stopped the stream, until it is raised after it."""
        self.ended = False
        """Whether the stream has ended, so that nothing has an effect any more."""
        self._insulation = insulation

    @abstractmethod
    async def __aenter__(self) -> Self: ...

    @abstractmethod
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        """Ends the children. What the stream raised is raised as it is, but for interruptions."""

    @abstractmethod
    def spawn(self, child: Callable[[], Coroutine[Any, Any, None]], *, taskless: bool) -> None:
        """Starts a child. What it raises stops the stream.

        With `taskless` it awaits nothing but what a server gives, and gets no task where that is
        possible.
        """

    @abstractmethod
    def call_later(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls once. Returns what takes it back."""

    @abstractmethod
    async def give_way(self) -> None:
        """Lets other tasks run, in a child."""

    @abstractmethod
    def call_from_thread(self, callback: Callable[[], object]) -> None:
        """Calls in the thread of the event loop, soon; returns at once."""

    def resume(
        self, work: Coroutine[Any, Any, None], answer: object, pause: Callable[[], None]
    ) -> Any:
        """Resumes, after the stream was stopped, work with what it has waited for.

        Where that is the interruption, as on Trio, `pause` is called and the work may clean up. On
        asyncio an interruption is raised in the task at once. Returns what the work waits for then.
        """
        return work.send(answer)

    @abstractmethod
    def _interrupt(self) -> None: ...

    def stop(self, failure: Exception | None = None) -> bool:
        """Interrupts the stream, because of `failure` if there is one.

        Only the first call counts. Returns whether this one did.
        """
        if self.stopped or self.ended:
            return False
        self.stopped = True
        self.failure = failure
        self._interrupt()
        return True

    def raise_failure(self) -> None:
        """Raises what stopped the stream, if something did. It is not kept any longer."""
        failure, self.failure = self.failure, None
        try:
            if failure is not None:
                raise failure
        finally:
            # Its traceback has this frame.
            del failure

    def allow_clean_up(self) -> None:
        """Lets the stream wait although it is interrupted, from here on.

        An interruption is repeated at every `await` otherwise. This is a switch and not a block,
        since a generator may be inside blocks of its own, which have to be left first.
        """
        if self._insulation is not None:
            self._insulation.shield = True

    async def _run_child(self, child: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await child()
        except Exception as failure:
            self.stop(failure)
        except BaseExceptionGroup as group:
            # The task group of a middleware that fails while it is cancelled.
            failures, cancelled = group.split(Exception)
            _, others = (cancelled or group).split(anyio.get_cancelled_exc_class())
            if others is not None:
                raise others from None
            self.stop(failures)


class AsyncioScope(StreamScope):
    """On asyncio: a task group cannot be used from callbacks, and costs twice as much."""

    __slots__ = ("_children", "_context", "_loop")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, insulation: anyio.CancelScope | None
    ) -> None:
        super().__init__(insulation, _most_chunks(loop))
        self.runner = self._loop = loop
        self._context = copy_context()
        self._children: list[asyncio.Task[None] | Taskless] = []

    async def _end_children(self) -> None:
        children, self._children = self._children, []
        tasks = []
        for child in children:
            if isinstance(child, Taskless):
                child.close()
            else:
                child.cancel()
                tasks.append(child)
        if tasks:
            with anyio.CancelScope(shield=True):
                await asyncio.wait(tasks)

    def spawn(self, child: Callable[[], Coroutine[Any, Any, None]], *, taskless: bool) -> None:
        if self.ended:
            return
        if not taskless:
            task = self._loop.create_task(self._run_child(child))
            self._children.append(task)
            task.add_done_callback(self._forget)
            return
        coroutine = child()
        try:
            awaited = advance(coroutine, self._loop)
        except Exception as failure:
            self.stop(failure)
        else:
            # A server takes most messages at once.
            if awaited is not None:
                waiting = Taskless(coroutine, awaited, self._loop, self._context, self._forget)
                self._children.append(waiting)

    def _forget(
        self, child: asyncio.Task[None] | Taskless, failure: Exception | None = None
    ) -> None:
        if child in self._children:
            self._children.remove(child)
        if failure is not None:
            self.stop(failure)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        return self._loop.call_later(seconds, callback, context=self._context).cancel

    async def give_way(self) -> None:
        await asyncio.sleep(0)

    def call_from_thread(self, callback: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(callback, context=self._context)


class WaitingScope(AsyncioScope):
    """For what may wait by itself, where scopes of its own may be open."""

    __slots__ = ("_interruption",)

    _insulation: anyio.CancelScope

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        scope = cancel_scope_of_asyncio()
        super().__init__(loop, scope())
        self._interruption = scope()

    async def __aenter__(self) -> Self:
        self._interruption.__enter__()
        self._insulation.__enter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        self._insulation.__exit__(kind, raised, traceback)
        self.ended = True
        try:
            if self._children:
                await self._end_children()
        finally:
            swallowed = self._interruption.__exit__(kind, raised, traceback)
        return swallowed

    def _interrupt(self) -> None:
        self._interruption.cancel()


class SendingScope(AsyncioScope):
    """For what waits for its messages being sent, and for nothing else.

    Its task is cancelled once, as by `asyncio.timeout`: nothing that it does after that waits. Two
    cancel scopes take longer than all else that such a stream begins with.
    """

    __slots__ = ("_cancellations", "_is_cancelled", "_task")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop, None)
        self._is_cancelled = False

    async def __aenter__(self) -> Self:
        task = asyncio.current_task(self._loop)
        assert task is not None
        self._task = task
        self._cancellations = task.cancelling()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        self.ended = True
        if self._children:
            await self._end_children()
        if not self._is_cancelled:
            return False
        is_only_one = self._task.uncancel() <= self._cancellations
        return is_only_one and kind is asyncio.CancelledError

    def _interrupt(self) -> None:
        if asyncio.current_task(self._loop) is self._task:
            # It does not wait now.
            self._loop.call_soon(self._cancel)
        else:
            self._cancel()

    def _cancel(self) -> None:
        if not self.ended:
            self._is_cancelled = True
            self._task.cancel()


class TrioScope(StreamScope):
    """On Trio, which has to be installed then; it is not a dependency."""

    __slots__ = ("_group", "_token")

    def __init__(self) -> None:
        from trio.lowlevel import current_trio_token

        super().__init__(anyio.CancelScope())
        self.runner = self._token = current_trio_token()
        self._group = anyio.create_task_group()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        assert self._insulation is not None
        self._insulation.__enter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        assert self._insulation is not None
        self._insulation.__exit__(kind, raised, traceback)
        self.ended = True
        self._group.cancel_scope.cancel()
        if isinstance(raised, Exception):
            # The group would wrap it.
            await self._group.__aexit__(None, None, None)
            return False
        return await self._group.__aexit__(kind, raised, traceback)

    def spawn(self, child: Callable[[], Coroutine[Any, Any, None]], *, taskless: bool) -> None:
        if not self.ended:
            self._group.start_soon(self._run_child, child)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        waiting = anyio.CancelScope()
        if not self.ended:
            self._group.start_soon(_sleep_and_call, seconds, callback, waiting)
        return waiting.cancel

    async def give_way(self) -> None:
        await anyio.lowlevel.checkpoint()

    def call_from_thread(self, callback: Callable[[], object]) -> None:
        self._token.run_sync_soon(callback)

    def resume(
        self, work: Coroutine[Any, Any, None], answer: object, pause: Callable[[], None]
    ) -> Any:
        from outcome import Error
        from trio import Cancelled, current_effective_deadline

        insulation = self._insulation
        assert insulation is not None
        is_raised = isinstance(answer, Error) and isinstance(answer.error, Cancelled)
        if insulation.shield or not is_raised:
            return work.send(answer)
        pause()
        self.allow_clean_up()
        if current_effective_deadline() > -math.inf:
            return work.send(answer)
        # It waits in a cancelled scope of its own, as each checkpoint of Trio's does. In a shield
        # that would keep the interruption to itself.
        insulation.shield = False
        awaited = work.send(answer)
        if hasattr(awaited, "abort_func"):
            # It is no checkpoint, which may have seen already that it is cancelled.
            self.allow_clean_up()
        return awaited

    def _interrupt(self) -> None:
        self._group.cancel_scope.cancel()


async def _sleep_and_call(
    seconds: float, callback: Callable[[], None], waiting: anyio.CancelScope
) -> None:
    with waiting:
        await anyio.sleep(seconds)
        callback()


def stream_scope(*, waits: bool = True) -> StreamScope:
    """The scope for a stream of this task.

    Args:
        waits: whether it may wait for anything else than its messages being sent.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return TrioScope()
    return WaitingScope(loop) if waits else SendingScope(loop)


def _most_chunks(loop: asyncio.AbstractEventLoop) -> int | None:
    """What asyncio's own transports take in a turn of their loop without a word.

    They hear in the next turn that the connection was lost, and log a warning for every write but
    the first four until then.
    """
    return 2 if type(loop).__module__.startswith("asyncio.") else None
