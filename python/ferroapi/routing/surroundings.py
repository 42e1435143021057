"""What is around the plan of a path operation: the limit of its body, and who hears its client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi.body_limit import with_body_limit
from ferroapi.plan.cancellation import with_cancellation
from ferroapi.plan.operation import OperationPlan

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from ferroapi.dependencies.models import Dependant
    from ferroapi.routing.options import OperationAttributes


def surrounded(plan: ASGIApp, route: OperationAttributes, dependant: Dependant) -> ASGIApp:
    """A plan with what the options of its route put around it; the plan itself without any.

    Args:
        plan: what answers.
        route: has the options.
        dependant: the endpoint, for plans that do not say what they run.
    """
    dependants = list(
        (step.dependant for step in plan.steps)
        if isinstance(plan, OperationPlan)
        else dependant.flat()
    )
    return with_cancellation(
        with_body_limit(plan, route.max_body_size),
        dependants,
        # A stream hears by itself that its client leaves.
        cancels=bool(route.cancel_on_disconnect) and not dependant.kind.is_generator,
        reads_body=any(used.body_params for used in dependants),
    )
