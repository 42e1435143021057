"""Cancel scopes: what anyio gives."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from ferroapi import cancellation
from ferroapi.cancellation import cancel_scope, cancelled_first, is_in_cancel_scope

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("shield", [True, False], ids=["shielded", "open"])
async def test_they_are_what_anyio_gives(shield: bool) -> None:
    scope = cancel_scope(shield=shield)

    assert type(scope) is type(anyio.CancelScope())
    assert scope.shield is shield
    with scope:
        scope.cancel()
        await anyio.lowlevel.checkpoint()
    assert scope.cancelled_caught


async def test_a_shield_keeps_a_cancellation_out() -> None:
    with anyio.CancelScope() as outer:
        outer.cancel()
        with cancel_scope(shield=True):
            await anyio.lowlevel.checkpoint()
            reached = True

    assert reached


async def around_nothing() -> bool:
    return await asyncio.create_task(told())


async def after_one() -> bool:
    async def leave_one() -> bool:
        with anyio.CancelScope():
            await anyio.lowlevel.checkpoint()
        return is_in_cancel_scope()

    return await asyncio.create_task(leave_one())


async def in_one() -> bool:
    with anyio.CancelScope():  # noqa: ASYNC100 - what is tested
        return is_in_cancel_scope()


async def in_a_time_limit() -> bool:
    with anyio.move_on_after(60):
        await anyio.lowlevel.checkpoint()
        return is_in_cancel_scope()


async def in_the_outer_of_two() -> bool:
    with anyio.CancelScope():
        with anyio.CancelScope():
            await anyio.lowlevel.checkpoint()
        return is_in_cancel_scope()


async def in_a_child_of_a_group() -> bool:
    seen: list[bool] = []

    async def child() -> None:
        seen.append(is_in_cancel_scope())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(child)
    return seen[0]


async def told() -> bool:
    return is_in_cancel_scope()


@pytest.mark.parametrize("ask", [around_nothing, after_one], ids=lambda ask: ask.__name__)
async def test_a_task_of_asyncio_in_no_scope_is_told_apart(
    ask: Callable[[], Awaitable[bool]], anyio_backend_name: str
) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("no task of asyncio there")
    assert await ask() is False


@pytest.mark.parametrize(
    "ask",
    [in_one, in_a_time_limit, in_the_outer_of_two, in_a_child_of_a_group],
    ids=lambda ask: ask.__name__,
)
async def test_a_task_in_a_scope_is_told(ask: Callable[[], Awaitable[bool]]) -> None:
    """On trio every task is taken to be in one."""
    assert await ask() is True


async def test_where_anyio_does_not_tell_a_task_is_taken_to_be_in_a_scope(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cancellation, "_states_of_tasks", lambda: None)

    assert is_in_cancel_scope()


class FailedError(Exception):
    """What a task of a group raises."""


async def alone(failing: Callable[[], Awaitable[None]]) -> None:
    await failing()


async def in_a_group_of_anyio(failing: Callable[[], Awaitable[None]]) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(failing)
        await anyio.sleep_forever()


async def in_a_group_of_asyncio(failing: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(failing())
        await anyio.sleep_forever()


async def ended_by(
    run: Callable[..., Awaitable[None]], *, cancelled: bool, caught: bool = False
) -> BaseException | None:
    """What a task ends with in which `run` fails, and which is cancelled in the same moment."""
    may_fail = asyncio.Event()

    async def failing() -> None:
        try:
            await may_fail.wait()
        finally:
            raise FailedError

    async def work() -> None:
        if caught:
            await cancelled_while_it_waits()
        await cancelled_first(run(failing))

    task = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    may_fail.set()
    if cancelled:
        task.cancel()
    await asyncio.wait([task])
    return asyncio.CancelledError() if task.cancelled() else task.exception()


async def cancelled_while_it_waits() -> None:
    """Is cancelled, and goes on."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(0)


RUNS = [alone, in_a_group_of_anyio, in_a_group_of_asyncio]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.__name__)
async def test_a_cancellation_is_raised_rather_than_a_failure_of_the_same_moment(
    run: Callable[..., Awaitable[None]], anyio_backend_name: str
) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("its groups raise both")
    assert type(await ended_by(run, cancelled=True)) is asyncio.CancelledError


@pytest.mark.parametrize("caught", [False, True], ids=["never cancelled", "cancelled before"])
@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.__name__)
async def test_a_failure_without_a_cancellation_is_raised_as_it_is(
    run: Callable[..., Awaitable[None]], caught: bool, anyio_backend_name: str
) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("tasks of asyncio")
    ended = await ended_by(run, cancelled=False, caught=caught)
    expected = FailedError if run is alone else ExceptionGroup
    assert type(ended) is expected


async def test_the_cancellation_of_a_scope_stays_its_own() -> None:
    async def fail() -> None:
        scope.cancel()
        raise FailedError

    with anyio.CancelScope() as scope:
        await cancelled_first(fail())
    assert scope.cancelled_caught
