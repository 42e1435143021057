"""Closing what the generators of dependencies opened."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, TypeVar

from anyio import CancelScope
from anyio.lowlevel import checkpoint_if_cancelled

from ferroapi.dependencies.callables import CallableKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ferroapi.plan.exchange import Exchange
    from ferroapi.plan.steps import Step

T = TypeVar("T")


def has_async_generators(steps: Sequence[Step]) -> bool:
    """Whether a dependency is an asynchronous generator."""
    return any(step.kind is CallableKind.ASYNC_GENERATOR for step in steps[:-1])


def _nobody_minds() -> None:
    """For what needs no answer."""


async def run_with_teardown(
    exchange: Exchange,
    work: Callable[[Exchange], Awaitable[T]],
    finish: Callable[[T, Exchange], Awaitable[None]],
    *,
    shielded: bool,
    swallowed: Callable[[], None] = _nobody_minds,
) -> None:
    """Runs `work`, then `finish` with its result, with the generators of dependencies open.

    Those of scope `function` are left between the two, those of scope `request` after both. What
    was opened is closed: with `shielded`, for asynchronous generators, leaving them is not
    cancelled, and a cancellation is delivered afterwards. (Synchronous ones are left in threads
    that nobody cancels.) The shield is opened before the first generator, so that their own scopes
    nest in it.

    `swallowed` is called when a generator swallowed an exception, so that `finish` did not run to
    its end; what it raises is seen by the generators around that one.
    """
    result: tuple[T] | None = None
    finished = False
    with CancelScope() as shield:
        async with AsyncExitStack() as request_stack:
            exchange.request_stack = request_stack
            try:
                async with AsyncExitStack() as function_stack:
                    exchange.function_stack = function_stack
                    try:
                        result = (await work(exchange),)
                    finally:
                        shield.shield = shielded
                if shielded:
                    shield.shield = False
                    await checkpoint_if_cancelled()
                if result is None:
                    swallowed()
                else:
                    await finish(*result, exchange)
                    finished = True
            finally:
                shield.shield = shielded
    if shielded:
        await checkpoint_if_cancelled()
    if not finished:
        swallowed()
