"""Closing what a request opened: the generators of dependencies, and the files of its form."""

from __future__ import annotations

from contextlib import AsyncExitStack, nullcontext
from io import BytesIO
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import anyio

from ferroapi.dependencies.callables import CallableKind
from ferroapi.exceptions import FastAPIError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from starlette.datastructures import UploadFile

    from ferroapi.connection.exchange import Exchange
    from ferroapi.plan.order.steps import Step

T = TypeVar("T")
U = TypeVar("U", bound=Any)
P = ParamSpec("P")

MIDDLEWARE_STACK = "fastapi_middleware_astack"
"""Where the scope has the exit stack that is left after all others: files of forms are there."""
REQUEST_STACK = "fastapi_inner_astack"
"""Where the scope has the exit stack of dependencies of scope `request`."""
FUNCTION_STACK = "fastapi_function_astack"
"""Where the scope has the exit stack of dependencies of scope `function`."""


class Generators:
    """Which generators are among the dependencies of an operation."""

    __slots__ = ("any", "asynchronous", "of_function")

    def __init__(self, steps: Sequence[Step]) -> None:
        """
        Args:
            steps: those of the operation, the last of which is its endpoint.
        """
        generators = [step for step in steps[:-1] if step.kind.is_generator]
        self.any = bool(generators)
        """Whether there is one at all."""
        self.asynchronous = any(step.kind is CallableKind.ASYNC_GENERATOR for step in generators)
        """Whether there is an asynchronous one."""
        self.of_function = any(step.function_scope for step in generators)
        """Whether there is one of scope `function`."""

    @classmethod
    def unknown(cls) -> Generators:
        """For what may run dependencies of any kind."""
        generators = cls(())
        generators.any = generators.asynchronous = generators.of_function = True
        return generators


class ExitStack(AsyncExitStack):
    """An exit stack that knows whether leaving it may have had to wait for something."""

    waits = False

    async def enter_async_context(self, cm: AbstractAsyncContextManager[T]) -> T:
        self.waits = True
        return await super().enter_async_context(cm)

    def push_async_exit(self, exit: U) -> U:  # noqa: A002 - its name in the standard library
        self.waits = True
        return super().push_async_exit(exit)

    def push_async_callback(
        self, callback: Callable[P, Awaitable[Any]], /, *args: P.args, **keywords: P.kwargs
    ) -> Callable[P, Awaitable[Any]]:
        self.waits = True
        return super().push_async_callback(callback, *args, **keywords)


def _nobody_minds() -> None:
    """For what needs no answer."""


async def run_with_teardown(
    exchange: Exchange,
    work: Callable[[Exchange], Awaitable[T]],
    finish: Callable[[T, Exchange], Awaitable[None]],
    generators: Generators,
    *,
    swallowed: Callable[[], None] = _nobody_minds,
) -> None:
    """Runs `work`, then `finish` with its result, with the generators of dependencies open.

    Those of scope `function` are left between the two, those of scope `request` after both. What
    was opened is closed: leaving asynchronous generators is not cancelled, and a cancellation is
    delivered afterwards. (Synchronous ones are left in threads that nobody cancels, and need no
    shield.) It is opened before the first generator, so that their own scopes nest in it.

    `swallowed` is called when a generator swallowed an exception, so that `finish` did not run to
    its end; what it raises is seen by the generators around that one.
    """
    shielded = generators.asynchronous
    finished = False
    request_stack = ExitStack()
    with anyio.CancelScope() if shielded else nullcontext() as shield:
        exchange.request_stack = request_stack
        async with request_stack:
            try:
                result = (
                    await _leaving_those_of_function(exchange, work, shield)
                    if generators.of_function
                    else (await work(exchange),)
                )
                if result is None:
                    swallowed()
                else:
                    await finish(*result, exchange)
                    finished = True
            finally:
                if shield is not None:
                    shield.shield = True
    if shielded and request_stack.waits:
        await _deliver_cancellation()
    if not finished:
        swallowed()


def refuse_to_swallow() -> None:
    """Raises `FastAPIError`: a request whose exception was swallowed has no answer."""
    raise FastAPIError(
        "Response not awaited. There's a high chance that the "
        "application code is raising an exception and a dependency with yield "
        "has a block with a bare except, or a block with except Exception, "
        "and is not raising the exception again. Read more about it in the "
        "docs: https://fastapi.tiangolo.com/tutorial/dependencies/"
        "dependencies-with-yield/#dependencies-with-yield-and-except"
    )


async def close_files(files: Sequence[UploadFile]) -> None:
    """Closes files of a form, also when the request is cancelled: a thread closes big ones."""
    if all(isinstance(getattr(file.file, "_file", None), BytesIO) for file in files):
        # That waits for nothing.
        for file in files:
            await file.close()
        return
    with anyio.CancelScope(shield=True):
        for file in files:
            await file.close()


def show_stacks(exchange: Exchange) -> None:
    """Puts the exit stacks into the scope, where FastAPI's users look for them."""
    exchange.scope[REQUEST_STACK] = exchange.request_stack
    exchange.scope[FUNCTION_STACK] = exchange.function_stack


async def _deliver_cancellation() -> None:
    # Part of what anyio loads when something runs on it.
    from anyio.lowlevel import checkpoint_if_cancelled

    await checkpoint_if_cancelled()


async def _leaving_those_of_function(
    exchange: Exchange,
    work: Callable[[Exchange], Awaitable[T]],
    shield: anyio.CancelScope | None,
) -> tuple[T] | None:
    """What `work` gives, or `None` when a generator of scope `function` swallowed an exception."""
    result: tuple[T] | None = None
    async with ExitStack() as function_stack:
        exchange.function_stack = function_stack
        try:
            result = (await work(exchange),)
        finally:
            if shield is not None:
                shield.shield = True
    if shield is not None:
        shield.shield = False
        if function_stack.waits:
            await _deliver_cancellation()
    return result
