"""Ending a dependency before its request does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, TypeVar

from ferroapi.cancellation import cancel_scope

T = TypeVar("T")


class Release:
    """Ends generators among the dependencies of a request; a parameter of this type gets it.

    It is for what waits long after it has used one: a stream that has read what it sends, and would
    keep a connection of a pool for as long as its client reads.
    """

    def __init__(self) -> None:
        self._open: list[tuple[Callable[..., Any], _Releasable[Any]]] = []

    async def __call__(self, dependency: Callable[..., Any]) -> None:
        """Runs what comes after the `yield` of a dependency, and waits for it; it is not cancelled.

        A second call does nothing. Dependencies that use it are to be released before it, and one
        that keeps a cancel scope or a task group open around its `yield` cannot be released.

        Args:
            dependency: the generator function as it is declared, also if another replaces it.

        Raises:
            LookupError: the operation depends on no such generator, or it has not begun yet.
            Exception: whatever the generator raises.
        """
        found = [releasable for declared, releasable in self._open if declared == dependency]
        if not found:
            name = getattr(dependency, "__name__", repr(dependency))
            raise LookupError(
                f"No generator {name!r} is open among the dependencies of the request"
            )
        with cancel_scope(shield=True):
            for releasable in reversed(found):
                await releasable.release()

    def around(
        self, dependency: Callable[..., Any], context: AbstractAsyncContextManager[T]
    ) -> AbstractAsyncContextManager[T]:
        """A context manager of a dependency that may be left before it is due."""
        releasable = _Releasable(context)
        self._open.append((dependency, releasable))
        return releasable


class _Releasable(AbstractAsyncContextManager[T]):
    def __init__(self, context: AbstractAsyncContextManager[T]) -> None:
        self._context = context
        self._is_left = False

    async def __aenter__(self) -> T:
        return await self._context.__aenter__()

    async def release(self) -> None:
        """Leaves the context, if that has not happened yet."""
        await self.__aexit__(None, None, None)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._is_left:
            return False
        self._is_left = True
        return bool(await self._context.__aexit__(exc_type, exc_value, traceback))
