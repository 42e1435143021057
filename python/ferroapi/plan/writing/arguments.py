"""Writing how the arguments of an endpoint come out of a request: the short cut, as source.

All parameters are read and validated at once, then the dependencies run in their order. Requests
that this cannot answer are left to the exact order.
"""

from __future__ import annotations

import inspect
from contextlib import asynccontextmanager, contextmanager
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import from_json
from starlette.exceptions import HTTPException

from ferroapi._core import check_json, has_long_integer
from ferroapi.connection.failure import JSON_TYPE
from ferroapi.dependencies.callables import CallableKind
from ferroapi.dependencies.constructors import only_keeps
from ferroapi.plan.reading.body import read_failure
from ferroapi.threads import ThreadContexts, run_in_thread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.reading.shortcut import Shortcut, Stage
    from ferroapi.plan.writing.interface import Interface
    from ferroapi.plan.writing.source import Source


_DECODED = "from_json(raw, allow_inf_nan=False)"


def needs_exchange(steps: Sequence[Step]) -> bool:
    """Whether getting the arguments takes more than what the ASGI scope and the body say."""
    return any(step.injected or step.dependant.concurrency is not None for step in steps)


def write_raw_body(
    source: Source,
    interface: Interface,
    shortcut: Shortcut,
    *,
    target: str,
    strict_content_type: bool,
    otherwise: Sequence[str],
) -> None:
    """Writes the reading of a JSON body into `raw`.

    What is no JSON is refused before any dependency runs: where one runs before the body is
    validated, it is decoded first, into `decoded`.

    Args:
        source: what is written.
        interface: how the function gets at the request.
        shortcut: what is taken from the body.
        target: what the body is assigned to, `raw` first.
        strict_content_type: whether JSON needs a JSON content type.
        otherwise: the lines that leave a request to the exact order.
    """
    with reading(source):
        interface.write_read(source, target)
    source.name("check_json", check_json)
    wanted = "True" if strict_content_type else "not False"
    is_json = f"{interface.has_json_body(source)} is {wanted}"
    with source.block(f"if not raw or not ({is_json}) or check_json(raw) is not None:"):
        source.lines(otherwise)
    if shortcut.decodes_first:
        source.name("from_json", from_json)
        with source.block("try:"):
            source.line(f"decoded = {_DECODED}")
        with source.block("except ValueError:"):
            source.lines(otherwise)


@contextmanager
def reading(source: Source) -> Iterator[None]:
    """Writes what becomes of errors in what is written within: the answer to an unreadable body."""
    source.name("HTTPException", HTTPException)
    source.name("read_failure", read_failure)
    with source.block("try:"):
        yield
    with source.block("except HTTPException:"):
        source.line("raise")
    with source.block("except Exception as error:"):
        source.line("raise read_failure(error) from error")


def write_stage(
    source: Source,
    interface: Interface,
    shortcut: Shortcut,
    step: Step,
    *,
    otherwise: Sequence[str],
    refuses: bool = False,
) -> None:
    """Writes what is read before a step: into `values_<stage>` and `body_<stage>`.

    Args:
        source: what is written.
        interface: how the function gets at the request.
        shortcut: what is read.
        step: the step; nothing may be read before it.
        otherwise: the lines that leave a request to the exact order. What the steps before have
            given is handed to it.
        refuses: whether the function sends responses, also that to a request that does not fit.
    """
    stage = shortcut.stages.get(step.index)
    if stage is None:
        return
    *lines, leave = otherwise
    done = ", ".join(f"value_{index}" for index in range(step.index))
    otherwise = (*lines, f"{leave[:-1]}, [{done}])" if done else leave)
    if step.index and stage.reads_cookies and shortcut.in_order:
        # A dependency may have set some on the request.
        with source.block("if exchange is not None and exchange.has_read_cookies:"):
            source.lines(otherwise)
    refusal = stage.refusal if refuses else None
    if refusal is not None:
        source.name("refusal", refusal)
    _write_parameters(source, interface, shortcut, stage, otherwise, refuses=refusal is not None)
    _write_body(source, interface, shortcut, stage, otherwise, refuses=refusal is not None)


