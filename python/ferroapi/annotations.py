"""Questions about type annotations: what a declared parameter can hold, and where it comes from."""

from __future__ import annotations

import types
import typing
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import is_dataclass
from typing import Annotated, Any, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, Json
from starlette.datastructures import UploadFile
from typing_extensions import TypeAliasType

SEQUENCE_TYPES: tuple[type[Any], ...] = (list, tuple, set, frozenset, deque, Sequence)
STREAM_TYPES: frozenset[Any] = frozenset(
    {AsyncGenerator, AsyncIterable, AsyncIterator, Generator, Iterable, Iterator}
)


def is_subclass(value: Any, classes: type[Any] | tuple[type[Any], ...]) -> TypeGuard[type[Any]]:
    """`issubclass` that answers False for whatever is not a plain class."""
    return isinstance(value, type) and get_origin(value) is None and issubclass(value, classes)


# The statement has a class of its own before Python 3.15.
_ALIASES = (TypeAliasType, getattr(typing, "TypeAliasType", TypeAliasType))


def resolve_alias(annotation: Any) -> Any:
    """What a `type X = ...` statement (PEP 695) stands for; anything else unchanged.

    Where the questions below are asked, aliases stand for nothing but themselves, as in FastAPI:
    they are resolved where a parameter is declared, but not below `Annotated`, unions and lists.
    """
    known: list[Any] = []
    while isinstance(annotation, _ALIASES) and not any(annotation is each for each in known):
        known.append(annotation)
        annotation = annotation.__value__
    return annotation


def parts(annotation: Any, is_entered: Callable[[Any], bool] | None = None) -> Iterator[Any]:
    """An annotation and what it is made of; of each alias once, what that stands for.

    Args:
        annotation: the annotation.
        is_entered: whether to go on to what a part is made of; by default of any.
    """
    waiting, aliases = [annotation], list[Any]()
    while waiting:
        part = waiting.pop()
        resolved = resolve_alias(part)
        if resolved is not part:
            # It may stand for something that it is a part of.
            if any(part is known for known in aliases):
                continue
            aliases.append(part)
        yield resolved
        if is_entered is None or is_entered(resolved):
            waiting.extend(get_args(resolved))


def is_union(annotation: Any) -> bool:
    """Whether the annotation is `X | Y`, `Union[X, Y]` or `Optional[X]`."""
    origin = get_origin(annotation)
    return origin is Union or origin is types.UnionType


def _unannotated(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def any_member(annotation: Any, test: Callable[[Any], bool]) -> bool:
    """Whether `test` holds for the annotation or for one member of a union."""
    annotation = _unannotated(annotation)
    if is_union(annotation):
        return any(any_member(member, test) for member in get_args(annotation))
    return test(annotation)


def _is_sequence_class(annotation: Any) -> bool:
    return is_subclass(annotation, SEQUENCE_TYPES) and not is_subclass(annotation, (str, bytes))


def _is_plain_sequence(annotation: Any) -> bool:
    return _is_sequence_class(annotation) or _is_sequence_class(get_origin(annotation))


def is_sequence(annotation: Any) -> bool:
    """Whether values are collected into a list, tuple, set, frozenset, deque or sequence.

    What is an alias of one is one.
    """
    return _is_plain_sequence(resolve_alias(annotation)) or any_member(
        annotation, _is_plain_sequence
    )


def _is_complex(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return (
        is_subclass(annotation, (BaseModel, Mapping, UploadFile))
        or is_subclass(origin, (BaseModel, Mapping, UploadFile))
        or _is_plain_sequence(annotation)
        or is_dataclass(annotation)
        or is_dataclass(origin)
        or hasattr(origin, "__get_pydantic_core_schema__")
    )


def is_scalar(annotation: Any) -> bool:
    """Whether one piece of text can hold it; an undecorated parameter is in the query then."""
    return not any_member(annotation, _is_complex)


def _members(annotation: Any) -> Iterator[Any]:
    annotation = _unannotated(annotation)
    if is_union(annotation):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def is_scalar_sequence(annotation: Any) -> bool:
    """Whether it is a sequence of scalars, alone or in a union with scalars."""
    sequences = 0
    for member in _members(annotation):
        if _is_plain_sequence(member):
            if not all(item is ... or is_scalar(item) for item in get_args(member)):
                return False
            sequences += 1
        elif not is_scalar(member):
            return False
    return sequences > 0


def is_bytes(annotation: Any) -> bool:
    """Whether the annotation is bytes, or a union with bytes."""
    return any_member(annotation, lambda member: is_subclass(member, bytes))


def is_upload_file(annotation: Any) -> bool:
    """Whether the annotation is `UploadFile`, or a union with it."""
    return any_member(annotation, lambda member: is_subclass(member, UploadFile))


def _is_sequence_of(annotation: Any, test: Callable[[Any], bool]) -> bool:
    return any_member(
        annotation,
        lambda member: (
            _is_plain_sequence(member)
            and all(item is ... or test(item) for item in get_args(member))
        ),
    )


def is_bytes_sequence(annotation: Any) -> bool:
    """Whether the annotation is a sequence of bytes, or a union with one."""
    return _is_sequence_of(annotation, is_bytes)


def is_upload_file_sequence(annotation: Any) -> bool:
    """Whether the annotation is a sequence of `UploadFile`, or a union with one."""
    return _is_sequence_of(annotation, is_upload_file)


def _has_json(annotation: Any) -> bool:
    if is_union(annotation):
        return any(_has_json(member) for member in get_args(annotation))
    if get_origin(annotation) is not Annotated:
        return False
    inner, *metadata = get_args(annotation)
    return any(type(item) is Json for item in metadata) or _has_json(inner)


def union_models(annotation: Any) -> tuple[type[BaseModel], ...]:
    """The models of a union of models, with or without `None`; empty for anything else.

    JSON text of a model is no model.
    """
    choices = get_args(annotation) if is_union(annotation) else (annotation,)
    # No model is an instance of `type` itself.
    if all(type(choice) is type for choice in choices) or _has_json(annotation):
        return ()
    members = [member for member in _members(annotation) if member is not type(None)]
    models = tuple(member for member in members if is_subclass(member, BaseModel))
    return models if len(models) == len(members) else ()


def optional_model(annotation: Any) -> type[BaseModel] | None:
    """The model of `Model` or `Model | None`, else `None`."""
    models = union_models(annotation)
    return models[0] if len(models) == 1 else None


def is_nullable(annotation: Any) -> bool:
    """Whether the annotation is `None`, or a union with `None`."""
    return any_member(annotation, lambda member: member is type(None))


def stream_item(annotation: Any) -> tuple[Any] | None:
    """The item type of an iterable return annotation in a tuple (`Any` when bare), else `None`.

    A tuple, so that an item type of `None` differs from no item type.
    """
    if get_origin(annotation) in STREAM_TYPES:
        arguments = get_args(annotation)
        return (arguments[0] if arguments else Any,)
    return None
