"""An exit stack that takes little where little is on it."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from types import TracebackType

T = TypeVar("T")
U = TypeVar("U", bound=Any)
P = ParamSpec("P")


class ExitStack(AsyncExitStack):
    """The standard library's, which ends generators without a context manager for each.

    It knows whether there is anything to leave, and whether leaving it may have to wait.
    """

    waits = False
    """Whether leaving it may have had to wait for something."""
    _has_others = False
    """Whether there is something else than started generators below it."""
    _started: list[AsyncGenerator[Any, None]] | None = None

    # What the standard library's leaves in it is made when something is put on it: few requests do.
    __init__ = object.__init__

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever put on it."""
        return not (self._started or self._has_others)

    async def start(self, generator: AsyncGenerator[T, None], *, waits: bool) -> T:
        """Runs a generator to its `yield` and gives what that yields; leaving the stack ends it.

        Args:
            generator: what `contextlib.asynccontextmanager` takes.
            waits: whether it may have to wait for something.

        Raises:
            RuntimeError: it yields nothing.
            Exception: whatever it raises.
        """
        if waits:
            self.waits = True
        if self._has_others:
            return await super().enter_async_context(_manager(generator))
        try:
            value = await anext(generator)
        except StopAsyncIteration:
            raise RuntimeError("generator didn't yield") from None
        if self._started is None:
            self._started = []
        self._started.append(generator)
        return value

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        if kind is None:
            try:
                while self._started:
                    await _end(self._started.pop())
            except BaseException as error:
                # Those that remain see it.
                self._settle()
                super().push_async_exit(partial(_raise, error))
            if not self._has_others:
                return False
        self._settle()
        try:
            return await super().__aexit__(kind, raised, traceback)
        except BaseException as error:
            _forget_locals(error)
            raise
        finally:
            if raised is not None:
                # Without the frames of generators that it was thrown into, which know it.
                raised.__traceback__ = traceback

    def _settle(self) -> None:
        """Has what comes next put above the generators, in the order of the standard library."""
        if not self._has_others:
            super().__init__()
        self._has_others = True
        started, self._started = self._started, None
        for generator in started or ():
            super().push_async_exit(_manager(generator))

    def pop_all(self) -> Self:
        self._settle()
        popped = super().pop_all()
        popped.waits = self.waits
        popped._has_others = True
        return popped

    def push(self, exit: U) -> U:  # noqa: A002 - its name in the standard library
        self._settle()
        return super().push(exit)

    def enter_context(self, cm: AbstractContextManager[T]) -> T:
        self._settle()
        return super().enter_context(cm)

    def callback(
        self, callback: Callable[P, T], /, *args: P.args, **keywords: P.kwargs
    ) -> Callable[P, T]:
        self._settle()
        return super().callback(callback, *args, **keywords)

    async def enter_async_context(self, cm: AbstractAsyncContextManager[T]) -> T:
        self.waits = True
        self._settle()
        return await super().enter_async_context(cm)

    def push_async_exit(self, exit: U) -> U:  # noqa: A002 - its name in the standard library
        self.waits = True
        self._settle()
        return super().push_async_exit(exit)

    def push_async_callback(
        self, callback: Callable[P, Awaitable[Any]], /, *args: P.args, **keywords: P.kwargs
    ) -> Callable[P, Awaitable[Any]]:
        self.waits = True
        self._settle()
        return super().push_async_callback(callback, *args, **keywords)


def _manager(generator: AsyncGenerator[T, None]) -> AbstractAsyncContextManager[T]:
    """A generator, started or not, as the standard library leaves one."""
    return asynccontextmanager(lambda: generator)()


async def _end(generator: AsyncGenerator[Any, None]) -> None:
    """Ends a generator. Raises `RuntimeError` where it yields once more, and whatever it raises."""
    try:
        await anext(generator)
    except StopAsyncIteration:
        return
    try:
        raise RuntimeError("generator didn't stop")
    finally:
        await generator.aclose()


async def _raise(error: BaseException, *_details: object) -> NoReturn:
    try:
        raise error
    finally:
        # Its traceback has this frame.
        del error


def _forget_locals(error: BaseException) -> None:
    """Empties the frame in which the standard library raised `error`.

    It keeps what it raises: both would wait for the garbage collector, with the whole request.
    """
    ours = error.__traceback__
    if ours is not None and ours.tb_next is not None:
        ours.tb_next.tb_frame.clear()
