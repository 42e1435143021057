"""The name under which FastAPI's users import what describes and solves a dependency."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_origin

from starlette.background import BackgroundTasks as StarletteBackgroundTasks
from starlette.datastructures import (
    FormData,
    Headers,
    ImmutableMultiDict,
    QueryParams,
    UploadFile,
)
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from ferroapi import params
from ferroapi.annotations import is_bytes as is_bytes_or_nonable_bytes_annotation
from ferroapi.annotations import is_bytes_sequence as is_bytes_sequence_annotation
from ferroapi.annotations import is_scalar as field_annotation_is_scalar
from ferroapi.annotations import is_scalar_sequence as field_annotation_is_scalar_sequence
from ferroapi.annotations import is_sequence as field_annotation_is_sequence
from ferroapi.annotations import is_subclass as lenient_issubclass
from ferroapi.annotations import resolve_alias, stream_item
from ferroapi.dependencies.body import combined_body_field
from ferroapi.dependencies.body import embeds_body as _should_embed_body_fields
from ferroapi.dependencies.callables import (
    _is_async_gen_callable,
    _is_coroutine_callable,
    _is_gen_callable,
)
from ferroapi.dependencies.declaration import get_parameterless_dependant
from ferroapi.dependencies.models import CacheKey, Dependant
from ferroapi.dependencies.multipart import (
    NOT_INSTALLED as multipart_not_installed_error,  # noqa: N811  # FastAPI's name
)
from ferroapi.dependencies.multipart import (
    WRONG_PACKAGE as multipart_incorrect_install_error,  # noqa: N811  # FastAPI's name
)
from ferroapi.dependencies.multipart import ensure_multipart_is_installed
from ferroapi.dependencies.parameter import Declared
from ferroapi.dependencies.signature import get_typed_annotation
from ferroapi.dependencies.signature import return_annotation as get_typed_return_annotation
from ferroapi.exceptions import DependencyScopeError
from ferroapi.fields import ModelField, Undefined
from ferroapi.fields import missing_error as get_missing_field_error
from ferroapi.fields import model_fields as get_cached_model_fields
from ferroapi.forwarding import forward
from ferroapi.logger import logger
from ferroapi.plan.reading.form_fields import read_file as _read_file_bytes
from ferroapi.plan.reading.parameters import read as request_params_to_args
from ferroapi.seams.dependencies import SolvedDependency
from ferroapi.seams.forms import (
    _extract_form_body,
    _extract_form_items,
    _get_form_model,
    _get_form_models,
    _get_multidict_value,
    _get_param_aliases,
    _is_form_model_supplied,
    _normalize_form_model,
    get_validation_alias,
)
from ferroapi.security_scopes import SecurityScopes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.concurrency import run_in_threadpool as run_in_threadpool

    from ferroapi.background import BackgroundTasks as BackgroundTasks
    from ferroapi.concurrency import contextmanager_in_threadpool as contextmanager_in_threadpool
    from ferroapi.dependencies.declaration import get_dependant as get_dependant
    from ferroapi.dependencies.signature import get_typed_signature as get_typed_signature
    from ferroapi.seams.dependencies import request_body_to_args as request_body_to_args
    from ferroapi.seams.dependencies import solve_dependencies as solve_dependencies

__all__ = [
    "Dependant",
    "DependencyScopeError",
    "FormData",
    "HTTPConnection",
    "Headers",
    "ImmutableMultiDict",
    "ModelField",
    "ParamDetails",
    "QueryParams",
    "Request",
    "Response",
    "SecurityScopes",
    "SolvedDependency",
    "StarletteBackgroundTasks",
    "Undefined",
    "UploadFile",
    "WebSocket",
    "_extract_form_body",
    "_extract_form_items",
    "_get_body_field",
    "_get_flat_body_params",
    "_get_form_model",
    "_get_form_models",
    "_get_multidict_value",
    "_get_param_aliases",
    "_is_async_gen_callable",
    "_is_coroutine_callable",
    "_is_form_model_supplied",
    "_is_gen_callable",
    "_normalize_form_model",
    "_read_file_bytes",
    "_should_embed_body_fields",
    "analyze_param",
    "ensure_multipart_is_installed",
    "field_annotation_is_scalar",
    "field_annotation_is_scalar_sequence",
    "field_annotation_is_sequence",
    "get_cached_model_fields",
    "get_flat_params",
    "get_missing_field_error",
    "get_parameterless_sub_dependant",
    "get_stream_item_type",
    "get_typed_annotation",
    "get_typed_return_annotation",
    "get_validation_alias",
    "is_bytes_or_nonable_bytes_annotation",
    "is_bytes_sequence_annotation",
    "lenient_issubclass",
    "logger",
    "multipart_incorrect_install_error",
    "multipart_not_installed_error",
    "params",
    "request_params_to_args",
]

# What `ferroapi.routing` has under the same names is bound before anything is replaced here.
import_module("ferroapi.seams.handlers")

forward(
    __name__,
    {
        "ferroapi.dependencies.declaration": ("get_dependant", "get_typed_signature"),
        "ferroapi.seams.dependencies": (
            "BackgroundTasks",
            "contextmanager_in_threadpool",
            "request_body_to_args",
            "run_in_threadpool",
            "solve_dependencies",
        ),
    },
)


def get_parameterless_sub_dependant(*, depends: params.Depends, path: str) -> Dependant:
    """Describes a dependency of a `dependencies=[...]` list, whose value nobody takes.

    Raises:
        AssertionError: it has no callable.
    """
    return get_parameterless_dependant(depends, path=path)


def get_flat_params(dependant: Dependant) -> list[ModelField]:
    """What a tree takes from path, query, headers and cookies, in that order.

    The fields of a model that stands for parameters are in its place, and a dependency that is used
    several times is there once.
    """
    dependants: dict[CacheKey, Dependant] = {}
    for below in dependant.flat():
        dependants.setdefault(below.cache_key, below)
    places = ("path_params", "query_params", "header_params", "cookie_params")
    return [
        parameter
        for place in places
        for below in dependants.values()
        for field in getattr(below, place)
        for parameter in _parameters(field)
    ]


def _parameters(field: ModelField) -> list[ModelField]:
    model = None if field.is_json else field.model
    return [field] if model is None else get_cached_model_fields(model)


def _get_flat_body_params(dependant: Dependant) -> list[ModelField]:
    return [field for below in dependant.flat() for field in below.body_params]


def _get_body_field(
    *, body_params: list[ModelField], name: str, embed_body_fields: bool
) -> ModelField | None:
    if body_params and not embed_body_fields:
        return body_params[0]
    return combined_body_field(body_params, name=name)


def get_stream_item_type(annotation: Any) -> Any | None:
    """The type of the items of an iterable return annotation, `None` for anything else."""
    item = stream_item(annotation)
    return None if item is None else item[0]


class ParamDetails(NamedTuple):
    """What one parameter of a callable turned out to be."""

    type_annotation: Any
    """Its type, without what `Annotated` adds."""
    depends: params.Depends | None
    """The dependency that gives its value, if one does."""
    field: ModelField | None
    """What is read from the request, if anything is."""


def analyze_param(
    *, param_name: str, annotation: Any, value: Any, path_param_names: Iterable[str]
) -> ParamDetails:
    """Describes one parameter by itself.

    Args:
        param_name: its name.
        annotation: its type, `inspect.Parameter.empty` without one.
        value: its default, `inspect.Parameter.empty` without one.
        path_param_names: the names in the path.

    Raises:
        AssertionError: it is declared in a way that cannot be meant.
    """
    parameter = inspect.Parameter(
        param_name, inspect.Parameter.KEYWORD_ONLY, default=value, annotation=annotation
    )
    declared = Declared.read(parameter, frozenset(path_param_names))
    plain = Any if annotation is inspect.Parameter.empty else resolve_alias(annotation)
    if get_origin(plain) is Annotated:
        plain = get_args(plain)[0]
    return ParamDetails(plain, declared.depends, declared.field)
