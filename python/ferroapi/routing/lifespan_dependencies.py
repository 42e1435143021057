"""Creating the dependencies of scope `lifespan` when an application starts."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from ferroapi.dependencies.callables import hashable
from ferroapi.dependencies.declaration import get_parameterless_dependant
from ferroapi.dependency_overrides import overrides_of
from ferroapi.exceptions import FastAPIError
from ferroapi.exit_stack import ExitStack
from ferroapi.lifespan_values import Kept
from ferroapi.plan.order.steps import compile_steps, overridden
from ferroapi.plan.resolution import exchange_without_request, run_steps

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence

    from ferroapi import params
    from ferroapi.dependencies.models import Dependant
    from ferroapi.plan.order.steps import Step
    from ferroapi.routing.route_context import RouteContext


def _declared(
    contexts: Iterable[RouteContext], overrides: Mapping[Callable[..., Any], Callable[..., Any]]
) -> Iterator[Dependant]:
    """The dependencies of scope `lifespan` of routes and of the inclusions around them."""
    for context in contexts:
        dependant: Dependant | None = getattr(context.original_route, "dependant", None)
        dependencies: Iterable[params.Depends] = ()
        if context.inherited is not None:
            dependencies = context.inherited.dependencies
        around = [
            get_parameterless_dependant(depends, path="")
            for depends in dependencies
            if depends.dependency is not None
        ]
        own = () if dependant is None else dependant.dependencies
        yield from _of_lifespan([*around, *own], overrides)


def _of_lifespan(
    dependencies: Sequence[Dependant],
    overrides: Mapping[Callable[..., Any], Callable[..., Any]],
) -> Iterator[Dependant]:
    """Those of scope `lifespan` among dependencies, below them, and below what replaces one.

    What is below one of them is created with it.
    """
    waiting = [*reversed(dependencies)]
    replaced: set[Any] = set()
    while waiting:
        dependant = waiting.pop()
        key = hashable(dependant.call)
        if dependant.scope == "lifespan":
            yield dependant
        elif key not in overrides:
            waiting.extend(reversed(dependant.dependencies))
        elif key not in replaced:
            # What replaces it may depend on it.
            replaced.add(key)
            # What cannot be described is an error of the requests that need it.
            with suppress(Exception):
                waiting.extend(reversed(overridden(dependant, overrides).dependencies))


@asynccontextmanager
async def lifespan_dependencies(
    contexts: Iterable[RouteContext], application: Any
) -> AsyncIterator[None]:
    """Creates dependencies in order of declaration, those below before, and ends them at last.

    Args:
        contexts: the routes that declare them.
        application: has their values meanwhile.

    Raises:
        FastAPIError: there is no application that could have them.
        Exception: whatever a dependency raises; those before it are ended.
    """
    overrides = overrides_of(application)
    waiting = list(_declared(contexts, overrides))
    if not waiting:
        yield
        return
    if not hasattr(application, "_lifespan_values"):
        raise FastAPIError(
            f"Dependencies with a scope of {'lifespan'!r} need a FastAPI application around them"
        )
    values: dict[Callable[..., Any], Any] = {}
    async with ExitStack() as stack:
        exchange = exchange_without_request(application, stack)
        for dependant in waiting:
            root = overridden(dependant, overrides)
            if hashable(root.call) not in values:
                steps = compile_steps(root, overrides, lifespan_values=values, creates=True)
                results = await run_steps(steps, exchange, _nothing)
                values |= {
                    hashable(step.dependant.call): value
                    for step, value in zip(steps, results, strict=True)
                    if not isinstance(step.dependant.call, Kept)
                }
        before, application._lifespan_values = application._lifespan_values, values
        try:
            yield
        finally:
            # One that began later, and goes on, may have this one's values for its `before`.
            values.clear()
            if application._lifespan_values is values:
                application._lifespan_values = before


def _nothing(_step: Step) -> dict[str, Any]:
    return {}
