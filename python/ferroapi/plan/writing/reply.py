"""Writing how a request becomes a reply: arguments, endpoint, and what it returned serialized."""

from __future__ import annotations

from contextvars import copy_context
from typing import TYPE_CHECKING

from ferroapi._core import encode_json
from ferroapi.dependencies.callables import CallableKind, callable_name
from ferroapi.plan.reply.serialization import Serializer
from ferroapi.plan.writing.arguments import (
    arguments,
    tail_in_thread,
    write_dependencies,
    write_in_thread,
)
from ferroapi.plan.writing.draft import Draft
from ferroapi.plan.writing.interface import Exchanged
from ferroapi.plan.writing.source import Source
from ferroapi.plan.writing.stage import write_raw_body, write_stage
from ferroapi.plan.writing.visit import visited, write_contexts, write_visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ferroapi.connection.exchange import Exchange
    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.reading.shortcut import Shortcut
    from ferroapi.plan.reply.serialization import Reply, Serialize


def reply_function(
    steps: tuple[Step, ...],
    shortcut: Shortcut,
    serialize: Serialize,
    exactly: Callable[..., Awaitable[Reply]],
    *,
    title: str,
    strict_content_type: bool,
) -> Callable[[Exchange], Awaitable[Reply]]:
    """What gives the reply of an operation whose generators somebody else closes.

    Args:
        steps: the dependencies and the endpoint.
        shortcut: how the parameters are read.
        serialize: makes the reply of what the endpoint returned.
        exactly: gives the reply to the requests that the function leaves.
        title: the path of the operation and its name, such as `/items/{item_id} read_item`.
        strict_content_type: whether a JSON body needs a JSON content type.
    """
    source = Source(f"reply of {title}")
    draft = Draft(source, Exchanged(), steps, shortcut, ("return await exactly(exchange)",))
    source.name("exactly", exactly)
    with source.block("async def reply(exchange):"):
        source.line("scope = exchange.scope")
        if shortcut.reads_body:
            write_raw_body(draft, target="raw", strict_content_type=strict_content_type)
        call = write_until_call(draft)
        write_reply(draft, serialize, call)
        source.line("return reply")
    return source.function("reply", called=callable_name(steps[-1].dependant.call))


def write_until_call(draft: Draft, *, refuses: bool = False) -> str:
    """Writes what comes before the endpoint, and returns the expression that calls it.

    The last dependencies are left to the thread of the endpoint, where they can run in it.
    """
    source, steps, endpoint = draft.source, draft.steps, draft.steps[-1]
    before = len(steps) - 1 - tail_in_thread(steps, draft.shortcut)
    write_dependencies(draft, steps[:before])
    write_stage(draft, steps[before], refuses=refuses)
    call = source.name("endpoint", endpoint.dependant.call)
    call += f"({arguments(source, endpoint, draft.shortcut)})"
    return f"await {call}" if endpoint.kind is CallableKind.COROUTINE else call


def write_reply(draft: Draft, serialize: Serialize, call: str) -> None:
    """Writes the call of the endpoint, and what makes the `reply` of what it returned.

    One visit of a thread has all of what can share it: the last dependencies, the endpoint, the
    serialization, and the ends of generators of scope `function`.
    """
    source, steps, shortcut = draft.source, draft.steps, draft.shortcut
    source.name("serialize", serialize)
    if steps[-1].kind is not CallableKind.THREAD:
        _write_serialized(source, serialize, call)
        return
    tail = tail_in_thread(steps, shortcut)
    last = steps[len(steps) - 1 - tail : -1]
    write_contexts(source, last)
    write_visit(source)
    leaves = _leaves_those_of_function(steps, last)
    with source.block("def in_thread():"):
        write_in_thread(source, last, shortcut)
        if leaves:
            source.name("copy_context", copy_context)
            source.line("context = copy_context()")
        if last:
            source.line("visit.go_on()")
        _write_serialized(source, serialize, call)
        if leaves:
            source.line("context.run(function_contexts.leave, None, None, None)")
        source.line("return reply")
    source.line(f"reply = {visited(draft)}")
    if last:
        source.line("visit.adopt()")


def _write_serialized(source: Source, serialize: Serialize, call: str) -> None:
    if not (isinstance(serialize, Serializer) and serialize.gives_json and serialize.typed is None):
        source.line(f"reply = serialize({call}, exchange)")
        return
    # Most of what it does, without a call.
    source.name("encode_json", encode_json)
    source.line(f"value = {call}")
    source.line("reply = encode_json(value)")
    with source.block("if reply is None:"):
        source.line("reply = serialize(value, exchange)")


def _leaves_those_of_function(steps: Sequence[Step], last: Sequence[Step]) -> bool:
    """Whether generators of scope `function` are left where they were entered: all of them are."""
    of_function = [step for step in steps[:-1] if step.function_scope and step.kind.is_generator]
    return bool(of_function) and all(step in last for step in of_function)
