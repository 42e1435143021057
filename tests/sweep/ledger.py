"""What a request opens, and whether it closes it: once, in its place, and when nobody uses it."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

import anyio
import anyio.lowlevel

variable: ContextVar[str] = ContextVar("variable", default="")


class Opened:
    """One thing that is open, and used by who has it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.closings = 0
        self.uses = 0
        self.is_closed_in_use = False
        self.is_closed_elsewhere = False

    def close(self) -> None:
        self.closings += 1
        self.is_closed_in_use |= self.uses > 0

    @contextmanager
    def used(self) -> Iterator[None]:
        """A block in which it has to stay open."""
        self.uses += 1
        try:
            yield
        finally:
            self.uses -= 1


class Ledger:
    """All that one request has opened."""

    def __init__(self) -> None:
        self.opened: list[Opened] = []

    def _open(self, name: str) -> Opened:
        self.opened.append(Opened(name))
        return self.opened[-1]

    @contextmanager
    def in_thread(self, name: str) -> Iterator[Opened]:
        opened = self._open(name)
        try:
            yield opened
        finally:
            opened.close()

    @asynccontextmanager
    async def in_task(self, name: str) -> AsyncIterator[Opened]:
        """It has to be closed in the task and the context that it was opened in."""
        opened, task = self._open(name), anyio.get_current_task().id
        token = variable.set(name)
        try:
            yield opened
        finally:
            opened.close()
            opened.is_closed_elsewhere = anyio.get_current_task().id != task
            try:
                variable.reset(token)
            except ValueError:
                opened.is_closed_elsewhere = True

    def generator(self, name: str) -> Callable[[], Iterator[Opened]]:
        """A `def` dependency."""

        def dependency() -> Iterator[Opened]:
            with self.in_thread(name) as opened:
                yield opened

        return dependency

    def async_generator(self, name: str) -> Callable[[], AsyncIterator[Opened]]:
        """An `async def` dependency, which waits on its way in and on its way out."""

        async def dependency() -> AsyncIterator[Opened]:
            async with self.in_task(name) as opened:
                await anyio.lowlevel.checkpoint()
                yield opened
                await anyio.lowlevel.checkpoint()

        return dependency

    def use(self, *opened: Opened) -> None:
        """Uses what is open for a moment, in a thread."""
        for one in opened:
            with one.used():
                threading.Event().wait(0.002)

    async def hold(self, *opened: Opened) -> None:
        """Uses what is open for a moment, in the event loop."""
        for one in opened:
            with one.used():
                await anyio.lowlevel.checkpoint()

    def figures(self) -> dict[str, int]:
        """How much of it was not closed as it has to be."""
        opened = self.opened
        return {
            "left_open": sum(one.closings == 0 for one in opened),
            "closed_twice": sum(one.closings > 1 for one in opened),
            "closed_in_use": sum(one.is_closed_in_use for one in opened),
            "closed_elsewhere": sum(one.is_closed_elsewhere for one in opened),
        }

    def story(self) -> list[dict[str, Any]]:
        """The same, one by one."""
        return [vars(one) for one in self.opened]
