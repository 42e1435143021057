"""Solving what a callable asks for, one dependency after the other, as FastAPI does."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.background import BackgroundTasks as StarletteBackgroundTasks
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from ferroapi.background import BackgroundTasks
from ferroapi.concurrency import contextmanager_in_threadpool
from ferroapi.connection.response import response_to_inject
from ferroapi.dependencies.body import embeds_body, form_models
from ferroapi.dependencies.callables import CallableKind, callable_kind
from ferroapi.dependency_overrides import overrides_of
from ferroapi.exceptions import FastAPIError
from ferroapi.fields import ErrorDetail, ModelField, Undefined
from ferroapi.lifespan_values import lifespan_values_of
from ferroapi.plan.order.steps import kept, overridden
from ferroapi.plan.order.teardown import FUNCTION_STACK, REQUEST_STACK
from ferroapi.plan.reading.body import read_body_fields
from ferroapi.plan.reading.parameters import read_parameters
from ferroapi.seams.forms import _extract_form_body
from ferroapi.security_scopes import SecurityScopes

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from ferroapi.dependencies.models import CacheKey, Dependant


@dataclass
class SolvedDependency:
    """What `solve_dependencies` gives."""

    values: dict[str, Any]
    """The arguments for the callable."""
    errors: list[Any]
    """The errors of validation; the callable is not to be called when there are any."""
    background_tasks: StarletteBackgroundTasks | None
    """What was injected, if anything asked for it."""
    response: Response
    """What was injected, or would have been."""
    dependency_cache: dict[CacheKey, Any]
    """The values of the dependencies that were called."""


async def solve_dependencies(
    *,
    request: Request | WebSocket,
    dependant: Dependant,
    body: Any = Undefined,
    background_tasks: StarletteBackgroundTasks | None = None,
    response: Response | None = None,
    dependency_overrides_provider: Any | None = None,
    dependency_cache: dict[CacheKey, Any] | None = None,
    async_exit_stack: AsyncExitStack,
    embed_body_fields: bool,
) -> SolvedDependency:
    """The arguments for `dependant.call`, its dependencies called before.

    Generators are left open in the exit stacks that the scope of the request has, which
    `request_response` and `websocket_session` put there.

    Args:
        request: what parameters are read from and what is injected.
        dependant: the callable; it is not called itself.
        body: the decoded body or the form.
        background_tasks: what to inject; made when it is asked for.
        response: what to inject; made without it.
        dependency_overrides_provider: an object whose `dependency_overrides` replace dependencies.
        dependency_cache: values of dependencies that need not be called; it is added to.
        async_exit_stack: for generators where the scope has no exit stacks.
        embed_body_fields: whether body parameters are members of the body.

    Raises:
        Exception: whatever a dependency raises.
    """
    response = response_to_inject() if response is None else response
    cache = {} if dependency_cache is None else dependency_cache
    values: dict[str, Any] = {}
    errors: list[Any] = []
    for declared in dependant.dependencies:
        used = overridden(declared, overrides_of(dependency_overrides_provider))
        if declared.scope == "lifespan":
            values_kept = lifespan_values_of(dependency_overrides_provider)
            used = kept(declared, used, values_kept)
        below = await solve_dependencies(
            request=request,
            dependant=used,
            body=body,
            background_tasks=background_tasks,
            response=response,
            dependency_overrides_provider=dependency_overrides_provider,
            dependency_cache=cache,
            async_exit_stack=async_exit_stack,
            embed_body_fields=embed_body_fields,
        )
        background_tasks = below.background_tasks
        if below.errors:
            errors.extend(below.errors)
            continue
        key = declared.cache_key
        if declared.use_cache and key in cache:
            value = cache[key]
        else:
            of_function = declared.scope == "function"
            stack = request.scope.get(
                FUNCTION_STACK if of_function else REQUEST_STACK, async_exit_stack
            )
            value = await _call(used, below.values, stack)
            cache.setdefault(key, value)
        if declared.name is not None:
            values[declared.name] = value
    read, wrong = read_parameters(dependant, request)
    values |= read
    errors += wrong
    if dependant.body_params:
        read, wrong = await request_body_to_args(dependant.body_params, body, embed_body_fields)
        values |= read
        errors += wrong
    for name, kind in dependant.injected.items():
        if kind == "background_tasks":
            if background_tasks is None:
                background_tasks = BackgroundTasks()
            values[name] = background_tasks
        elif kind == "response":
            values[name] = response
        elif kind == "release":
            raise FastAPIError(
                "A Release ends dependencies of operations that are compiled: it is not there "
                "while somebody has replaced one of the functions that solve dependencies"
            )
        elif kind == "security_scopes":
            values[name] = SecurityScopes([*dependant.oauth_scopes])
        elif kind == "connection" or isinstance(request, _CLASSES[kind]):
            values[name] = request
    return SolvedDependency(values, errors, background_tasks, response, cache)


_CLASSES = {"request": Request, "websocket": WebSocket}


async def request_body_to_args(
    body_fields: list[ModelField], received_body: Any, embed_body_fields: bool
) -> tuple[dict[str, Any], list[ErrorDetail]]:
    """The values of body parameters by Python name, and the errors in order of declaration.

    A single parameter is the whole body, unless it or the form says otherwise: what an override
    asks for may be embedded where the body of the operation is not.
    """
    first = body_fields[0]
    is_whole = not (embed_body_fields or embeds_body(body_fields) or form_models(first))
    if isinstance(received_body, FormData):
        if not is_whole:
            from ferroapi.plan.reading.forms import FormReader

            return await FormReader(body_fields).read(received_body)
        received_body = {
            name: value async for name, value, _ in _extract_form_body(body_fields, received_body)
        }
    return read_body_fields(body_fields, received_body, embed=not is_whole)


async def _call(dependant: Dependant, values: dict[str, Any], stack: AsyncExitStack) -> Any:
    """The value of a dependency; a generator is left open in `stack`."""
    call, limit = dependant.call, dependant.concurrency
    kind = callable_kind(call)
    if kind.is_generator and dependant.inline:
        return stack.enter_context(contextmanager(call)(**values))
    if kind.is_generator:
        context: AbstractAsyncContextManager[Any] = (
            asynccontextmanager(call)(**values)
            if kind is CallableKind.ASYNC_GENERATOR
            else contextmanager_in_threadpool(contextmanager(call)(**values))
        )
        return await stack.enter_async_context(context if limit is None else limit.around(context))
    async with nullcontext() if limit is None else limit.get_semaphore():
        if kind is CallableKind.COROUTINE:
            return await call(**values)
        if dependant.inline:
            return call(**values)
        return await run_in_threadpool(call, **values)
