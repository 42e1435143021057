"""Forms as `multipart/form-data` that the core reads, and the objects of their files."""

from __future__ import annotations

import sys
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any

from starlette import formparsers, requests
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from ferroapi._core import MultipartForm
from ferroapi.originals import methods_unreplaced, names_unreplaced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from ferroapi._core import Header


def multipart_form(
    boundary: bytes, *, max_fields: int, max_files: int, max_field_size: int
) -> MultipartForm | None:
    """A form to be read; `None` where somebody has put a parser of his own into the place."""
    for unreplaced in _CHECKS:
        if not unreplaced():
            return None
    return MultipartForm(
        boundary,
        _new_file,
        max_fields=max_fields,
        max_files=max_files,
        max_field_size=max_field_size,
        # A spooled file has no largest size where that is 0.
        max_kept=max(0, MultiPartParser.spool_max_size or sys.maxsize),
    )


def _new_file(content: bytes, filename: str, headers: list[Header]) -> UploadFile:
    # It is closed with its form.
    file: Any = SpooledTemporaryFile(max_size=MultiPartParser.spool_max_size)  # noqa: SIM115
    if content:
        file.write(content)
        file.seek(0)
    return UploadFile(file, size=len(content), filename=filename, headers=Headers(raw=headers))


async def write_spilled(form: MultipartForm) -> None:
    """Writes to their files what is too large to be kept in memory."""
    for file, data in form.spilled():
        await file.write(data)


def _checks() -> Iterator[Callable[[], bool]]:
    yield names_unreplaced(requests, "MultiPartParser", "parse_options_header")
    yield names_unreplaced(
        *(formparsers, "multipart", "parse_options_header"),
        *("FormData", "Headers", "SpooledTemporaryFile", "UploadFile"),
    )
    yield methods_unreplaced(
        MultiPartParser,
        "__init__",
        "parse",
        "on_part_begin",
        "on_part_data",
        "on_part_end",
        "on_header_field",
        "on_header_value",
        "on_header_end",
        "on_headers_finished",
        "on_end",
    )
    yield methods_unreplaced(UploadFile, "__init__", "write", "seek")
    package: ModuleType | None = vars(formparsers)["multipart"]
    if package is not None:
        yield names_unreplaced(package, "MultipartParser")
        parser = vars(package)["MultipartParser"]
        yield methods_unreplaced(parser, "__init__", "write", "finalize")


_CHECKS = tuple(_checks())
