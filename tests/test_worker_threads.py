"""Our worker threads give a function what anyio's give it: both are tried with everything."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections import deque
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import ref

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import pytest

from ferroapi import worker_threads
from ferroapi.threads import run_in_thread
from ferroapi.worker_threads import can_run, run_in_worker_thread

if TYPE_CHECKING:
    from collections.abc import Callable

said: ContextVar[str] = ContextVar("said", default="nothing")

pytestmark = pytest.mark.anyio


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop"),
    ]
)
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=[run_in_worker_thread, anyio.to_thread.run_sync], ids=["ours", "anyio's"])
def run(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread of another test is there."""
    monkeypatch.setattr(worker_threads, "_idle", {False: deque(), True: deque()})


class Ended(BaseException):
    pass


def raising(error: BaseException) -> Callable[[], Any]:
    def function() -> None:
        raise error

    return function


def in_another_thread() -> bool:
    return threading.current_thread() is not threading.main_thread()


async def name_of_loop() -> str:
    return type(asyncio.get_running_loop()).__module__


def in_an_event_loop_of_its_own() -> str:
    async def answer() -> str:
        await anyio.lowlevel.checkpoint()
        return "answered"

    return anyio.run(answer)


def by_the_event_loop() -> list[str]:
    return [anyio.from_thread.run(name_of_loop), anyio.from_thread.run_sync(said.get)]


def not_cancelled() -> str:
    anyio.from_thread.check_cancelled()
    return "not cancelled"


# name: what is called
FUNCTIONS: dict[str, Callable[[], Any]] = {
    "value": lambda: [1, 2],
    "nothing": lambda: None,
    "another_thread": in_another_thread,
    "context": said.get,
    "event_loop": by_the_event_loop,
    "event_loop_of_its_own": in_an_event_loop_of_its_own,
    "not_cancelled": not_cancelled,
    "no_running_loop": lambda: asyncio._get_running_loop() is None,
    "exception": raising(LookupError("absent")),
    "base_exception": raising(Ended("over")),
    "cancelled": raising(asyncio.CancelledError("by itself")),
    "stop_iteration": raising(StopIteration(3)),
    "stop_async_iteration": raising(StopAsyncIteration()),
    "recursion": lambda: FUNCTIONS["recursion"](),
}


async def outcome(run: Any, function: Callable[[], Any]) -> Any:
    try:
        return await run(function)
    except BaseException as error:
        return type(error), str(error)[:40], type(error.__cause__)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("scoped", [False, True], ids=["in no scope", "in a scope"])
async def test_a_function_gives_what_it_gives_in_a_thread_of_anyio(name: str, scoped: bool) -> None:
    async def both() -> None:
        said.set("something")
        seen = []
        for run in (anyio.to_thread.run_sync, run_in_worker_thread, run_in_worker_thread):
            if scoped:
                with anyio.CancelScope():
                    await anyio.lowlevel.checkpoint()
                    seen.append(await outcome(run, FUNCTIONS[name]))
            else:
                seen.append(await outcome(run, FUNCTIONS[name]))
        assert seen[1] == seen[2] == seen[0]

    await asyncio.create_task(both())


async def test_what_a_function_sets_stays_in_its_context(run: Any) -> None:
    said.set("before")
    await run(partial(said.set, "by a function"))
    assert said.get() == "before"
    assert await run(said.get) == "before"


