"""Writing a visit of a worker thread, of what is written as the function `in_thread`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi.threads import ThreadContexts, Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.writing.draft import Draft
    from ferroapi.plan.writing.source import Source


def write_contexts(source: Source, steps: Sequence[Step]) -> None:
    """Writes what the generators among steps are entered in by `in_thread`."""
    for stack in dict.fromkeys(stack_of(step) for step in steps if step.kind.is_generator):
        source.name("ThreadContexts", ThreadContexts)
        source.line(f"{stack}_contexts = ThreadContexts.within(exchange.{stack}_stack)")


def write_visit(source: Source) -> None:
    """Writes a `visit` of a thread, for what goes on in it to ask whether it may."""
    source.name("Visit", Visit)
    source.line("visit = Visit()")


def visited(draft: Draft) -> str:
    """The expression for what `in_thread` gives, called in the `visit`."""
    return f"await visit.run(in_thread, {draft.interface.application(draft.source)})"


def stack_of(step: Step) -> str:
    """Which exit stack of the request a generator is left with."""
    return "function" if step.function_scope else "request"
