"""Forms that the core reads: the short cut of forms."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request

from ferroapi._core import MultipartForm, UrlencodedForm, is_urlencoded_form
from ferroapi.connection.body import hold_to_limit
from ferroapi.originals import methods_unreplaced
from ferroapi.plan.reading.closing_boundary import NO_CLOSING_BOUNDARY, read_boundary
from ferroapi.plan.reading.multipart import multipart_form, write_spilled
from ferroapi.plan.reading.urlencoded import urlencoded_form
from ferroapi.safeguards import WHOLE_BODY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive

    from ferroapi._core import FormFault
    from ferroapi._form_limits import FormLimits

CoreForm: TypeAlias = UrlencodedForm | MultipartForm

_MAX_FIELDS = _MAX_FILES = 1000
_MAX_PART_SIZE = 1024 * 1024
_MOST = sys.maxsize

_request_unreplaced = methods_unreplaced(Request, "_get_form", "form", "stream")


def new_form(content_type: bytes | None, limits: FormLimits) -> CoreForm | None:
    """A form to be read by the core.

    `None` for another content type, for a form that is too unusual, and where somebody has put a
    parser of his own into the place.
    """
    if content_type is None or not _request_unreplaced():
        return None
    max_fields = min(limits.get("max_fields", _MAX_FIELDS), _MOST)
    max_part_size = min(limits.get("max_part_size", _MAX_PART_SIZE), _MOST)
    if is_urlencoded_form(content_type):
        return urlencoded_form(max_fields=max_fields, max_part_size=max_part_size)
    boundary = read_boundary(content_type)
    return None if boundary is None else multipart_form(boundary, **form_bounds(limits))


class FormBounds(TypedDict):
    """What a multipart form may have."""

    max_fields: int
    max_files: int
    max_field_size: int


def form_bounds(limits: FormLimits) -> FormBounds:
    """The limits of a multipart form, as the core takes them."""
    return {
        "max_fields": min(limits.get("max_fields", _MAX_FIELDS), _MOST),
        "max_files": min(limits.get("max_files", _MAX_FILES), _MOST),
        "max_field_size": min(limits.get("max_part_size", _MAX_PART_SIZE), _MOST),
    }


async def read_form(
    form: CoreForm,
    limits: FormLimits,
    scope: Mapping[str, Any],
    receive: Receive,
    body: bytes | None = None,
) -> CoreForm:
    """The form, of which nothing was received yet, when it has come.

    Args:
        form: the form.
        limits: those that it was made with.
        scope: says which application the request is for, if there is one.
        receive: gives the body.
        body: all of it, if that has come.

    Raises:
        HTTPException: 400 for a form that is broken, cut off or larger than `limits`, 413 for text
            that is larger than what may be read as a whole.
        MultiPartException: the same outside of an application.
        ClientDisconnect: the client left before its end.
    """
    fault: FormFault | None = None
    try:
        size = 0
        if body is not None:
            size = _held_to_limit(form, len(body), scope)
            fault = form.write(body)
        more_body = body is None
        while more_body and fault is None:
            message = await receive()
            if message["type"] == "http.request":
                more_body = message.get("more_body", False)
                chunk = bytes(message.get("body", b""))
                size = _held_to_limit(form, size + len(chunk), scope)
                fault = form.write(chunk)
            elif message["type"] == "http.disconnect":
                raise ClientDisconnect
            if isinstance(form, MultipartForm):
                hold_text_to_limit(form, size, scope)
                await write_spilled(form)
        if body is not None and isinstance(form, MultipartForm):
            hold_text_to_limit(form, size, scope)
        fault = fault or form.finish()
        if fault is not None:
            raise fault_error(fault, form, limits, scope)
        for file in form.files():
            await file.seek(0)
    except BaseException:
        for file in form.files():
            file.file.close()
        raise
    return form


def fault_error(
    fault: FormFault, form: CoreForm, limits: FormLimits, scope: Mapping[str, Any]
) -> HTTPException | MultiPartException:
    """What says of a form what is wrong with it; not a response outside of an application."""
    text = _sentence(fault, form, limits)
    return HTTPException(400, text) if "app" in scope else MultiPartException(text)


def _held_to_limit(form: CoreForm, size: int, scope: Mapping[str, Any]) -> int:
    """The size of what has come of a form. Of a multipart one only the text is held to it."""
    if size > WHOLE_BODY_LIMIT and isinstance(form, UrlencodedForm):
        hold_to_limit(size, scope)
    return size


def hold_text_to_limit(form: MultipartForm, size: int, scope: Mapping[str, Any]) -> None:
    """Refuses a form whose fields have more text than may be kept. Raises as `hold_to_limit` does.

    Args:
        form: as far as it has come.
        size: the bytes of it that have come.
        scope: says which application the request is for.
    """
    if size > WHOLE_BODY_LIMIT:
        hold_to_limit(form.text_size(), scope)


def _sentence(fault: FormFault, form: CoreForm, limits: FormLimits) -> str:
    if fault == "max_field_size":
        whole = "Part" if isinstance(form, MultipartForm) else "Field"
        size = int(limits.get("max_part_size", _MAX_PART_SIZE) / 1024)
        return f"{whole} exceeded maximum size of {size}KB."
    if fault == "max_fields":
        most = limits.get("max_fields", _MAX_FIELDS)
        return f"Too many fields. Maximum number of fields is {most}."
    if fault == "max_files":
        most = limits.get("max_files", _MAX_FILES)
        return f"Too many files. Maximum number of files is {most}."
    return _SENTENCES[fault]


_SENTENCES: dict[FormFault, str] = {
    "malformed": "Invalid multipart data.",
    "incomplete": NO_CLOSING_BOUNDARY,
    "unnamed": 'The Content-Disposition header field "name" must be provided.',
}
