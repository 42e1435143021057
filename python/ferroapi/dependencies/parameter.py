"""What one parameter of a signature is, with the errors a wrong one gets."""

from __future__ import annotations

import dataclasses
import inspect
from copy import copy
from typing import Annotated, Any, NamedTuple, get_args, get_origin

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
from ferroapi.dependencies.file_streams import is_file_stream
from ferroapi.dependencies.models import Injected
from ferroapi.dependencies.multipart import ensure_multipart_is_installed
from ferroapi.fields import ModelField, Undefined, create_field
from ferroapi.release import Release
from ferroapi.security_scopes import SecurityScopes

_INJECTED: tuple[tuple[type[Any], Injected], ...] = (
    (Request, "request"),
    (WebSocket, "websocket"),
    (HTTPConnection, "connection"),
    (Response, "response"),
    (BackgroundTasks, "background_tasks"),
    (SecurityScopes, "security_scopes"),
    (Release, "release"),
)


def is_dependency(parameter: inspect.Parameter) -> bool:
    """Whether a parameter of a signature is a dependency."""
    return isinstance(parameter.default, params.Depends) or isinstance(
        _annotated_marker(resolve_alias(parameter.annotation)), params.Depends
    )


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
