"""What a plan does, for people who want to read it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from ferroapi.plan.operation import OperationPlan
from ferroapi.plan.websocket import WebSocketPlan

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def explain(plan: ASGIApp) -> str:
    """The Python source that a plan runs.

    A plan that is one function is that function. Others are classes of `ferroapi.plan`: for these
    it is the function that gives the reply, or the arguments of the endpoint.
    """
    inner: ASGIApp | None = getattr(plan, "app", None)
    if inner is not None:
        # A limit of bodies, what answers HEAD, or what a router has around its operations.
        return explain(inner)
    if isinstance(plan, OperationPlan | WebSocketPlan):
        source = plan.source() if isinstance(plan, OperationPlan) else plan.solver.source()
        return f"# Run by {type(plan).__name__}, with what this gives:\n{source}"
    return inspect.getsource(plan)
