"""What a stream runs in: how it is interrupted, and what of that is seen around it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest

from ferroapi.streaming.scope import SendingScope, stream_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from ferroapi.streaming.scope import StreamScope

pytestmark = pytest.mark.anyio

kinds = pytest.mark.parametrize("waits", [True, False], ids=["may wait", "waits for sends only"])


@kinds
async def test_what_waits_for_sends_only_needs_no_cancel_scope(
    waits: bool, anyio_backend_name: str
) -> None:
    is_light = isinstance(stream_scope(waits=waits), SendingScope)
    assert is_light is (anyio_backend_name == "asyncio" and not waits)


@kinds
async def test_a_stop_interrupts_what_waits(waits: bool) -> None:
    async with stream_scope(waits=waits) as scope:
        scope.call_later(0, scope.stop)
        await anyio.sleep_forever()
    assert scope.stopped
    # Nothing of it is left.
    await anyio.lowlevel.checkpoint()


def from_the_task(scope: StreamScope) -> None:
    scope.stop()


def from_a_child(scope: StreamScope) -> None:
    async def child() -> None:
        scope.stop()

    scope.spawn(child, taskless=False)


def from_a_child_without_a_task(scope: StreamScope) -> None:
    async def child() -> None:
        scope.stop()

    scope.spawn(child, taskless=True)


@kinds
@pytest.mark.parametrize("stop", [from_the_task, from_a_child, from_a_child_without_a_task])
@pytest.mark.parametrize("then_waits", [True, False])
async def test_a_stop_ends_with_the_stream(
    waits: bool, stop: Callable[[StreamScope], None], then_waits: bool
) -> None:
    """Whoever asked for it, and whether the stream has waited after that or was about to end."""
    reached = False
    async with stream_scope(waits=waits) as scope:
        stop(scope)
        if then_waits:
            await anyio.sleep_forever()
        reached = True
    assert reached is not then_waits
    await anyio.lowlevel.checkpoint()
    with anyio.CancelScope() as after:
        await anyio.lowlevel.checkpoint()
    assert not after.cancelled_caught


@kinds
async def test_an_error_is_not_taken_for_the_interruption(waits: bool) -> None:
    async def fail() -> None:
        async with stream_scope(waits=waits) as scope:
            scope.call_later(0, scope.stop)
            try:
                await anyio.sleep_forever()
            finally:
                raise KeyError("of the stream")

    with pytest.raises(KeyError, match="of the stream"):
        await fail()
    await anyio.lowlevel.checkpoint()


@kinds
@pytest.mark.parametrize("is_stopped", [True, False])
async def test_a_cancellation_around_it_goes_on(waits: bool, is_stopped: bool) -> None:
    """Also where the stream is stopped at the same time."""
    reached = False
    with anyio.CancelScope() as around:
        async with stream_scope(waits=waits) as scope:

            def cancel() -> None:
                if is_stopped:
                    scope.stop()
                around.cancel()

            scope.call_later(0, cancel)
            await anyio.sleep_forever()
        await anyio.lowlevel.checkpoint()
        reached = True
    assert around.cancelled_caught
    assert not reached


@kinds
@pytest.mark.parametrize("is_stopped", [True, False])
async def test_a_task_that_is_cancelled_is_cancelled(
    waits: bool, is_stopped: bool, anyio_backend_name: str
) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("its tasks are cancelled by scopes")
    scopes: list[Any] = []

    async def stream() -> None:
        async with stream_scope(waits=waits) as scope:
            scopes.append(scope)
            await anyio.sleep_forever()
        await anyio.sleep_forever()

    task = asyncio.create_task(stream())
    await asyncio.sleep(0)
    task.cancel()
    if is_stopped:
        scopes[0].stop()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)


@kinds
async def test_what_has_ended_is_not_stopped(waits: bool) -> None:
    async with stream_scope(waits=waits) as scope:
        pass
    assert not scope.stop(ValueError("too late"))
    assert not scope.stopped
    assert scope.failure is None


@kinds
async def test_only_the_first_stop_counts(waits: bool) -> None:
    failure = ValueError("first")
    async with stream_scope(waits=waits) as scope:
        assert scope.stop(failure)
        assert not scope.stop(ValueError("second"))
        await anyio.sleep_forever()
    assert scope.stopped
    assert scope.failure is failure


@kinds
async def test_a_child_that_fails_while_it_is_cancelled_stops_nothing_else(waits: bool) -> None:
    """As the task group of a middleware does: both are in what it raises."""

    async def child() -> None:
        try:
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class() as cancelled:
            raise BaseExceptionGroup("both", [cancelled, ValueError("failed")]) from None

    async with stream_scope(waits=waits) as scope:
        scope.spawn(child, taskless=False)
        await anyio.lowlevel.checkpoint()
    assert not scope.stopped
    assert scope.failure is None


@kinds
async def test_what_is_no_failure_of_a_child_is_raised(
    waits: bool, anyio_backend_name: str
) -> None:
    if anyio_backend_name == "asyncio":
        pytest.skip("asyncio raises it in the event loop itself")

    async def child() -> None:
        raise BaseExceptionGroup("all", [KeyboardInterrupt()])

    async def run() -> None:
        async with stream_scope(waits=waits) as scope:
            scope.spawn(child, taskless=False)
            await anyio.sleep_forever()

    with pytest.raises(BaseExceptionGroup) as caught:
        await run()
    assert caught.group_contains(KeyboardInterrupt)
