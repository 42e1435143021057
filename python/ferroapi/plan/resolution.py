"""Running dependencies where there is no request."""

from __future__ import annotations

from contextlib import asynccontextmanager, nullcontext
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from ferroapi.cancellation import cancel_scope
from ferroapi.connection.exchange import Exchange
from ferroapi.dependencies.callables import callable_name, hashable, unwrapped
from ferroapi.dependencies.declaration import get_dependant, parameter_names
from ferroapi.dependency_overrides import overrides_of, tells_of_overrides
from ferroapi.exceptions import FastAPIError
from ferroapi.exit_stack import ExitStack
from ferroapi.lifespan_values import lifespan_values_of
from ferroapi.live import compiled, keep
from ferroapi.plan.order.steps import compile_steps
from ferroapi.security_scopes import SecurityScopes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from ferroapi.plan.order.steps import Step


def exchange_without_request(application: Any, stack: ExitStack) -> Exchange:
    """The state of what is run for nobody who asked.

    Args:
        application: whose threads are used.
        stack: ends the generators of scope `request` and `lifespan`.
    """
    exchange = Exchange({"type": "http", "app": application}, _nobody, _nobody)
    exchange.request_stack = stack
    return exchange


async def run_steps(
    steps: Sequence[Step], exchange: Exchange, given: Callable[[Step], dict[str, Any]]
) -> list[Any]:
    """The values of dependencies, each called once, in their order.

    Args:
        steps: what is called.
        exchange: has the exit stacks.
        given: the arguments of a step that are no dependencies.
    """
    results: list[Any] = []
    for step in steps:
        arguments = given(step)
        arguments |= {name: results[index] for name, index in step.inputs if name is not None}
        result = results[step.first] if step.repeats else await step.run(arguments, exchange)
        results.append(result)
    return results


async def _nobody(*_message: object) -> NoReturn:
    raise RuntimeError("There is no request here")


class _Key(NamedTuple):
    call: Callable[..., Any]
    given: frozenset[str]
    others: frozenset[str]


class Resolver:
    """Calls functions with their dependencies, for one application."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._steps: dict[_Key, tuple[Step, ...]] = {}

    def _forget_compiled(self) -> None:
        """Has the dependencies looked at again, since overrides have changed."""
        self._steps = {}

    @asynccontextmanager
    async def resolve(
        self,
        call: Callable[..., Any],
        given: Mapping[str, Any],
        *,
        others: frozenset[str] = frozenset(),
    ) -> AsyncIterator[Any]:
        """The value of `call`. See `FastAPI.resolve`.

        Args:
            call: what is called last.
            given: arguments for it, and for what would take them from a request.
            others: the parameters of it that nobody but its caller gives.
        """
        steps = self._compiled(_Key(call, frozenset(given), others))
        stack = ExitStack()
        exchange = exchange_without_request(self._application, stack)
        results: list[Any] = []
        # As for a request: opened before the generators, whose own scopes nest in it.
        waits = any(step.waits for step in steps)
        with cancel_scope() if waits else nullcontext() as shield:
            async with stack:
                try:
                    exchange.function_stack = ExitStack()
                    async with exchange.function_stack:
                        try:
                            results += await run_steps(steps, exchange, _Arguments(steps, given))
                        finally:
                            if shield is not None:
                                shield.shield = True
                    if results:
                        if shield is not None:
                            shield.shield = False
                        yield results[-1]
                finally:
                    if shield is not None:
                        shield.shield = True
        if not results:
            raise FastAPIError(
                "A dependency has swallowed an exception: "
                f"there is no value of {callable_name(call)!r}"
            )

    def _compiled(self, key: _Key) -> tuple[Step, ...]:
        known = key._replace(call=hashable(key.call))
        steps = self._steps.get(known)
        if steps is None:
            changes = compiled(self)
            steps = self._compile(key)
            if tells_of_overrides(self._application):
                keep(self, changes, _steps={**self._steps, known: steps})
        return steps

    def _compile(self, key: _Key) -> tuple[Step, ...]:
        overrides = overrides_of(self._application)
        call = overrides.get(hashable(key.call), key.call)
        steps = compile_steps(
            get_dependant(path="", call=call, without=key.given | key.others),
            overrides,
            lifespan_values=lifespan_values_of(self._application),
            creates=True,
        )
        taken = {name for step in steps for name in _of_request(step)}
        unknown = key.given - taken - parameter_names(key.call) - parameter_names(call)
        if unknown:
            raise TypeError(
                f"{callable_name(call)!r} and what it depends on take no {_all(unknown)}"
            )
        missing = [
            f"{name!r} of {_place(step)}"
            for step in steps
            for name, is_needed in _of_request(step).items()
            if is_needed and name not in key.given
        ]
        if missing:
            raise TypeError(f"There is no request, and these were not given: {', '.join(missing)}")
        return steps


class _Arguments:
    """What steps take that are no dependencies."""

    def __init__(self, steps: Sequence[Step], given: Mapping[str, Any]) -> None:
        self._last = steps[-1]
        self._given = given

    def __call__(self, step: Step) -> dict[str, Any]:
        dependant, given = step.dependant, self._given
        arguments = {
            field.name: given[field.name] if field.name in given else deepcopy(field.default)
            for field in (*dependant.parameters, *dependant.body_params)
        }
        for name in dependant.injected:
            arguments[name] = given[name] if name in given else SecurityScopes([*step.oauth_scopes])
        if step is self._last:
            names = parameter_names(dependant.call)
            arguments |= {name: value for name, value in given.items() if name in names}
        return arguments


def _of_request(step: Step) -> dict[str, bool]:
    """What a step takes of a request, and whether it has to be given."""
    dependant = step.dependant
    fields = (*dependant.parameters, *dependant.body_params)
    return {
        **{name: kind != "security_scopes" for name, kind in dependant.injected.items()},
        **{field.name: field.required for field in fields},
    }


def _place(step: Step) -> str:
    call = step.dependant.call
    code = getattr(unwrapped(call), "__code__", None)
    name = callable_name(call)
    return name if code is None else f"{name} ({code.co_filename}, line {code.co_firstlineno})"


def _all(names: frozenset[str]) -> str:
    return ", ".join(map(repr, sorted(names)))
