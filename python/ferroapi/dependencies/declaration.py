"""From the signature of a callable to its `Dependant`, with the errors a wrong declaration gets."""

from __future__ import annotations

import dataclasses
import inspect
import re
from copy import copy
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_origin

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from starlette.background import BackgroundTasks
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from ferroapi import params
from ferroapi.annotations import (
    is_scalar,
    is_scalar_sequence,
    is_subclass,
    is_upload_file,
    is_upload_file_sequence,
    optional_model,
    resolve_alias,
)
from ferroapi.dependencies.callables import (
    CallableKind,
    callable_kind,
    callable_name,
    declaring,
)
from ferroapi.dependencies.file_streams import is_file_stream
from ferroapi.dependencies.models import Dependant, Injected, Scope
from ferroapi.dependencies.multipart import ensure_multipart_is_installed
from ferroapi.dependencies.signature import get_typed_signature
from ferroapi.exceptions import DependencyScopeError
from ferroapi.fields import ModelField, Undefined, create_field
from ferroapi.release import Release
from ferroapi.security_scopes import SecurityScopes

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from ferroapi.concurrency_limit import ConcurrencyLimit

_INJECTED: tuple[tuple[type[Any], Injected], ...] = (
    (Request, "request"),
    (WebSocket, "websocket"),
    (HTTPConnection, "connection"),
    (Response, "response"),
    (BackgroundTasks, "background_tasks"),
    (SecurityScopes, "security_scopes"),
    (Release, "release"),
)

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
        if isinstance(parameter.default, params.Depends)
        or isinstance(_annotated_marker(resolve_alias(parameter.annotation)), params.Depends)
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


class Declared(NamedTuple):
    """What one parameter of a signature turned out to be; exactly one of the three is set."""

    name: str
    depends: params.Depends | None = None
    injected: Injected | None = None
    field: ModelField | None = None

    @classmethod
    def read(cls, parameter: inspect.Parameter, path_names: frozenset[str]) -> Declared:
        name = parameter.name
        annotation = resolve_alias(parameter.annotation)
        if annotation is inspect.Parameter.empty:
            annotation = Any
        plain = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
        marker = _annotated_marker(annotation)
        info = _annotated_info(parameter, annotation, marker, name in path_names)
        depends = marker if isinstance(marker, params.Depends) else None

        if isinstance(parameter.default, params.Depends):
            assert depends is None, (
                f"Cannot specify `Depends` in `Annotated` and default value together for {name!r}"
            )
            assert info is None, (
                "Cannot specify a FastAPI annotation in `Annotated` and `Depends` as a"
                f" default value together for {name!r}"
            )
            depends = parameter.default
        elif isinstance(parameter.default, FieldInfo):
            assert info is None, (
                "Cannot specify FastAPI annotations in `Annotated` and default value"
                f" together for {name!r}"
            )
            info = copy(parameter.default)
            info.annotation = plain

        if depends is not None:
            if depends.dependency is None:
                depends = dataclasses.replace(depends, dependency=plain)
            return cls(name, depends=depends)
        injectable = get_origin(plain) or plain  # `Request[State]` is the request, too
        for kind, injected in _INJECTED:
            if is_subclass(injectable, kind):
                assert info is None, f"Cannot specify FastAPI annotation for type {plain!r}"
                return cls(name, injected=injected)
        if info is None:
            info = _inferred_info(parameter, annotation, plain, name in path_names)
        return cls(name, field=_field(name, annotation, info, path_names))


def _annotated_marker(annotation: Any) -> FieldInfo | params.Depends | None:
    """The last of our annotations inside `Annotated`."""
    if get_origin(annotation) is not Annotated:
        return None
    markers = [
        item
        for item in get_args(annotation)[1:]
        if isinstance(item, (params.Param, params.Body, params.Depends))
    ]
    return markers[-1] if markers else None


def _with_annotation(info: FieldInfo, annotation: Any) -> FieldInfo:
    """A copy of `info` that knows everything `Annotated[...]` says."""
    merged = FieldInfo.from_annotation(annotation).asdict()
    info = copy(info)
    for attribute, value in merged["attributes"].items():
        setattr(info, attribute, value)
    info.metadata = merged["metadata"]
    info.annotation = merged["annotation"]
    return info


def _annotated_info(
    parameter: inspect.Parameter,
    annotation: Any,
    marker: FieldInfo | params.Depends | None,
    in_path: bool,
) -> FieldInfo | None:
    if not isinstance(marker, FieldInfo):
        return None
    info = _with_annotation(marker, annotation)
    assert info.default is Undefined or info.default is ..., (
        f"`{type(info).__name__}` default value cannot be set in"
        f" `Annotated` for {parameter.name!r}. Set the default value with `=` instead."
    )
    info.default = Undefined
    if parameter.default is not inspect.Parameter.empty and not isinstance(
        parameter.default, (FieldInfo, params.Depends)
    ):
        assert not in_path, "Path parameters cannot have default values"
        info.default = parameter.default
    return info


def _inferred_info(
    parameter: inspect.Parameter, annotation: Any, plain: Any, in_path: bool
) -> FieldInfo:
    """What a parameter is that says nothing: path, file, body or query by name and type."""
    default = Undefined if parameter.default is inspect.Parameter.empty else parameter.default
    kind: type[params.Param | params.Body]
    if in_path:
        # A parameter may be in the path of one route and not of another: its default is ignored.
        kind, default = params.Path, Undefined
    elif is_upload_file(plain) or is_upload_file_sequence(plain) or is_file_stream(plain):
        kind = params.File
    elif is_scalar(plain):
        kind = params.Query
    else:
        kind = params.Body
    info: FieldInfo = kind() if in_path else kind(default=default)
    if get_origin(annotation) is Annotated:
        factory = info.default_factory
        info = _with_annotation(info, annotation)
        info.default = default
        if in_path:
            info.default_factory = factory
    else:
        info.annotation = annotation
    return info


def _field(name: str, annotation: Any, info: FieldInfo, path_names: frozenset[str]) -> ModelField:
    in_path = name in path_names
    if in_path:
        assert isinstance(info, params.Path), (
            f"Cannot use `{type(info).__name__}` for path param {name!r}"
        )
    if isinstance(info, params.Form):
        ensure_multipart_is_installed()
    choices = info.validation_alias
    if (
        isinstance(info, params.Path)
        and isinstance(choices, AliasChoices)
        and all(isinstance(choice, str) for choice in choices.choices)
    ):
        info = copy(info)
        # The placeholder of this route; a name that is in no placeholder cannot be sent.
        info.validation_alias = next(
            (choice for choice in choices.choices if choice in path_names), None
        )
    if not info.alias:
        hyphens = isinstance(info, params.Header) and info.convert_underscores
        info.alias = name.replace("_", "-") if hyphens else name
    field = create_field(name, annotation, field_info=info)
    if in_path:
        assert is_scalar(info.annotation), "Path params must be of one of the supported types"
    elif isinstance(info, params.Query):
        assert (
            is_scalar(info.annotation)
            or is_scalar_sequence(info.annotation)
            or optional_model(info.annotation) is not None
        ), f"Query parameter {name!r} must be one of the supported types"
    return field