def _write_refusal(source: Source, interface: Interface, extracted: str, raw: str) -> None:
    """Writes how a request that does not fit is answered, unless that is left to others."""
    application = interface.application(source)
    source.line(f"refused = refusal({application}, error, {extracted}, {raw})")
    with source.block("if refused is not None:"):
        source.line("started = True")
        interface.write_send(source, 422, [JSON_TYPE], "refused")
        source.line("return")


def _write_parameters(
    source: Source,
    interface: Interface,
    shortcut: Shortcut,
    stage: Stage,
    otherwise: Sequence[str],
    *,
    refuses: bool,
) -> None:
    if stage.validator is None:
        return
    index = stage.index
    validate = source.name(f"validate_{index}", stage.validator.validate_python)
    source.name("ValidationError", ValidationError)
    read = "{}"
    if stage.parameters is not None:
        read = interface.extract(source, f"{index}", stage.parameters)
    if refuses or stage.models:
        source.line(f"extracted = {read}")
        read = "extracted"
    for number, model in enumerate(stage.models):
        found = interface.extract(source, f"{index}_{number}", model.parameters)
        if model.may_be_absent:
            source.line(f"model = {found}")
            with source.block("if model:"):
                source.line(f'extracted["{model.key}"] = model')
        else:
            source.line(f'extracted["{model.key}"] = {found}')
    # What users' functions make of a value may be an object that a model is read from.
    options = ", from_attributes=True" if stage.models else ""
    with source.block("try:"):
        source.line(f"values_{index} = {validate}({read}{options})")
    if refuses:
        with source.block("except ValidationError as error:"):
            raw = "raw" if shortcut.reads_body else "None"
            _write_refusal(source, interface, "extracted", raw)
            source.lines(otherwise)
        with source.block("except OverflowError:"):
            source.lines(otherwise)
    else:
        with source.block("except (ValidationError, OverflowError):"):
            source.lines(otherwise)


def _write_body(
    source: Source,
    interface: Interface,
    shortcut: Shortcut,
    stage: Stage,
    otherwise: Sequence[str],
    *,
    refuses: bool,
) -> None:
    validator = stage.body_validator
    if validator is None:
        return
    body = f"body_{stage.index}"
    if stage.form is not None:
        extract = source.name(f"extract_form_{stage.index}", stage.form.extract)
        validate = source.name(f"validate_form_{stage.index}", validator.validate_python)
        source.name("ValidationError", ValidationError)
        source.line(f"sent = {extract}(form)")
        with source.block("if sent is None:"):
            source.lines(otherwise)
        with source.block("try:"):
            source.line(f"{body} = {validate}(sent, from_attributes=True)")
        with source.block("except (ValidationError, OverflowError):"):
            source.lines(otherwise)
        return
    validate_json = source.name(f"validate_json_{stage.index}", validator.validate_json)
    validate = source.name(f"validate_body_{stage.index}", validator.validate_python)
    source.name("from_json", from_json)
    source.name("ValidationError", ValidationError)
    from_text = f"{body} = {validate_json}(raw)"
    decoded = "decoded" if shortcut.decodes_first else _DECODED
    from_value = f"{body} = {validate}({decoded}, from_attributes=True)"
    with source.block("try:"):
        if stage.from_json and not shortcut.decodes_first:
            source.name("has_long_integer", has_long_integer)
            with source.block("if has_long_integer(raw):"):
                source.line(from_value)
            with source.block("else:"):
                source.line(from_text)
        else:
            source.line(from_value)
    if refuses:
        with source.block("except ValueError as error:"):
            _write_refusal(source, interface, "None", "raw")
            source.lines(otherwise)
        with source.block("except OverflowError:"):
            source.lines(otherwise)
    else:
        with source.block("except (ValueError, OverflowError):"):
            source.lines(otherwise)


