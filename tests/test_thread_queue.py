"""The line for worker threads: whoever holds something gets one, and the line may be bounded."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from unittest.mock import patch

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from anyio.abc import TaskGroup
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Ask
from tests.properties import examples
from tests.sweep.pools import POOLED, THREADS, failures, in_the_event_loop

from ferroapi import BackgroundTasks, Depends, FastAPI
from ferroapi.thread_queue import LOOK_SECONDS, ThreadQueue, ThreadQueueFullError

pytestmark = pytest.mark.anyio

ROUNDS, REQUESTS = 2, 60


@pytest.fixture
async def few_threads() -> AsyncIterator[anyio.CapacityLimiter]:
    limiter = anyio.to_thread.current_default_thread_limiter()
    tokens, limiter.total_tokens = limiter.total_tokens, THREADS
    yield limiter
    limiter.total_tokens = tokens


@pytest.mark.parametrize("name", POOLED)
async def test_who_holds_a_connection_gets_a_thread(
    few_threads: anyio.CapacityLimiter, name: str
) -> None:
    assert await failures(name, REQUESTS, ROUNDS) == []
    assert few_threads.borrowed_tokens == 0


class Line:
    """A line of visits with the tokens of a limiter of its own, one step at a time."""

    def __init__(self, tokens: int) -> None:
        self.limiter = anyio.CapacityLimiter(tokens)
        self.queue = ThreadQueue(self.limiter)
        self.running: list[tuple[int, object]] = []
        self.waiting: list[tuple[int, anyio.CancelScope]] = []
        self.held: list[int] = []

    async def visit(self, depth: int) -> None:
        with anyio.CancelScope() as scope:
            self.waiting.append((depth, scope))
            try:
                ticket = self.queue.enter_at_once(depth) or await self.queue.enter(depth)
            finally:
                self.waiting.remove((depth, scope))
            self.running.append((depth, ticket))

    def kept(self, depth: int) -> int:
        """Tokens that are not for visits of that depth."""
        return len({held for held in self.held if held > depth})

    def admits(self, depth: int) -> bool:
        """The twin: whether one more of that depth leaves to the deeper ones what is kept."""
        deepest = max([depth, *self.held, *(depth for depth, _ in self.running)])
        return all(
            sum(running <= limit for running, _ in self.running)
            < max(1, self.limiter.total_tokens - self.kept(limit))
            for limit in range(depth, deepest + 1)
        )


STEPS = st.one_of(
    st.tuples(st.just("visit"), st.integers(0, 3)),
    st.tuples(st.just("hold"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["leave", "let go", "cancel"]), st.integers(0, 5)),
)


async def settle() -> None:
    for _ in range(10):
        await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@given(tokens=st.integers(1, 4), steps=st.lists(STEPS, max_size=25))
@settings(deadline=None, max_examples=examples(60))
def test_the_line_moves_whenever_it_may(
    backend: str, tokens: int, steps: list[tuple[str, int]]
) -> None:
    async def run() -> None:
        line = Line(tokens)
        async with anyio.create_task_group() as tasks:
            for what, number in steps:
                before = list(line.running)
                if what == "visit":
                    tasks.start_soon(line.visit, number)
                elif what == "hold":
                    line.queue.hold(number)
                    line.held.append(number)
                elif what == "let go" and line.held:
                    line.queue.let_go(line.held.pop(number % len(line.held)))
                elif what == "leave" and line.running:
                    line.queue.leave(*line.running.pop(number % len(line.running)))
                elif what == "cancel" and line.waiting:
                    line.waiting[number % len(line.waiting)][1].cancel()
                await settle()
                assert line.limiter.borrowed_tokens == len(line.running) <= tokens
                assert not any(line.admits(depth) for depth, _ in line.waiting)
                called = [visit for visit in line.running if visit not in before]
                if what == "leave" and called:
                    assert called[0][0] >= max((depth for depth, _ in line.waiting), default=0)
            tasks.cancel_scope.cancel()
            while line.running:
                line.queue.leave(*line.running.pop())
        assert line.limiter.borrowed_tokens == 0
        assert line.limiter.statistics().tasks_waiting == 0

    anyio.run(run, backend=backend)


async def test_tokens_that_are_added_are_used() -> None:
    line = Line(1)
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(line.visit, 0)
        await settle()
        assert len(line.running) == 1
        line.limiter.total_tokens = 3
        line.queue.leave(*line.running.pop())
        await settle()
        assert len(line.running) == 3
    assert len(line.waiting) == 0


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_tokens_that_are_added_are_used_also_if_nobody_leaves() -> None:
    line = Line(1)
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(line.visit, 0)
        await settle()
        for tokens in (1, 3, 4):
            line.limiter.total_tokens = tokens
            with anyio.fail_after(50 * LOOK_SECONDS):
                while len(line.running) < tokens:  # noqa: ASYNC110 - the line tells nobody
                    await anyio.sleep(LOOK_SECONDS / 10)


async def test_tokens_that_others_have_are_waited_for() -> None:
    line = Line(1)
    line.limiter.acquire_on_behalf_of_nowait("another")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(line.visit, 0)
        await settle()
        assert line.running == []
        line.limiter.release_on_behalf_of("another")
    assert len(line.running) == 1


async def test_who_is_cancelled_as_it_is_called_calls_the_next() -> None:
    line = Line(1)
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(line.visit, 0)
        await settle()
        first = line.waiting[0][1]
        line.queue.leave(*line.running.pop())
        first.cancel()
        await settle()
        assert line.limiter.borrowed_tokens == len(line.running)
        while line.running:
            line.queue.leave(*line.running.pop())
            await settle()
    assert line.limiter.borrowed_tokens == 0


class Busy:
    """Requests that have all the threads, until they are let go."""

    def __init__(self, app: FastAPI, ask: Ask) -> None:
        self._app = app
        self._ask = ask
        self._let_go = threading.Event()
        self.statuses: list[int] = []
        app.get("/busy")(self._wait)

    def _wait(self) -> None:
        self._let_go.wait(10)

    async def request(self) -> None:
        self.statuses.append((await self._ask(self._app, path="/busy")).status)

    async def occupy(self, tasks: TaskGroup, count: int) -> None:
        for _ in range(count):
            tasks.start_soon(self.request)
            await settle()

    def let_go(self) -> None:
        self._let_go.set()


def nothing() -> None:
    """A function that is called in a thread."""


def open_and_close() -> Iterator[None]:
    yield


# name: an endpoint that needs a thread before its response, with what it is declared by
NEEDS_A_THREAD: dict[str, Callable[[FastAPI], Any]] = {
    "an endpoint": lambda app: app.get("/")(nothing),
    "a dependency": lambda app: app.get("/", dependencies=[Depends(nothing)])(in_the_event_loop),
    "dependencies": lambda app: app.get(
        "/", dependencies=[Depends(nothing), Depends(open_and_close)]
    )(in_the_event_loop),
    "a generator": lambda app: app.get("/", dependencies=[Depends(open_and_close)])(
        in_the_event_loop
    ),
    "a limited dependency": lambda app: app.get(
        "/", dependencies=[Depends(nothing, max_concurrency=9)]
    )(in_the_event_loop),
    "a limited generator": lambda app: app.get(
        "/", dependencies=[Depends(open_and_close, max_concurrency=9)]
    )(in_the_event_loop),
}


@pytest.mark.parametrize("length", [0, 1])
@pytest.mark.parametrize("name", NEEDS_A_THREAD)
async def test_a_line_that_is_long_enough_gets_no_longer(
    ask: Ask, few_threads: anyio.CapacityLimiter, name: str, length: int
) -> None:
    app = FastAPI(thread_queue=length)
    NEEDS_A_THREAD[name](app)
    busy = Busy(app, ask)
    async with anyio.create_task_group() as tasks:
        await busy.occupy(tasks, THREADS + length)
        answer = await ask(app)
        busy.let_go()
    assert (answer.status, answer.body) == (503, b'{"detail":"Service Unavailable"}')
    assert (b"retry-after", b"1") in answer.headers
    assert busy.statuses == [200] * (THREADS + length)
    assert (await ask(app)).status == 200
    assert few_threads.borrowed_tokens == 0


async def test_without_a_limit_all_wait(ask: Ask, few_threads: anyio.CapacityLimiter) -> None:
    app = FastAPI()
    busy = Busy(app, ask)
    async with anyio.create_task_group() as tasks:
        await busy.occupy(tasks, 10 * THREADS)
        busy.let_go()
    assert busy.statuses == [200] * 10 * THREADS


async def test_who_holds_something_is_never_sent_away(
    ask: Ask, few_threads: anyio.CapacityLimiter
) -> None:
    app = FastAPI(thread_queue=0)
    busy = Busy(app, ask)
    entered, go_on = anyio.Event(), anyio.Event()
    done: list[str] = []

    async def wait() -> None:
        entered.set()
        await go_on.wait()

    @app.get("/", dependencies=[Depends(open_and_close), Depends(wait)])
    def endpoint(tasks: BackgroundTasks) -> None:
        tasks.add_task(done.append, "task")

    async def request() -> None:
        busy.statuses.append((await ask(app)).status)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(request)
        await entered.wait()
        await busy.occupy(tasks, THREADS)
        go_on.set()
        await settle()
        busy.let_go()
    # One of the threads was kept.
    assert sorted(busy.statuses) == [200] * THREADS + [503]
    assert done == ["task"]


async def test_work_after_the_response_is_never_sent_away(
    ask: Ask, few_threads: anyio.CapacityLimiter
) -> None:
    app = FastAPI(thread_queue=0)
    busy = Busy(app, ask)
    done: list[str] = []

    @app.get("/")
    async def endpoint(tasks: BackgroundTasks) -> None:
        tasks.add_task(done.append, "task")

    async def request() -> None:
        busy.statuses.append((await ask(app)).status)

    async with anyio.create_task_group() as tasks:
        await busy.occupy(tasks, THREADS)
        tasks.start_soon(request)
        await settle()
        busy.let_go()
    assert busy.statuses == [200] * (THREADS + 1)
    assert done == ["task"]


async def test_mounted_applications_have_lines_of_their_own(
    ask: Ask, few_threads: anyio.CapacityLimiter
) -> None:
    app, inner = FastAPI(thread_queue=0), FastAPI()
    inner.get("/")(nothing)
    app.mount("/inner", inner)
    busy = Busy(app, ask)
    statuses: list[int] = []

    async def request() -> None:
        statuses.append((await ask(app, path="/inner/")).status)

    async with anyio.create_task_group() as tasks:
        await busy.occupy(tasks, THREADS)
        tasks.start_soon(request)
        await settle()
        busy.let_go()
    assert statuses == [200]


async def test_the_client_is_told_how_long_others_have_waited() -> None:
    line = Line(1)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(line.visit, 0)
        tasks.start_soon(line.visit, 0)
        await settle()
        later = patch("anyio.current_time", return_value=anyio.current_time() + 7.5)
        with later, pytest.raises(ThreadQueueFullError) as caught:
            await line.queue.enter(0, 1)
        tasks.cancel_scope.cancel()
    assert caught.value.headers is not None
    assert int(caught.value.headers["retry-after"]) >= 8


@pytest.mark.parametrize("length", [-1, 1.0, "1", True])
def test_a_length_is_a_number_of_visits(length: Any) -> None:
    with pytest.raises(ValueError, match="thread_queue must be a non-negative integer or None"):
        FastAPI(thread_queue=length)
