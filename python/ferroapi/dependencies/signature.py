"""Reading a signature with its annotations evaluated."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

from ferroapi.dependencies.callables import unwrapped

if TYPE_CHECKING:
    from collections.abc import Callable


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


def signature_state(call: Callable[..., Any]) -> tuple[Any, ...]:
    """What the signature of a callable is read from.

    As long as these are the very same objects, reading it again gives the same.
    """
    own = getattr(call, "__dict__", {})
    # What is left unevaluated need not be evaluated for this (PEP 649).
    annotations = getattr(call, "__annotate__", None)
    if annotations is None:
        annotations = getattr(call, "__annotations__", None) or {}
        annotations = [part for item in annotations.items() for part in item]
    else:
        annotations = [annotations]
    return (
        call,
        own.get("__signature__"),
        own.get("__wrapped__"),
        getattr(call, "__code__", None),
        getattr(call, "__defaults__", None),
        *(getattr(call, "__kwdefaults__", None) or {}).values(),
        *annotations,
    )


def return_annotation(call: Callable[..., Any]) -> Any:
    """The evaluated return annotation; `None` when there is none."""
    annotation = _signature(call).return_annotation
    return None if annotation is inspect.Signature.empty else _evaluated(annotation, call)
