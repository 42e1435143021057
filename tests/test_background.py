"""Background tasks: their order, where they run, and what stops them."""

import threading
from contextvars import ContextVar
from typing import Any
from unittest.mock import patch

import anyio
import anyio.to_thread
import pytest
import starlette.background
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.background import BackgroundTask

from ferroapi import BackgroundTasks

variable: ContextVar[str] = ContextVar("variable", default="outer")


class OwnError(Exception):
    """LeavingError by tasks."""


class Own(BackgroundTask):
    """A task that calls nothing in a thread."""

    async def __call__(self) -> None:
        self.func(*self.args)


def filled(tasks: Any, kinds: list[str], events: list[Any]) -> Any:
    """Tasks that note what they see."""
    thread = threading.get_ident()

    def function(number: int) -> None:
        events.append((number, variable.get(), threading.get_ident() == thread))
        variable.set("function")

    async def coroutine(number: int) -> None:
        function(number)

    def failing(number: int) -> None:
        function(number)
        raise OwnError(number)

    def adding(number: int) -> None:
        function(number)
        tasks.add_task(function, number + 100)

    for number, kind in enumerate(kinds):
        if kind == "own":
            tasks.tasks.append(Own(function, number))
        else:
            functions = (function, coroutine, failing, adding)
            tasks.add_task({call.__name__: call for call in functions}[kind], number)
    return tasks


@given(
    kinds=st.lists(
        st.sampled_from(["function", "function", "coroutine", "adding", "own", "failing"]),
        max_size=6,
    )
)
@settings(deadline=None)
def test_they_do_what_starlettes_do(kinds: list[str]) -> None:
    async def run(tasks: Any) -> tuple[list[Any], str]:
        events: list[Any] = []
        try:
            await filled(tasks, kinds, events)()
        except OwnError as error:
            return events, repr(error)
        return events, variable.get()

    ours = anyio.run(run, BackgroundTasks())
    assert ours == anyio.run(run, starlette.background.BackgroundTasks())


# name: (the tasks, visits of a thread)
VISITS: dict[str, tuple[list[str], int]] = {
    "none": ([], 0),
    "functions": (["function"] * 3, 1),
    "one_that_is_added": (["adding"], 1),
    "a_coroutine_between": (["function", "coroutine", "function", "function"], 2),
    "one_of_another_class": (["function", "own", "function"], 2),
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", VISITS)
async def test_functions_that_follow_each_other_share_a_visit(name: str) -> None:
    kinds, expected = VISITS[name]
    visited: list[None] = []
    run_sync = anyio.to_thread.run_sync

    async def counted(*args: Any, **options: Any) -> Any:
        visited.append(None)
        return await run_sync(*args, **options)

    with patch("anyio.to_thread.run_sync", counted):
        await filled(BackgroundTasks(), kinds, [])()
    assert len(visited) == expected


@pytest.mark.anyio
async def test_who_is_cancelled_begins_no_other() -> None:
    began, ends = threading.Event(), threading.Event()
    called: list[int] = []

    def first() -> None:
        began.set()
        ends.wait(5)
        called.append(1)

    tasks = BackgroundTasks()
    tasks.add_task(first)
    tasks.add_task(called.append, 2)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(tasks)
            await anyio.to_thread.run_sync(began.wait)
            group.cancel_scope.cancel()
            ends.set()
    assert called == [1]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
async def test_a_task_that_the_event_loop_cancels_begins_no_other() -> None:
    import asyncio

    began, ends, ended = threading.Event(), threading.Event(), threading.Event()
    called: list[int] = []

    def first() -> None:
        began.set()
        ends.wait(5)
        ended.set()

    tasks = BackgroundTasks()
    tasks.add_task(first)
    tasks.add_task(called.append, 2)
    running = asyncio.ensure_future(tasks())
    await anyio.to_thread.run_sync(began.wait)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    ends.set()
    await anyio.to_thread.run_sync(ended.wait)
    await anyio.sleep(0.01)
    assert called == []


@pytest.mark.anyio
async def test_what_stands_in_the_place_of_starlettes_function_is_called() -> None:
    called: list[Any] = []

    async def instead(function: Any, *args: Any) -> None:
        called.append(args)

    tasks = filled(BackgroundTasks(), ["function", "function"], [])
    with patch("starlette.background.run_in_threadpool", instead):
        await tasks()
    assert called == [(0,), (1,)]
