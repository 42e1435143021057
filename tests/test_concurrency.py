"""`contextmanager_in_threadpool`: what the body does, and what the context manager sees of it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, get_ident
from types import TracebackType
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
import starlette.concurrency

from ferroapi import concurrency
from ferroapi.concurrency import contextmanager_in_threadpool

pytestmark = pytest.mark.anyio


class Interruption(BaseException):
    """Not an `Exception`, as cancellation is not."""


@dataclass
class Recorder:
    """A context manager that writes down how it was used."""

    suppress: bool = False
    enter_error: BaseException | None = None
    exit_error: BaseException | None = None
    threads: list[int] = field(default_factory=list)
    errors: list[BaseException | None] = field(default_factory=list)

    def __enter__(self) -> str:
        self.threads.append(get_ident())
        if self.enter_error:
            raise self.enter_error
        return "value"

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self.threads.append(get_ident())
        self.errors.append(exc_value)
        assert (exc_type, traceback) == (
            (None, None) if exc_value is None else (type(exc_value), exc_value.__traceback__)
        )
        if self.exit_error:
            raise self.exit_error
        return self.suppress


async def test_both_ends_run_in_workers_and_the_value_is_handed_on() -> None:
    recorder = Recorder()
    async with contextmanager_in_threadpool(recorder) as value:
        assert value == "value"
    assert recorder.errors == [None]
    assert len(recorder.threads) == 2
    assert get_ident() not in recorder.threads


@pytest.mark.parametrize("error", [ValueError("body"), Interruption("body")], ids=repr)
@pytest.mark.parametrize("suppress", [False, True])
async def test_an_error_of_the_body_is_handed_over(error: BaseException, suppress: bool) -> None:
    recorder = Recorder(suppress=suppress)
    caught = None
    try:
        async with contextmanager_in_threadpool(recorder):
            raise error
    except BaseException as raised:  # an Interruption is none of Exception
        caught = raised
    assert caught is (None if suppress else error)
    assert recorder.errors == [error]


@pytest.mark.parametrize("error", [ValueError("entry"), Interruption("entry")], ids=repr)
async def test_what_was_not_entered_is_not_left(error: BaseException) -> None:
    recorder = Recorder(enter_error=error)
    with pytest.raises(type(error)) as caught:
        async with contextmanager_in_threadpool(recorder):
            pytest.fail("the body must not run")
    assert caught.value is error
    assert recorder.errors == []


@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
async def test_what_is_entered_while_its_task_is_cancelled_is_left() -> None:
    began, goes_on = Event(), Event()

    class Slow(Recorder):
        def __enter__(self) -> str:
            began.set()
            goes_on.wait(5)
            return super().__enter__()

    recorder = Slow()

    async def work() -> None:
        async with contextmanager_in_threadpool(recorder):
            pytest.fail("the body must not run")

    task = asyncio.create_task(work())
    await anyio.to_thread.run_sync(began.wait)
    task.cancel()
    await anyio.wait_all_tasks_blocked()
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [type(error) for error in recorder.errors] == [asyncio.CancelledError]


async def test_an_error_of_the_exit_replaces_the_one_of_the_body() -> None:
    recorder = Recorder(exit_error=ValueError("exit"))
    with pytest.raises(ValueError, match="exit") as caught:
        async with contextmanager_in_threadpool(recorder):
            raise KeyError("body")
    assert isinstance(caught.value.__context__, KeyError)


async def test_a_cancelled_body_is_left_all_the_same() -> None:
    recorder = Recorder()
    with anyio.CancelScope() as scope:
        async with contextmanager_in_threadpool(recorder):
            scope.cancel()
            await anyio.lowlevel.checkpoint()
    assert scope.cancelled_caught
    assert [type(error) for error in recorder.errors] == [anyio.get_cancelled_exc_class()]


async def test_a_context_manager_that_converts_the_error_is_believed() -> None:
    @contextmanager
    def converting() -> Iterator[None]:
        try:
            yield
        except KeyError as error:
            raise ValueError("converted") from error

    with pytest.raises(ValueError, match="converted"):
        async with contextmanager_in_threadpool(converting()):
            raise KeyError


async def test_the_exit_needs_no_free_thread_of_the_shared_pool() -> None:
    limiter = anyio.to_thread.current_default_thread_limiter()
    recorder = Recorder()
    with anyio.fail_after(5):
        async with contextmanager_in_threadpool(recorder):
            tokens = limiter.total_tokens
            for holder in range(int(tokens)):
                await limiter.acquire_on_behalf_of(holder)
        for holder in range(int(tokens)):
            limiter.release_on_behalf_of(holder)
    assert recorder.errors == [None]


@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
async def test_the_exit_runs_where_no_thread_can_be_started(no_threads: Any) -> None:
    """What was opened is closed, in the thread of the event loop at last."""
    recorder = Recorder()
    context = contextmanager_in_threadpool(recorder)
    let_go = Event()
    async with anyio.create_task_group() as tasks:
        await context.__aenter__()
        # It has the one thread there is.
        tasks.start_soon(anyio.to_thread.run_sync, let_go.wait)
        await anyio.wait_all_tasks_blocked()
        try:
            with no_threads():
                await context.__aexit__(None, None, None)
        finally:
            let_go.set()
    assert recorder.errors == [None]
    assert recorder.threads[1] == get_ident()


@pytest.mark.parametrize("error", [RuntimeError("exit"), RuntimeError("can't start new thread")])
async def test_an_exit_that_raises_runs_once(error: RuntimeError) -> None:
    recorder = Recorder(exit_error=error)
    with pytest.raises(RuntimeError, match=str(error)):
        async with contextmanager_in_threadpool(recorder):
            pass
    assert recorder.errors == [None]


@pytest.mark.parametrize(
    "name", ["iterate_in_threadpool", "run_in_threadpool", "run_until_first_complete"]
)
async def test_the_rest_is_starlettes(name: str) -> None:
    assert getattr(concurrency, name) is getattr(starlette.concurrency, name)
