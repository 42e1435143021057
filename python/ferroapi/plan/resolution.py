"""Running dependencies where there is no request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ferroapi.connection.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ferroapi.exit_stack import ExitStack
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
