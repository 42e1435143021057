"""The dependencies of an operation in the order they run, each once."""

from __future__ import annotations

from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ferroapi.concurrency import LastingContextManager, ThreadedContextManager, at_once
from ferroapi.dependencies.callables import CallableKind, callable_name, hashable, may_wait
from ferroapi.dependencies.declaration import get_dependant
from ferroapi.dependencies.models import CacheKey, Dependant, Injected
from ferroapi.dependency_overrides import overrides_of
from ferroapi.lifespan_values import Kept, NotKept, lifespan_values_of
from ferroapi.threads import call_in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ferroapi.connection.exchange import Exchange
    from ferroapi.fields import ModelField

_NONE: Mapping[Callable[..., Any], Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One call: a dependency, or at the end the endpoint."""

    dependant: Dependant
    index: int
    kind: CallableKind
    function_scope: bool
    waits: bool
    """Whether it is an asynchronous generator that may have to wait when it is left."""
    inputs: tuple[tuple[str | None, int], ...]
    """Argument names and the steps whose values they take; no name for a list dependency."""
    injected: tuple[tuple[str, Injected], ...]
    oauth_scopes: list[str]
    """What an injected `SecurityScopes` says."""
    first: int
    """The step that calls the same dependency first, whose value this one takes: itself, unless
    somebody has given one use of a dependency what the others do not take."""
    released_as: Callable[..., Any] | None = None
    """The generator function as it is declared, or what one replaces, where the operation may
    release it early."""

    @property
    def repeats(self) -> bool:
        """Whether its parameters are read for their errors only, if the first one had none."""
        return self.first != self.index

    def arguments(
        self, own: dict[str, Any], results: list[Any], exchange: Exchange
    ) -> dict[str, Any]:
        """Completes the validated parameters with dependencies and injected objects."""
        for name, index in self.inputs:
            if name is not None:
                own[name] = results[index]
        for name, kind in self.injected:
            own[name] = exchange.inject(kind, self.oauth_scopes)
        return own

    async def run(self, arguments: dict[str, Any], exchange: Exchange) -> Any:
        """Calls the dependency and gives its value; a generator is left open until its teardown."""
        limit = self.dependant.concurrency
        if self.kind.is_generator:
            return await self._enter(arguments, exchange)
        if self.released_as is not None:
            # What replaces a generator need not have an end.
            exchange.release.around(self.released_as, nullcontext())
        if limit is None:
            return await self._call(arguments, exchange)
        async with limit.get_semaphore():
            return await self._call(arguments, exchange)

    async def _enter(self, arguments: dict[str, Any], exchange: Exchange) -> Any:
        call = self.dependant.call
        stack = exchange.function_stack if self.function_scope else exchange.request_stack
        if self.released_as is not None:
            context = exchange.release.around(self.released_as, self._context(arguments, exchange))
            return await stack.enter_async_context(context)
        if self.dependant.inline:
            return stack.enter_context(contextmanager(call)(**arguments))
        if self.kind is CallableKind.ASYNC_GENERATOR and self.dependant.concurrency is None:
            return await stack.start(call(**arguments), waits=self.waits)
        return await stack.enter_async_context(self._context(arguments, exchange))

    def _context(
        self, arguments: dict[str, Any], exchange: Exchange
    ) -> AbstractAsyncContextManager[Any]:
        call, limit = self.dependant.call, self.dependant.concurrency
        context: AbstractAsyncContextManager[Any]
        if self.kind is CallableKind.ASYNC_GENERATOR:
            context = asynccontextmanager(call)(**arguments)
        elif self.dependant.inline:
            context = at_once(contextmanager(call)(**arguments))
        elif self.dependant.scope == "lifespan":
            context = LastingContextManager(contextmanager(call)(**arguments))
        else:
            application = exchange.scope.get("app")
            context = ThreadedContextManager(contextmanager(call)(**arguments), application)
        return context if limit is None else limit.around(context)

    async def _call(self, arguments: dict[str, Any], exchange: Exchange) -> Any:
        if self.kind is CallableKind.COROUTINE:
            return await self.dependant.call(**arguments)
        if self.kind is CallableKind.INLINE:
            return self.dependant.call(**arguments)
        application = exchange.scope.get("app")
        return await call_in_thread(self.dependant.call, application, **arguments)


def compile_steps(
    root: Dependant,
    overrides: Mapping[Callable[..., Any], Callable[..., Any]],
    *,
    absent: Injected = "websocket",
    lifespan_values: Mapping[Callable[..., Any], Any] = _NONE,
    creates: bool = False,
) -> tuple[Step, ...]:
    """Orders a tree of dependants: below before above, siblings as declared, the root last.

    A dependency used several times is one step, unless it was declared with `use_cache=False`, or
    somebody has changed what one of the uses takes.
    `overrides` replaces callables below the root. Parameters for what is `absent`, the request or
    the WebSocket, are left to their defaults. Dependencies of scope `lifespan` are not called while
    there are `lifespan_values` of them; others are, if somebody `creates` them.
    """
    steps: list[Step] = []
    declared: list[Dependant] = []
    known: dict[CacheKey, int] = {}
    releases = any("release" in below.injected.values() for below in root.flat())

    def visit(dependant: Dependant) -> int:
        key = dependant.cache_key
        first = known.get(key) if dependant.use_cache else None
        if first is not None and key[0] in overrides:
            return first
        if first is not None and _take_the_same(dependant, declared[first]):
            return first
        used = dependant if dependant is root else overridden(dependant, overrides)
        if dependant.scope == "lifespan" and dependant is not root:
            used = kept(dependant, used, lifespan_values, creates=creates)
        inputs = tuple((below.name, visit(below)) for below in used.dependencies)
        if first is None and dependant.use_cache and key in known and dependant is not root:
            # Somebody has put it below itself.
            return known[key]
        kind = used.kind
        # What replaces a generator has its name, and need not be one.
        ends = kind.is_generator or (dependant.kind.is_generator and dependant.scope != "lifespan")
        step = Step(
            dependant=used,
            index=len(steps),
            kind=kind,
            function_scope=dependant.scope == "function",
            waits=kind is CallableKind.ASYNC_GENERATOR
            and (used.concurrency is not None or may_wait(used.call)),
            inputs=inputs,
            injected=tuple(item for item in used.injected.items() if item[1] != absent),
            oauth_scopes=used.oauth_scopes,
            first=len(steps) if first is None else first,
            released_as=dependant.call if releases and ends else None,
        )
        steps.append(step)
        declared.append(dependant)
        known.setdefault(key, step.index)
        return step.index

    visit(root)
    return tuple(steps)


def provided_steps(
    root: Dependant, provider: Any, *, absent: Injected = "websocket"
) -> tuple[Step, ...]:
    """The same with what an application has now: its overrides, and its values of the lifespan."""
    overrides, values = overrides_of(provider), lifespan_values_of(provider)
    return compile_steps(root, overrides, absent=absent, lifespan_values=values)


def kept(
    declared: Dependant,
    used: Dependant,
    lifespan_values: Mapping[Callable[..., Any], Any],
    *,
    creates: bool = False,
) -> Dependant:
    """What gives the value of a dependency of scope `lifespan`.

    What replaces one since the application has started is called for each request.
    """
    call: Callable[[], Any]
    key = hashable(used.call)
    if key in lifespan_values:
        call = Kept(lifespan_values[key])
    elif creates or used is not declared:
        return used
    else:
        call = NotKept(callable_name(declared.call))
    return Dependant(
        call=call, path=declared.path, name=declared.name, scope="lifespan", inline=True
    )


def _take_the_same(one: Dependant, other: Dependant) -> bool:
    """Whether two uses of a dependency read and call the same, as they do when declared."""
    if one is other:
        return True
    fields = [(*dependant.parameters, *dependant.body_params) for dependant in (one, other)]
    return (
        len(fields[0]) == len(fields[1])
        and len(one.dependencies) == len(other.dependencies)
        and all(field.is_like(twin) for field, twin in zip(*fields, strict=True))
        and all(
            below.cache_key == twin.cache_key and _take_the_same(below, twin)
            for below, twin in zip(one.dependencies, other.dependencies, strict=True)
        )
    )


def body_params(steps: tuple[Step, ...]) -> list[ModelField]:
    """The body parameters, above before below: the first one says whether a name is a member."""
    waiting, ordered = [steps[-1]], dict[Step, None]()
    while waiting:
        step = waiting.pop()
        if step not in ordered:
            ordered[step] = None
            waiting.extend(steps[index] for _, index in reversed(step.inputs))
    return [field for step in ordered for field in step.dependant.body_params]


def overridden(
    dependant: Dependant, overrides: Mapping[Callable[..., Any], Callable[..., Any]]
) -> Dependant:
    """The description of what replaces a dependency, or its own where nothing does."""
    replacement = overrides.get(hashable(dependant.call)) if overrides else None
    if replacement is None:
        return dependant
    return get_dependant(
        path=dependant.path,
        call=replacement,
        name=dependant.name,
        parent_oauth_scopes=dependant.oauth_scopes,
        use_cache=dependant.use_cache,
        scope=dependant.scope,
        concurrency=dependant.concurrency,
    )
