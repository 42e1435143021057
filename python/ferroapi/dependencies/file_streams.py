"""Files that an endpoint reads while they are received: where they may be declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from ferroapi import params
from ferroapi.annotations import any_member, is_subclass
from ferroapi.dependencies.callables import CallableKind
from ferroapi.file_stream import FileStream

if TYPE_CHECKING:
    from ferroapi.dependencies.models import Dependant


def is_file_stream(annotation: Any) -> bool:
    """Whether the type of a parameter is that of a file which is read while it is received."""
    return any_member(annotation, lambda member: is_subclass(member, FileStream))


def check_file_streams(endpoint: Dependant) -> None:
    """Raises `AssertionError` for one that could not be read."""
    fields = [field for each in endpoint.flat() for field in each.body_params]
    streams = [field for field in fields if _holds_file_stream(field.field_info.annotation)]
    for field in fields:
        info = field.field_info
        assert (
            field in streams
            or getattr(info, "max_size", None) is None
            or isinstance(info, params.Part)
        ), f"`max_size` of `File` is for a FileStream, which {field.name!r} is none"
    if not streams:
        return
    name = streams[0].name
    assert is_file_stream(streams[0].field_info.annotation), (
        f"{name!r} is not one FileStream, which a form has at most"
    )
    assert streams[0] in endpoint.body_params, (
        f"A FileStream is a parameter of an endpoint, and {name!r} is one of a dependency"
    )
    assert endpoint.kind in (CallableKind.COROUTINE, CallableKind.ASYNC_GENERATOR), (
        f"The FileStream {name!r} is read in the event loop: its endpoint has to be `async`"
    )
    others = [
        field.name
        for field in fields
        if field is not streams[0] and isinstance(field.field_info, params.File)
    ]
    assert not others, f"The FileStream {name!r} is the only file of a form, beside {others}"


def _holds_file_stream(annotation: Any) -> bool:
    return is_subclass(annotation, FileStream) or any(map(_holds_file_stream, get_args(annotation)))