async def test_a_scope_that_is_cancelled_waits_for_the_function(run: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()
    seen: list[Any] = []

    def function() -> None:
        begun.set()
        assert go_on.wait(10)
        try:
            anyio.from_thread.check_cancelled()
        except BaseException as error:
            seen.append(type(error))
            raise

    async def cancel(scope: anyio.CancelScope) -> None:
        assert await anyio.to_thread.run_sync(begun.wait, 10)
        scope.cancel()
        await anyio.sleep(0.01)
        seen.append("still waiting")
        go_on.set()

    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            tasks.start_soon(cancel, scope)
            await run(function)
            seen.append("went on")
    assert scope.cancelled_caught
    assert seen == ["still waiting", asyncio.CancelledError]


async def test_what_was_cancelled_begins_nothing(run: Any) -> None:
    called: list[int] = []
    with anyio.CancelScope() as scope:
        scope.cancel()
        await run(partial(called.append, 1))
    assert scope.cancelled_caught
    assert called == []


async def test_a_cancelled_task_leaves_its_function(run: Any) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def function() -> None:
        begun.set()
        assert go_on.wait(10)
        ended.set()

    task = asyncio.ensure_future(run(function))
    assert await anyio.to_thread.run_sync(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not ended.is_set()
    go_on.set()
    assert await run(ended.wait)


async def test_functions_run_side_by_side(run: Any) -> None:
    meeting = threading.Barrier(5, timeout=10)
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(run, meeting.wait)
    assert not meeting.broken


async def test_an_idle_thread_is_taken_again(alone: None) -> None:
    assert len({await run_in_worker_thread(threading.get_ident) for _ in range(5)}) == 1
    assert [len(idle) for idle in worker_threads._idle.values()] == [1, 0]


async def test_an_idle_thread_ends(alone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_threads, "_idle_seconds", 0.02)
    thread = await run_in_worker_thread(threading.current_thread)
    await anyio.to_thread.run_sync(thread.join, 10)
    assert not thread.is_alive()
    assert not any(worker_threads._idle.values())
    assert await run_in_worker_thread(in_another_thread)


async def test_no_call_is_lost_while_threads_end(
    alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_threads, "_idle_seconds", 0.0005)
    for number in range(400):
        assert await run_in_worker_thread(lambda: number) == number  # noqa: B023 - is called at once
        await asyncio.sleep(0.0001 * (number % 9))


def test_event_loops_share_threads(alone: None) -> None:
    async def call() -> tuple[int, bool]:
        def function() -> tuple[int, bool]:
            seen = anyio.from_thread.run_sync(asyncio.get_running_loop)
            return threading.get_ident(), seen is loop

        loop = asyncio.get_running_loop()
        return await run_in_worker_thread(function)

    (first, is_first), (second, is_second) = asyncio.run(call()), asyncio.run(call())
    assert first == second
    assert is_first
    assert is_second


@pytest.mark.parametrize("is_set", [True, False], ids=["value", "exception"])
def test_a_closed_event_loop_is_told_nothing(
    alone: None, is_set: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    begun, go_on = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def function() -> None:
        threads.append(threading.current_thread())
        begun.set()
        assert go_on.wait(10)
        if not is_set:
            raise LookupError

    async def leave() -> None:
        task = asyncio.ensure_future(run_in_worker_thread(function))
        assert await anyio.to_thread.run_sync(begun.wait, 10)
        task.cancel()

    asyncio.run(leave())
    go_on.set()
    assert asyncio.run(_next_in(threads[0]))
    assert raised == []


def test_a_result_that_is_lost_is_logged_and_ends_no_thread(
    alone: None, caplog: pytest.LogCaptureFixture
) -> None:
    threads: list[threading.Thread] = []

    async def lose() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe = refuse  # type: ignore[method-assign,assignment]  # by whoever runs it
        task = asyncio.ensure_future(
            run_in_worker_thread(lambda: threads.append(threading.current_thread()))
        )
        while not caplog.records:  # noqa: ASYNC110 - another thread writes them
            await asyncio.sleep(0.001)
        task.cancel()

    def refuse(*_called: object) -> None:
        raise RuntimeError("no")

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(lose())
    assert [record.getMessage() for record in caplog.records] == [
        "a result was lost on the way to its event loop"
    ]
    assert asyncio.run(_next_in(threads[0]))


async def _next_in(thread: threading.Thread) -> bool:
    """Whether the thread takes calls again, soon."""
    for _ in range(1000):
        if any(worker_threads._idle.values()):
            return await run_in_worker_thread(threading.current_thread) is thread
        await asyncio.sleep(0.005)
    return False


async def test_no_thread_can_be_started(alone: None, no_threads: Any) -> None:
    with no_threads(), pytest.raises(RuntimeError, match="can't start new thread"):
        await run_in_worker_thread(in_another_thread)
    assert await run_in_worker_thread(in_another_thread)


class Kept:
    """What can be looked for."""

    def __call__(self) -> Kept:
        return self


async def is_freed(gone: ref[Any]) -> bool:
    """Whether nobody has it any more, soon: a thread lets go of it after it has told the result."""
    for _ in range(1000):
        if gone() is None:
            return True
        await asyncio.sleep(0.001)
    return False


async def test_nothing_is_kept_of_a_call(alone: None) -> None:
    gc.collect()
    gc.disable()
    try:
        called = Kept()
        gone = ref(called)
        await run_in_worker_thread(called)
        del called
        assert await is_freed(gone)
    finally:
        gc.enable()


async def test_an_exception_leaves_no_circle(alone: None) -> None:
    class FaultError(Exception):
        pass

    def function() -> None:
        raise FaultError

    async def call() -> Any:
        try:
            await run_in_worker_thread(function)
        except FaultError as error:
            return ref(error)

    gc.collect()
    gc.disable()
    try:
        gone = await call()
        assert await is_freed(gone)
    finally:
        gc.enable()


# What is private, and what may be found there instead.
STRANGE = [
    ("worker_threads._THREAD_LOCALS", None),
    ("worker_threads._THREAD_LOCALS", threading.local()),
    ("worker_threads._SET_LIBRARY", None),
    ("worker_threads._AT_END", None),
    ("cancellation._states_of_tasks", lambda: None),
]


@pytest.mark.parametrize(("name", "value"), STRANGE)
async def test_where_something_is_strange_those_of_anyio_are_taken(
    name: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker_threads._are_known.cache_clear()
    try:
        monkeypatch.setattr(f"ferroapi.{name}", value)
        assert not can_run()
        assert await run_in_thread(not_cancelled) == "not cancelled"
    finally:
        worker_threads._are_known.cache_clear()
    monkeypatch.undo()
    assert can_run()


def test_elsewhere_there_are_none() -> None:
    assert not can_run()
    trio = pytest.importorskip("trio")

    async def told() -> bool:
        return can_run()

    assert trio.run(told) is False
