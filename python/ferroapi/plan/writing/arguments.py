"""Writing how the arguments of an endpoint come out of a request: the short cut, as source.

All parameters are read and validated at once, then the dependencies run in their order. Requests
that this cannot answer are left to the exact order.
"""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ferroapi.dependencies.callables import CallableKind
from ferroapi.dependencies.constructors import only_keeps
from ferroapi.plan.writing.credentials import takes_field, write_credentials
from ferroapi.plan.writing.stage import write_stage
from ferroapi.plan.writing.visit import stack_of, visited, write_contexts, write_visit
from ferroapi.security_scopes import SecurityScopes
from ferroapi.threads import call_in_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.reading.shortcut import Shortcut
    from ferroapi.plan.writing.draft import Draft
    from ferroapi.plan.writing.source import Source


CONNECTIONS = frozenset({"request", "websocket", "connection"})
"""What a dependency is given that it may change the request by."""


def needs_exchange(steps: Sequence[Step]) -> bool:
    """Whether getting the arguments takes more than what the ASGI scope and the body say."""
    return any(
        step.dependant.concurrency is not None
        or (any(kind != "security_scopes" for _, kind in step.injected) and not takes_field(step))
        for step in steps
    )


def write_dependencies(draft: Draft, steps: Sequence[Step]) -> None:
    """Writes the calls of dependencies; the value of each is in `value_<index>`.

    Functions that follow each other run in one thread, unless something is read between them; so do
    generators that are no asynchronous ones, up to their `yield`.
    """
    source, shortcut = draft.source, draft.shortcut
    given_the_request = False
    for together in _groups(steps, shortcut):
        write_stage(draft, together[0])
        if len(together) > 1 or _is_entered_in_thread(together[0]):
            write_contexts(source, together)
            write_visit(source)
            with source.block("def in_thread():"):
                write_in_thread(source, together, shortcut)
                source.line(f"return {', '.join(_value(step) for step in together)}")
            values = ", ".join(_value(step) for step in together)
            source.line(f"{values} = {visited(draft)}")
            source.line("visit.adopt()")
        else:
            step = together[0]
            if not given_the_request and write_credentials(draft, step):
                continue
            source.line(f"{_value(step)} = {_called(draft, step)}")
        given_the_request |= any(
            kind in CONNECTIONS for step in together for _, kind in step.injected
        )


def _groups(steps: Sequence[Step], shortcut: Shortcut) -> list[list[Step]]:
    groups: list[list[Step]] = []
    for step in steps:
        starts = groups and _runs_in_thread(groups[-1][0]) and not _is_at_once(groups[-1][0])
        if starts and _joins_thread(step, shortcut):
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def _joins_thread(step: Step, shortcut: Shortcut) -> bool:
    """Whether a step can run in the thread of the one before it."""
    return _runs_in_thread(step) and (step.index == 0 or step.index not in shortcut.stages)


def write_in_thread(source: Source, steps: Sequence[Step], shortcut: Shortcut) -> None:
    """Writes the calls of dependencies that are functions, for a thread that is theirs already.

    What one of them sets in its context is seen by what comes after it, as if it were a coroutine.
    Generators are entered. None begins when the request was cancelled meanwhile.
    """
    for number, step in enumerate(steps):
        if number:
            source.line("visit.go_on()")
        if step.kind.is_generator:
            context = source.name(f"context_{step.index}", contextmanager(step.dependant.call))
            entered = f"{context}({arguments(source, step, shortcut)})"
            enter = f"visit.call({stack_of(step)}_contexts.enter, {entered})"
            source.line(f"{_value(step)} = {enter}")
            continue
        call = source.name(f"call_{step.index}", step.dependant.call)
        source.line(f"{_value(step)} = visit.call({call}, {arguments(source, step, shortcut)})")


def tail_in_thread(steps: Sequence[Step], shortcut: Shortcut) -> int:
    """How many dependencies, the last ones, can run in the thread of the endpoint."""
    if steps[-1].kind is not CallableKind.THREAD:
        return 0
    count = 0
    for step, following in zip(reversed(steps[:-1]), reversed(steps), strict=False):
        if not _runs_in_thread(step) or following.index in shortcut.stages:
            break
        count += 1
    return count


def arguments(source: Source, step: Step, shortcut: Shortcut) -> str:
    """The arguments of a call, as they are written in it."""
    return ", ".join(
        f"{name}={value}" for name, value in _expressions(source, step, shortcut).items()
    )


def dictionary(source: Source, step: Step, shortcut: Shortcut) -> str:
    """The arguments of a call as a dictionary."""
    items = (f'"{name}": {value}' for name, value in _expressions(source, step, shortcut).items())
    return f"{{{', '.join(items)}}}"


def _expressions(source: Source, step: Step, shortcut: Shortcut) -> dict[str, str]:
    found = dict(shortcut.expressions[step.index])
    found.update((name, f"value_{index}") for name, index in step.inputs if name is not None)
    for name, kind in step.injected:
        scopes = source.name(f"scopes_{step.index}", step.oauth_scopes)
        if kind == "security_scopes":
            found[name] = f"{source.name('SecurityScopes', SecurityScopes)}([*{scopes}])"
        else:
            found[name] = f'exchange.inject("{kind}", {scopes})'
    return found


def _called(draft: Draft, step: Step) -> str:
    source, shortcut = draft.source, draft.shortcut
    index = step.index
    if (
        step.kind is CallableKind.ASYNC_GENERATOR
        and step.dependant.concurrency is None
        and step.released_as is None
    ):
        call = source.name(f"call_{index}", step.dependant.call)
        generator = f"{call}({arguments(source, step, shortcut)})"
        return f"await exchange.{stack_of(step)}_stack.start({generator}, waits={step.waits})"
    if (
        step.kind.is_generator
        or step.dependant.concurrency is not None
        or step.released_as is not None
    ):
        run = source.name(f"run_{index}", step.run)
        return f"await {run}({dictionary(source, step, shortcut)}, exchange)"
    call = source.name(f"call_{index}", step.dependant.call)
    given = arguments(source, step, shortcut)
    if step.kind is CallableKind.COROUTINE:
        return f"await {call}({given})"
    if step.kind is CallableKind.INLINE:
        return f"{call}({given})"
    source.name("call_in_thread", call_in_thread)
    in_thread = f"await call_in_thread({call}, {draft.interface.application(source)}, {given})"
    if not _is_at_once(step):
        return in_thread
    # Somebody may put another constructor into its place.
    init = source.name(f"init_{index}", step.dependant.call.__init__)
    return f"{call}({given}) if {call}.__init__ is {init} else {in_thread}"


def _value(step: Step) -> str:
    return f"value_{step.index}"


def _is_at_once(step: Step) -> bool:
    """Whether a step takes no time, so that no thread is asked for it alone."""
    return step.dependant.concurrency is None and only_keeps(step.dependant.call)


def _is_entered_in_thread(step: Step) -> bool:
    return step.kind is CallableKind.GENERATOR and _runs_in_thread(step)


def _runs_in_thread(step: Step) -> bool:
    # What else gives a generator may do more than that when it is called, in the event loop.
    return (
        step.dependant.concurrency is None
        and step.released_as is None
        and not step.dependant.inline
        and (step.kind is CallableKind.THREAD or inspect.isgeneratorfunction(step.dependant.call))
    )
