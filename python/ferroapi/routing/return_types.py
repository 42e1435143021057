"""What an endpoint is annotated to return: data of a type, responses, or one or the other."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from starlette.responses import Response
from typing_extensions import is_typeddict

from ferroapi.annotations import is_subclass, is_union


def returned_types(annotation: Any) -> tuple[tuple[type[Response], ...], Any]:
    """The response classes in a union with models, and the type of the data.

    `Response | Item` is split; `Response | dict` is left to whom it makes no sense to, as FastAPI
    does. A response alone is no data.
    """
    if is_subclass(annotation, Response):
        return (), None
    members = get_args(annotation) if is_union(annotation) else ()
    classes = tuple(member for member in members if is_subclass(member, Response))
    others = tuple(member for member in members if member not in classes)
    if not classes or not any(map(_has_model, others)):
        return (), annotation
    return classes, Union[others]  # noqa: UP007  they are known at run time only


def _has_model(annotation: Any) -> bool:
    if is_subclass(annotation, BaseModel) or is_dataclass(annotation) or is_typeddict(annotation):
        return True
    origin = get_origin(annotation)
    return origin is not None and any(map(_has_model, (origin, *get_args(annotation))))