def write_dependencies(
    source: Source,
    interface: Interface,
    steps: Sequence[Step],
    shortcut: Shortcut,
    *,
    otherwise: Sequence[str],
) -> None:
    """Writes the calls of dependencies; the value of each is in `value_<index>`.

    Functions that follow each other run in one thread, each in a context of its own, unless
    something is read between them; so do generators that are no asynchronous ones, up to their
    `yield`.
    """
    for together in _groups(steps, shortcut):
        write_stage(source, interface, shortcut, together[0], otherwise=otherwise)
        if len(together) > 1 or _is_entered_in_thread(together[0]):
            write_contexts(source, together)
            with source.block("def in_thread():"):
                write_in_thread(source, together, shortcut)
                source.line(f"return {', '.join(_value(step) for step in together)}")
            source.name("run_in_thread", run_in_thread)
            values = ", ".join(_value(step) for step in together)
            source.line(f"{values} = await run_in_thread(in_thread)")
        else:
            step = together[0]
            source.line(f"{_value(step)} = {_called(source, step, shortcut)}")


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


def write_contexts(source: Source, steps: Sequence[Step]) -> None:
    """Writes what the generators among steps are entered in by `write_in_thread`."""
    for stack in dict.fromkeys(_stack(step) for step in steps if step.kind.is_generator):
        source.name("ThreadContexts", ThreadContexts)
        source.line(f"{stack}_contexts = ThreadContexts.within(exchange.{stack}_stack)")


def write_in_thread(source: Source, steps: Sequence[Step], shortcut: Shortcut) -> None:
    """Writes the calls of dependencies that are functions, for a thread that is theirs already.

    What one of them sets in its context is not seen by the next, as if it had its own thread.
    Generators are entered.
    """
    for step in steps:
        if step.kind.is_generator:
            context = source.name(f"context_{step.index}", contextmanager(step.dependant.call))
            entered = f"{context}({arguments(source, step, shortcut)})"
            source.line(f"{_value(step)} = {_stack(step)}_contexts.enter({entered})")
            continue
        source.name("copy_context", copy_context)
        call = source.name(f"call_{step.index}", step.dependant.call)
        source.line(
            f"{_value(step)} = copy_context().run({call}, {arguments(source, step, shortcut)})"
        )


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
        found[name] = f'exchange.inject("{kind}", {scopes})'
    return found


def _called(source: Source, step: Step, shortcut: Shortcut) -> str:
    index = step.index
    if step.kind is CallableKind.ASYNC_GENERATOR and step.dependant.concurrency is None:
        context = source.name(f"context_{index}", asynccontextmanager(step.dependant.call))
        entered = f"{context}({arguments(source, step, shortcut)})"
        return f"await exchange.{_stack(step)}_stack.enter_async_context({entered})"
    if step.kind.is_generator or step.dependant.concurrency is not None:
        run = source.name(f"run_{index}", step.run)
        return f"await {run}({dictionary(source, step, shortcut)}, exchange)"
    call = source.name(f"call_{index}", step.dependant.call)
    given = arguments(source, step, shortcut)
    if step.kind is CallableKind.COROUTINE:
        return f"await {call}({given})"
    source.name("run_in_thread", run_in_thread)
    source.name("partial", partial)
    in_thread = f"await run_in_thread(partial({call}, {given}))"
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


def _stack(step: Step) -> str:
    return "function" if step.function_scope else "request"


def _runs_in_thread(step: Step) -> bool:
    # What else gives a generator may do more than that when it is called, in the event loop.
    return step.dependant.concurrency is None and (
        step.kind is CallableKind.THREAD or inspect.isgeneratorfunction(step.dependant.call)
    )
