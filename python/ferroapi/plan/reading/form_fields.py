"""One field of a form: the names it may be sent under, and what counts as nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.datastructures import UploadFile

from ferroapi import params
from ferroapi.annotations import is_bytes, is_bytes_sequence
from ferroapi.fields import ModelField, Undefined
from ferroapi.plan.reading.values import takes_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Received: TypeAlias = "dict[str, list[Any]]"
"""The texts and files of a form by name, in the order they were sent."""


def is_unselected(item: Any) -> bool:
    """Whether an item is a file that nobody selected."""
    # Browsers send an empty file name and no content for a file field nobody filled in.
    return isinstance(item, UploadFile) and item.filename == "" and item.size == 0


async def read_file(file: UploadFile) -> bytes:
    """The rest of an upload, which is left where it was for others to read."""
    position = file.file.tell()
    try:
        return await file.read()
    finally:
        await file.seek(position)


class FormField:
    """A declared field that forms are searched for."""

    __slots__ = ("_is_content", "_is_contents", "_takes_all", "names")

    names: Sequence[str]
    """The names it may be sent under, most wanted first."""

    def __init__(self, field: ModelField) -> None:
        self.names = field.input_names
        self._takes_all = takes_all(field)
        annotation = field.field_info.annotation
        is_file = isinstance(field.field_info, params.File)
        self._is_content = is_file and is_bytes(annotation)
        self._is_contents = is_file and is_bytes_sequence(annotation)

    def find(self, received: Mapping[str, list[Any]]) -> tuple[str, Any]:
        """The name something was sent under and what it was, or the first name and `Undefined`.

        Empty texts and files nobody selected are nothing, but empty texts of a list are its items.
        """
        for name in self.names:
            items = received.get(name)
            if items is None:
                continue
            if self._takes_all:
                sent = [item for item in items if not is_unselected(item)]
                if sent:
                    return name, sent
            elif items[-1] != "" and not is_unselected(items[-1]):
                return name, items[-1]
        return self.names[0], Undefined

    async def read_files(self, value: Any) -> Any:
        """The value with the content of its files where the field is declared as bytes."""
        if self._is_content and isinstance(value, UploadFile):
            return await read_file(value)
        if self._is_contents and isinstance(value, list):
            return [
                await read_file(item) if isinstance(item, UploadFile) else item for item in value
            ]
        return value
