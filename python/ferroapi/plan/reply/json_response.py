"""The response objects of JSON that is text already, where somebody wants to see one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from ferroapi.content import is_body_allowed
from ferroapi.originals import has_own

if TYPE_CHECKING:
    from collections.abc import Callable


class TypedJSON(Response):
    """JSON text that is already bytes."""

    media_type = "application/json"


class UntypedJSON(JSONResponse):
    """The same for what `JSONResponse` stands for, which handlers may look for."""

    def render(self, content: Any) -> bytes:
        """The text as it is."""
        text: bytes = content
        return text


_ATTRIBUTES = {"background", "body", "raw_headers", "status_code"}
"""What the constructor sets, one by one: that takes a quarter of the time of a dictionary."""


def json_response_maker(kind: type[Response], status_code: int) -> Callable[[bytes], Response]:
    """What makes a response of JSON text, in less time than its constructor takes.

    Args:
        kind: `TypedJSON` or `UntypedJSON`.
        status_code: the status; without a body, there is no text either.
    """
    by_constructor = partial(_by_constructor, kind, status_code)
    is_original = has_own(Response, "__init__", "init_headers") and has_own(
        JSONResponse, "__init__"
    )
    empty = by_constructor(b"")
    if not (is_original and is_body_allowed(status_code) and vars(empty).keys() == _ATTRIBUTES):
        return by_constructor
    content_type = empty.raw_headers[-1]
    # What somebody has put into their place since then is called.
    construct, init_headers = kind.__init__, kind.init_headers

    def make(text: bytes) -> Response:
        if kind.__init__ is not construct or kind.init_headers is not init_headers:
            return by_constructor(text)
        response = Response.__new__(kind)
        response.status_code = status_code
        response.background = None
        response.body = text
        response.raw_headers = [(b"content-length", b"%d" % len(text)), content_type]
        return response

    return make


def _by_constructor(kind: type[Response], status_code: int, text: bytes) -> Response:
    return kind(text if is_body_allowed(status_code) else b"", status_code)
