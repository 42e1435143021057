"""Closing what a request opened: the generators of dependencies, and the files of its form."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, TypeVar

from ferroapi.cancellation import cancel_scope, is_in_cancel_scope
from ferroapi.exceptions import FastAPIError
from ferroapi.exit_stack import ExitStack

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import anyio
    from starlette.datastructures import UploadFile

    from ferroapi.connection.exchange import Exchange
    from ferroapi.plan.order.steps import Step

T = TypeVar("T")

MIDDLEWARE_STACK = "fastapi_middleware_astack"
"""Where the scope has the exit stack that is left after all others: files of forms are there."""
REQUEST_STACK = "fastapi_inner_astack"
"""Where the scope has the exit stack of dependencies of scope `request`."""
FUNCTION_STACK = "fastapi_function_astack"
"""Where the scope has the exit stack of dependencies of scope `function`."""


class Generators:
    """Which generators are among the dependencies of an operation."""

    __slots__ = ("any", "of_function", "wait")

    def __init__(self, steps: Sequence[Step], *, has_handler: bool = False) -> None:
        """
        Args:
            steps: those of the operation, the last of which is its endpoint.
            has_handler: whether a handler of the user's has the exit stacks, in the scope of its
                request, and may put anything on them.
        """
        generators = [step for step in steps[:-1] if step.kind.is_generator]
        self.any = has_handler or bool(generators)
        """Whether there is one at all."""
        self.wait = has_handler or any(step.waits for step in generators)
        """Whether there may be an asynchronous one that may have to wait when it is left."""
        self.of_function = has_handler or any(step.function_scope for step in generators)
        """Whether there is one of scope `function`."""

    @classmethod
    def unknown(cls) -> Generators:
        """For what may run dependencies of any kind."""
        generators = cls(())
        generators.any = generators.wait = generators.of_function = True
        return generators


def _nobody_minds() -> None:
    """For what needs no answer."""


def run_with_teardown(
    exchange: Exchange,
    work: Callable[[Exchange], Awaitable[T]],
    finish: Callable[[T, Exchange], Awaitable[None]],
    generators: Generators,
    *,
    swallowed: Callable[[], None] = _nobody_minds,
) -> Awaitable[object]:
    """Runs `work`, then `finish` with its result, with the generators of dependencies open.

    What it returns is to be awaited at once.

    Those of scope `function` are left between the two, those of scope `request` after both. What
    was opened is closed: leaving asynchronous generators is not cancelled, and a cancellation is
    delivered afterwards. (Synchronous ones are left in threads that nobody cancels, and what never
    waits is not cancelled either: they need no shield. Nor does a task that is in no cancel scope:
    none shields from what cancels the task itself.) It is opened before the first generator, so
    that their own scopes nest in it.

    `swallowed` is called when a generator swallowed an exception, so that `finish` did not run to
    its end; what it raises is seen by the generators around that one.
    """
    run = _run_shielded if generators.wait and is_in_cancel_scope() else _run
    return run(exchange, work, finish, generators, swallowed)


async def _run_shielded(
    exchange: Exchange,
    work: Callable[[Exchange], Awaitable[T]],
    finish: Callable[[T, Exchange], Awaitable[None]],
    generators: Generators,
    swallowed: Callable[[], None],
) -> None:
    finished = False
    with cancel_scope() as shield:
        finished = await _run(exchange, work, finish, generators, swallowed, shield)
    if exchange.request_stack.waits:
        await _deliver_cancellation()
    if not finished:
        swallowed()


async def _run(
    exchange: Exchange,
    work: Callable[[Exchange], Awaitable[T]],
    finish: Callable[[T, Exchange], Awaitable[None]],
    generators: Generators,
    swallowed: Callable[[], None],
    shield: anyio.CancelScope | None = None,
) -> bool:
    """Whether `finish` ran to its end; `shield` is closed to cancellations before leaving.

    Without one there is nothing to do between leaving and telling that an exception was swallowed.
    """
    stack = exchange.request_stack = ExitStack()
    finished = False
    try:
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
            if shield is not None and not stack.is_empty:
                shield.shield = True
    except BaseException as error:
        if stack.is_empty or not await stack.__aexit__(type(error), error, error.__traceback__):
            raise
    else:
        if not stack.is_empty:
            await stack.aclose()
    if shield is None and not finished:
        swallowed()
    return finished


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
    with cancel_scope(shield=True):
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
    stack = exchange.function_stack = ExitStack()
    result: tuple[T] | None = None
    is_shielded = False
    try:
        try:
            result = (await work(exchange),)
        finally:
            is_shielded = shield is not None and not stack.is_empty
            if shield is not None and is_shielded:
                shield.shield = True
    except BaseException as error:
        if stack.is_empty or not await stack.__aexit__(type(error), error, error.__traceback__):
            raise
    else:
        if not stack.is_empty:
            await stack.aclose()
    if shield is not None and is_shielded:
        shield.shield = False
        if stack.waits:
            await _deliver_cancellation()
    return result
