"""Writing the call of a security scheme that reads no more than the `Authorization` field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi._core import Parameters
from ferroapi.connection.request import Request
from ferroapi.plan.writing.interface import Exchanged

if TYPE_CHECKING:
    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.writing.draft import Draft

_FIELD = Parameters(header=[("field", ["authorization"], "first")])


def takes_field(step: Step) -> bool:
    """Whether a step is a scheme that needs nothing of the request but the field."""
    dependant = step.dependant
    kind = type(dependant.call)
    return (
        kind.__call__ is getattr(kind, "_call_by_field", None)
        and dependant.concurrency is None
        and [kind for _, kind in step.injected] == ["connection"]
        and not (step.inputs or dependant.parameters or dependant.body_params)
    )


def write_credentials(draft: Draft, step: Step) -> bool:
    """Writes the value of a scheme without a request and a coroutine for it.

    Args:
        draft: the function.
        step: the dependency; none before it is given the request, which it might change.

    Returns:
        whether it was written: not where somebody may have made a request of another class.
    """
    source, interface = draft.source, draft.interface
    if isinstance(interface, Exchanged) or not takes_field(step):
        return False
    from ferroapi.security.authorization import HEADERS

    scheme = step.dependant.call
    name = source.name(f"scheme_{step.index}", scheme)
    own = source.name(f"called_{step.index}", type(scheme).__call__)
    source.name("Request", Request)
    source.name("own_headers", HEADERS)
    replaced = f"type({name}).__call__ is not {own} or Request.headers is not own_headers"
    with source.block(f"if {replaced}:"):
        draft.after(step.index).leave()
    field = f'{interface.extract(source, f"field_{step.index}", _FIELD)}.get("field")'
    source.line(f"value_{step.index} = {name}.credentials_in({field})")
    return True
