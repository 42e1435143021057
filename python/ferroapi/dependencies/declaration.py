"""From the signature of a callable to its `Dependant`, with the errors a wrong declaration gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ferroapi import params
from ferroapi.dependencies.callables import (
    CallableKind,
    callable_kind,
    callable_name,
    declaring,
)
from ferroapi.dependencies.models import Dependant, Scope
from ferroapi.dependencies.parameter import Declared, is_dependency
from ferroapi.dependencies.signature import get_typed_signature
from ferroapi.exceptions import DependencyScopeError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from pydantic.fields import FieldInfo

    from ferroapi.concurrency_limit import ConcurrencyLimit
    from ferroapi.fields import ModelField

_LOCATIONS: tuple[tuple[type[FieldInfo], str], ...] = (
    (params.Body, "body_params"),
    (params.Path, "path_params"),
    (params.Header, "header_params"),
    (params.Cookie, "cookie_params"),
)


def path_parameter_names(path: str) -> frozenset[str]:
    """The names between braces in a path format such as `/items/{item_id}`."""
    return frozenset(re.findall("{(.*?)}", path))


def parameter_names(call: Callable[..., Any]) -> frozenset[str]:
    """The names of the parameters of `call`."""
    return frozenset(get_typed_signature(call).parameters)


def dependency_names(call: Callable[..., Any]) -> frozenset[str]:
    """The names of the parameters of `call` that are dependencies."""
    return frozenset(
        parameter.name
        for parameter in get_typed_signature(call).parameters.values()
        if is_dependency(parameter)
    )


def get_dependant(
    *,
    path: str,
    call: Callable[..., Any],
    name: str | None = None,
    own_oauth_scopes: Iterable[str] = (),
    parent_oauth_scopes: Iterable[str] = (),
    use_cache: bool = True,
    scope: Scope | None = None,
    concurrency: ConcurrencyLimit | None = None,
    inline: bool = False,
    without: Container[str] = (),
) -> Dependant:
    """Describes what `call` asks of a request to `path`, with everything below it.

    Its parameters in `without` are left to whoever calls it.

    Raises:
        AssertionError: a parameter is declared in a way that cannot be meant.
        DependencyScopeError: a dependency would be gone before the one that depends on it.
        FastAPIError: a parameter has a type pydantic does not know.
    """
    dependant = Dependant(
        call=call,
        path=path,
        name=name,
        use_cache=use_cache,
        scope=scope,
        concurrency=concurrency,
        inline=inline,
        own_oauth_scopes=tuple(own_oauth_scopes),
        parent_oauth_scopes=tuple(parent_oauth_scopes),
    )
    if inline:
        check_inline(call)
    path_names = path_parameter_names(path)
    for parameter in get_typed_signature(call).parameters.values():
        if parameter.name in without:
            continue
        declared = Declared.read(parameter, path_names)
        if declared.depends is not None:
            # As of a plain list: nobody has compiled anything of it yet.
            list.append(dependant.dependencies, _sub_dependant(dependant, declared))
        elif declared.injected is not None:
            assert declared.field is None, (
                f"Cannot specify multiple FastAPI annotations for {parameter.name!r}"
            )
            dict.__setitem__(dependant.injected, parameter.name, declared.injected)
        else:
            assert declared.field is not None
            list.append(_location(dependant, declared.field), declared.field)
    if scope == "lifespan":
        _refuse_requests(dependant)
    return dependant


def _refuse_requests(dependant: Dependant) -> None:
    """Raises `DependencyScopeError` for a dependency that is there before any request it takes."""
    fields = (*dependant.parameters, *dependant.body_params)
    for name in (*dependant.injected, *(field.name for field in fields)):
        with declaring(dependant.call):
            raise DependencyScopeError(
                f'The dependency "{callable_name(dependant.call)}" has a scope of "lifespan", '
                f"it cannot take {name!r} of a request."
            )


def get_parameterless_dependant(depends: params.Depends, *, path: str) -> Dependant:
    """Describes a dependency of a `dependencies=[...]` list, whose value nobody takes."""
    assert callable(depends.dependency), (
        "A parameter-less dependency must have a callable dependency"
    )
    with declaring(depends.dependency):
        return get_dependant(
            path=path,
            call=depends.dependency,
            own_oauth_scopes=_oauth_scopes(depends),
            scope=depends.scope,
            concurrency=depends._concurrency,
            inline=depends.inline,
        )


def check_inline(call: Callable[..., Any], *, streams: bool = False) -> None:
    """Raises `AssertionError` for what is no function to be called in the event loop.

    Args:
        call: what is called.
        streams: whether a generator would stream its items, which has a thread of its own.
    """
    name, kind = callable_name(call), callable_kind(call)
    assert kind in (CallableKind.THREAD, CallableKind.GENERATOR), (
        f"inline=True is for functions that are no `async def`, which {name!r} is"
    )
    assert not (streams and kind.is_generator), (
        f"inline=True is not for streams: {name!r} would keep the event loop"
    )


def get_endpoint_dependant(
    *, path: str, call: Callable[..., Any], dependencies: Sequence[params.Depends]
) -> Dependant:
    """Describes an endpoint with its parameterless dependencies in front of its own."""
    # The endpoint is over when it has returned: what it depends on may be over then, too.
    dependant = get_dependant(path=path, call=call, scope="function")
    return dependant.with_path(
        path, [get_parameterless_dependant(depends, path=path) for depends in dependencies]
    )


def _oauth_scopes(depends: params.Depends) -> Sequence[str]:
    return (depends.scopes or ()) if isinstance(depends, params.Security) else ()


def _sub_dependant(dependant: Dependant, declared: Declared) -> Dependant:
    depends = declared.depends
    assert depends is not None
    assert depends.dependency is not None
    scope = depends.scope
    if dependant.scope == "lifespan":
        if scope in ("function", "request"):
            with declaring(dependant.call):
                raise DependencyScopeError(
                    f'The dependency "{callable_name(dependant.call)}" has a scope of "lifespan", '
                    f'it cannot depend on dependencies with scope "{scope}".'
                )
        scope = "lifespan"
    if (
        dependant.kind.is_generator
        and dependant.effective_scope == "request"
        and depends.scope == "function"
    ):
        name = getattr(dependant.call, "__name__", "<unnamed_callable>")
        raise DependencyScopeError(
            f'The dependency "{name}" has a scope of "request", '
            'it cannot depend on dependencies with scope "function".'
        )
    with declaring(depends.dependency):
        return get_dependant(
            path=dependant.path,
            call=depends.dependency,
            name=declared.name,
            own_oauth_scopes=_oauth_scopes(depends),
            parent_oauth_scopes=(
                *(dependant.parent_oauth_scopes or ()),
                *(dependant.own_oauth_scopes or ()),
            ),
            use_cache=depends.use_cache,
            scope=scope,
            concurrency=depends._concurrency,
            inline=depends.inline,
        )


def _location(dependant: Dependant, field: ModelField) -> list[ModelField]:
    for kind, attribute in _LOCATIONS:
        if isinstance(field.field_info, kind):
            fields: list[ModelField] = getattr(dependant, attribute)
            return fields
    return dependant.query_params
