"""Reading a signature with its annotations evaluated."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from functools import partial
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from ferroapi.dependencies.callables import unwrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _signature(call: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(call, eval_str=True)
    except NameError:
        # Names imported for type checkers only; parameters are evaluated one by one below.
        if sys.version_info >= (3, 14):
            from annotationlib import Format

            return inspect.signature(call, annotation_format=Format.FORWARDREF)
        return inspect.signature(call)


def get_typed_annotation(annotation: Any, namespace: dict[str, Any]) -> Any:
    """A stringified annotation evaluated with the names of a module.

    An annotation whose names are not defined there stays what it is.
    """
    if not isinstance(annotation, str):
        return annotation
    try:
        value = eval(annotation, namespace)
    except NameError:
        return annotation
    return None if value is type(None) else value


def _evaluated(annotation: Any, call: Callable[..., Any]) -> Any:
    return get_typed_annotation(annotation, getattr(unwrapped(call), "__globals__", {}))


def get_typed_signature(call: Callable[..., Any]) -> inspect.Signature:
    """The parameters of `call` in order of declaration, annotations evaluated."""
    return inspect.Signature(
        [
            parameter.replace(annotation=_evaluated(parameter.annotation, call))
            for parameter in _signature(call).parameters.values()
        ]
    )


def signature_state(call: Callable[..., Any]) -> Iterator[Any]:
    """What the signature of a callable is read from.

    As long as these are the very same objects, reading it again gives the same.
    """
    waiting, known = [call], set[int]()
    while waiting:
        part = waiting.pop()
        if id(part) in known:
            continue
        known.add(id(part))
        yield part
        yield _attribute(part, "__signature__", object)
        yield _attribute(part, "__code__", object)
        yield _attribute(part, "__defaults__", object)
        yield from (_attribute(part, "__kwdefaults__", dict) or {}).values()
        if isinstance(part, partial):
            yield part.args
            yield from part.keywords.values()
        yield from _annotations_state(part)
        waiting.extend(_read_through(part))
        wrapped = (_attribute(part, "__dict__", Mapping) or {}).get("__wrapped__")
        if wrapped is not None:
            waiting.append(wrapped)


def _attribute(part: Any, name: str, kind: type[Any]) -> Any:
    """An attribute of an object that may have any, of any kind; `None` for one of another kind."""
    try:
        value = getattr(part, name, None)
    except Exception:
        # Whoever needs it raises that.
        return None
    return value if isinstance(value, kind) else None


def _annotations_state(part: Any) -> Iterator[Any]:
    if isinstance(part, type):
        # They are of its attributes.
        return
    # What is left unevaluated need not be evaluated for this (PEP 649).
    annotate = _attribute(part, "__annotate__", object)
    if annotate is not None:
        yield annotate
        return
    for name, annotation in (_attribute(part, "__annotations__", dict) or {}).items():
        yield name
        # What text means is looked up each time.
        yield object() if isinstance(annotation, str) else annotation


def _read_through(part: Any) -> tuple[Any, ...]:
    """The callables that `part` leaves its parameters to."""
    if isinstance(part, FunctionType):
        return ()
    if isinstance(part, MethodType):
        return (part.__func__,)
    if isinstance(part, partial):
        return (part.func,)
    if isinstance(part, type):
        return part.__new__, part.__init__, type(part).__call__  # type: ignore[misc]  # of any class
    return (type(part).__call__,)


def return_annotation(call: Callable[..., Any]) -> Any:
    """The evaluated return annotation; `None` when there is none."""
    annotation = _signature(call).return_annotation
    return None if annotation is inspect.Signature.empty else _evaluated(annotation, call)
