"""Visits of worker threads: as anyio's, with its tokens, and what is entered in them is left."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from contextvars import ContextVar
from functools import partial
from types import TracebackType
from typing import Any
from unittest.mock import patch

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import pytest
from anyio.to_thread import current_default_thread_limiter
from hypothesis import given, settings
from hypothesis import strategies as st

from ferroapi import FastAPI
from ferroapi.testclient import TestClient
from ferroapi.threads import (
    ThreadContexts,
    Visit,
    current_depth,
    run_in_thread,
    run_in_unlimited_thread,
)

pytestmark = pytest.mark.anyio

Run = Callable[[Callable[[], Any]], Awaitable[Any]]

RUNS: dict[str, Run] = {
    "anyio": anyio.to_thread.run_sync,
    "limited": run_in_thread,
    "unlimited": run_in_unlimited_thread,
}
runs = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
limited = pytest.mark.parametrize("run", [RUNS["anyio"], RUNS["limited"]], ids=["anyio", "ours"])

variable: ContextVar[str] = ContextVar("variable", default="outer")


@runs
async def test_it_runs_in_a_worker_thread(run: Run) -> None:
    assert await run(threading.get_ident) != threading.get_ident()


class OwnError(Exception):
    """LeavingError in threads."""


# name: (what is raised, what comes)
ERRORS: dict[str, tuple[BaseException, type[BaseException]]] = {
    "an_exception": (OwnError(), OwnError),
    "the_end_of_an_iterator": (StopIteration(), RuntimeError),
}


@runs
@pytest.mark.parametrize("name", ERRORS)
async def test_what_is_raised(run: Run, name: str) -> None:
    raised, expected = ERRORS[name]
    if name == "the_end_of_an_iterator" and anyio.get_cancelled_exc_class().__module__ != (
        "asyncio.exceptions"
    ):
        pytest.skip("it cannot leave a coroutine")

    def fail() -> None:
        raise raised

    with pytest.raises(expected):
        await run(fail)
    assert anyio.to_thread.current_default_thread_limiter().borrowed_tokens == 0


@runs
async def test_the_context_is_a_copy(run: Run) -> None:
    variable.set("task")

    def change() -> str:
        seen = variable.get()
        variable.set("thread")
        return seen

    assert await run(change) == "task"
    assert variable.get() == "task"


@runs
async def test_the_event_loop_can_be_asked_from_inside(run: Run) -> None:
    async def ask() -> str:
        await anyio.lowlevel.checkpoint()
        return "answer"

    assert await run(partial(anyio.from_thread.run, ask)) == "answer"


@limited
async def test_it_has_a_token_while_it_runs(run: Run) -> None:
    limiter = anyio.to_thread.current_default_thread_limiter()
    assert await run(lambda: limiter.borrowed_tokens) == 1
    assert limiter.borrowed_tokens == 0


async def test_an_unlimited_one_has_none() -> None:
    limiter = anyio.to_thread.current_default_thread_limiter()
    assert await run_in_unlimited_thread(lambda: limiter.borrowed_tokens) == 0


@limited
async def test_who_has_no_token_waits_in_line(run: Run) -> None:
    limiter = anyio.to_thread.current_default_thread_limiter()
    tokens, limiter.total_tokens = limiter.total_tokens, 1
    running, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.002)
        with lock:
            running -= 1

    try:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                for _ in range(20):
                    tasks.start_soon(run, work)
    finally:
        limiter.total_tokens = tokens
    assert most == 1
    assert limiter.borrowed_tokens == 0


@runs
async def test_who_is_cancelled_before_does_not_begin(run: Run) -> None:
    called: list[None] = []
    with anyio.CancelScope() as scope:
        scope.cancel()
        await run(lambda: called.append(None))
    assert scope.cancelled_caught
    assert called == []
    assert anyio.to_thread.current_default_thread_limiter().borrowed_tokens == 0


@runs
async def test_who_is_cancelled_meanwhile_waits(run: Run) -> None:
    began, ends = threading.Event(), threading.Event()
    seen: list[str] = []

    def work() -> None:
        began.set()
        ends.wait(5)
        try:
            anyio.from_thread.check_cancelled()
        except BaseException:
            seen.append("cancelled")
        seen.append("ended")

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run, work)
            await anyio.to_thread.run_sync(began.wait)
            tasks.cancel_scope.cancel()
            ends.set()
    assert seen == ["cancelled", "ended"]


@pytest.mark.parametrize("run", [run_in_thread, run_in_unlimited_thread])
async def test_what_stands_in_the_place_of_anyios_function_is_called(run: Run) -> None:
    async def instead(function: Any, **options: Any) -> str:
        return "instead"

    with patch("anyio.to_thread.run_sync", instead):
        assert await run(lambda: "called") == "instead"


class Stop:
    """How the task of a visit is cancelled while a function runs in it."""

    def __init__(self, how: str) -> None:
        self._how = how
        self.began, self.goes_on = threading.Event(), threading.Event()

    def function(self) -> None:
        """Runs until its task was cancelled."""
        self.began.set()
        assert self.goes_on.wait(5)

    async def during(self, work: Callable[[], Awaitable[Any]]) -> None:
        """Cancels `work` in the function, and waits for both."""
        if self._how == "task":
            task = asyncio.ensure_future(work())
            await anyio.to_thread.run_sync(self.began.wait)
            task.cancel()
            await anyio.wait_all_tasks_blocked()
            self.goes_on.set()
            with pytest.raises(asyncio.CancelledError):
                await task
            return
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work)
            await anyio.to_thread.run_sync(self.began.wait)
            tasks.cancel_scope.cancel()
            self.goes_on.set()


@pytest.fixture(params=["scope", "task"])
def stop(request: pytest.FixtureRequest, anyio_backend: tuple[str, Any]) -> Stop:
    if request.param == "task" and anyio_backend[0] == "trio":
        pytest.skip("there it is scopes that are cancelled")
    return Stop(request.param)


async def test_what_shares_a_visit_does_not_begin_after_it_was_cancelled(stop: Stop) -> None:
    visit = Visit()
    ended = threading.Event()
    called: list[str] = []

    def work() -> None:
        try:
            visit.go_on()
            called.append("first")
            stop.function()
            visit.go_on()
            called.append("second")
        finally:
            ended.set()

    await stop.during(lambda: visit.run(work))
    assert await anyio.to_thread.run_sync(ended.wait, 5)
    assert called == ["first"]


async def test_what_was_entered_is_not_left_while_it_is_in_use(stop: Stop) -> None:
    events: list[Any] = []

    async def work() -> None:
        async with ThreadContexts() as contexts:
            await run_in_thread(partial(contexts.enter, Recorder(0, "passes", events)))
            await run_in_thread(use)

    def use() -> None:
        stop.function()
        events.append("used")

    await stop.during(work)
    assert [event[0] if isinstance(event, tuple) else event for event in events] == [
        "enter",
        "used",
        "leave",
    ]
    assert anyio.to_thread.current_default_thread_limiter().borrowed_tokens == 0


async def test_what_is_entered_while_its_task_is_cancelled_is_left(stop: Stop) -> None:
    events: list[Any] = []

    class Slow(Recorder):
        def __enter__(self) -> int:
            stop.function()
            return super().__enter__()

    async def work() -> None:
        async with ThreadContexts() as contexts:
            await run_in_thread(partial(contexts.enter, Slow(0, "passes", events)))

    await stop.during(work)
    assert [event[0] for event in events] == ["enter", "leave"]


@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
async def test_a_task_that_is_cancelled_again_and_again_waits_all_the_same() -> None:
    stop, events = Stop("task"), list[Any]()

    async def work() -> None:
        async with ThreadContexts() as contexts:
            await run_in_thread(partial(contexts.enter, Recorder(0, "passes", events)))
            await run_in_thread(stop.function)

    task = asyncio.create_task(work())
    await anyio.to_thread.run_sync(stop.began.wait)
    for _ in range(3):
        task.cancel()
        await anyio.wait_all_tasks_blocked()
        assert [event[0] for event in events] == ["enter"]
    stop.goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [event[0] for event in events] == ["enter", "leave"]


async def test_how_deep_a_request_is(no_threads: Any) -> None:
    events: list[Any] = []
    depths = [current_depth()]
    async with ThreadContexts() as outer:
        depths.append(current_depth())
        outer.enter(Recorder(0, "passes", events))
        depths.append(current_depth())
        async with ThreadContexts() as inner:
            inner.enter(Recorder(1, "passes", events))
            depths.append(current_depth())
            outer.leave(None, None, None)
            depths.append(current_depth())
        depths.append(current_depth())
    assert depths == [0, 0, 1, 2, 2, 0]


class LeavingError(Exception):
    """LeavingError by a context manager that is left."""


class Recorder:
    """A context manager that notes what it sees, then does what it is told."""

    def __init__(self, number: int, behaviour: str, events: list[Any]) -> None:
        self._number = number
        self._behaviour = behaviour
        self._events = events

    def __enter__(self) -> int:
        self._events.append(("enter", self._number))
        return self._number

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self._events.append(("leave", self._number, repr(exc_value), variable.get()))
        variable.set("changed")
        if self._behaviour == "raises":
            raise LeavingError(self._number)
        return self._behaviour == "suppresses"


class Alone(AbstractAsyncContextManager[int]):
    """The twin: a visit of a thread for each end."""

    def __init__(self, context: Recorder) -> None:
        self._context = context

    async def __aenter__(self) -> int:
        return await anyio.to_thread.run_sync(self._context.__enter__)

    async def __aexit__(self, *error: Any) -> bool:
        return await anyio.to_thread.run_sync(self._context.__exit__, *error)


@given(
    behaviours=st.lists(st.sampled_from(["passes", "raises", "suppresses"]), max_size=4),
    fails=st.booleans(),
)
@settings(deadline=None)
def test_contexts_are_left_as_if_each_had_a_thread_of_its_own(
    behaviours: list[str], fails: bool
) -> None:
    async def run(*, alone: bool) -> tuple[list[Any], str]:
        events: list[Any] = []
        recorders = [Recorder(number, what, events) for number, what in enumerate(behaviours)]
        try:
            async with AsyncExitStack() as stack:
                contexts = ThreadContexts.within(stack)
                for number, recorder in enumerate(recorders):
                    entered = (
                        await stack.enter_async_context(Alone(recorder))
                        if alone
                        else await run_in_thread(partial(contexts.enter, recorder))
                    )
                    assert entered == number
                if fails:
                    raise OwnError
        except Exception as error:
            return events, repr(error)
        return events, ""

    assert anyio.run(partial(run, alone=False)) == anyio.run(partial(run, alone=True))


async def test_what_was_left_is_not_left_again() -> None:
    events: list[Any] = []
    async with ThreadContexts() as contexts:
        contexts.enter(Recorder(0, "passes", events))
        contexts.leave(None, None, None)
    assert len(events) == 2


async def test_some_that_nothing_was_entered_in_need_no_thread(no_threads: Any) -> None:
    with no_threads():
        async with ThreadContexts():
            pass


@pytest.mark.parametrize("threads", [1, 7])
def test_an_application_says_how_many_threads_there_are(threads: int, loop: dict[str, Any]) -> None:
    async def tokens() -> float:
        return current_default_thread_limiter().total_tokens

    app, plain = FastAPI(threads=threads), FastAPI()
    for application in (app, plain):
        application.get("/")(tokens)
    with TestClient(app, **loop) as client:
        assert client.get("/").json() == threads
    with TestClient(plain, **loop) as client:
        assert client.get("/").json() == 40


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "4"])
def test_a_number_of_threads_is_positive(threads: Any) -> None:
    with pytest.raises(ValueError, match="threads must be a positive integer or None"):
        FastAPI(threads=threads)
