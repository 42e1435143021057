"""Dependencies outside of requests: for workers, commands, scheduled jobs and tests."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from functools import cached_property, wraps
from typing import Any, TypeVar, overload

from ferroapi.dependencies.callables import CallableKind, callable_kind, callable_name, declaring
from ferroapi.dependencies.declaration import dependency_names, get_dependant
from ferroapi.dependency_overrides import Overridable
from ferroapi.plan.resolution import Resolver

T = TypeVar("T")


class ResolvingApplication(Overridable):
    """The part of an application that runs dependencies where there is no request."""

    @overload
    def resolve(
        self, dependency: Callable[..., AsyncIterator[T]], /, **given: Any
    ) -> AbstractAsyncContextManager[T]: ...

    @overload
    def resolve(
        self, dependency: Callable[..., Iterator[T]], /, **given: Any
    ) -> AbstractAsyncContextManager[T]: ...

    @overload
    def resolve(
        self, dependency: Callable[..., Awaitable[T]], /, **given: Any
    ) -> AbstractAsyncContextManager[T]: ...

    @overload
    def resolve(
        self, dependency: Callable[..., T], /, **given: Any
    ) -> AbstractAsyncContextManager[T]: ...

    def resolve(
        self, dependency: Callable[..., Any], /, **given: Any
    ) -> AbstractAsyncContextManager[Any]:
        """The value of a dependency, and what it depends on: `async with app.resolve(f) as value`.

        Each dependency is called once, with the overrides that requests have. Those of scope
        `function` end before the block begins, the others after it, and they see what it raises.
        One of scope `lifespan` is that of the application while its lifespan runs, else one for the
        block.

        Args:
            dependency: a function, a class or a generator, as in `Depends`.
            given: arguments by their names, taken as they are: those of `dependency`, also in the
                place of what it depends on, and what those below would take of a request.

        Raises:
            TypeError: something of a request is not given and has no default, or something is given
                that nothing takes.
            Exception: whatever a dependency raises.
        """
        return self._resolver.resolve(dependency, given)

    def inject(
        self, function: Callable[..., Coroutine[Any, Any, T]]
    ) -> Callable[..., Coroutine[Any, Any, T]]:
        """Decorates a coroutine function, whose parameters with `Depends` need not be given.

        What it depends on is called when it is, and ends after it has returned or raised. Its other
        parameters, of any type, are given by its caller, and to what would take one of that name of
        a request.

        What it gives raises `TypeError` for one that is not given, before anything is called.

        Raises:
            TypeError: it is no coroutine function, or has parameters without a name.
            Exception: what declaring such a path operation raises.
        """
        with declaring(function):
            _check_injectable(function)
            dependencies = dependency_names(function)
            signature = inspect.signature(function)
            others = frozenset(signature.parameters) - dependencies
            get_dependant(path="", call=function, without=others)

        shown = [signature.parameters[name] for name in signature.parameters if name in others]
        required = [each.name for each in shown if each.default is each.empty]

        @wraps(function)
        async def call(*args: Any, **kwargs: Any) -> T:
            given = signature.bind_partial(*args, **kwargs).arguments
            missing = [name for name in required if name not in given]
            if missing:
                # Python would say so when all that the function depends on is open.
                names = ", ".join(map(repr, missing))
                raise TypeError(f"{callable_name(function)}() was not given {names}")
            async with self._resolver.resolve(function, given, others=others) as value:
                result: T = value
            return result

        call.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]  # functions have one in no stub
        return call

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self)


def _check_injectable(function: Callable[..., Any]) -> None:
    name = callable_name(function)
    if callable_kind(function) is not CallableKind.COROUTINE:
        raise TypeError(f"inject is for coroutine functions, and {name!r} is none")
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(
                f"inject needs parameters with names, and {str(parameter)!r} of {name!r} has none"
            )
