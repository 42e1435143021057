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


# As they were imported: what somebody has put into their place since then is called.
_METHODS: dict[type[Response], tuple[Any, Any]] = {
    kind: (kind.__init__, kind.init_headers) for kind in (TypedJSON, UntypedJSON)
}


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
    if not (is_original and is_body_allowed(status_code)):
        return by_constructor
    attributes = vars(by_constructor(b""))
    content_type = attributes["raw_headers"][-1]

    def make(text: bytes) -> Response:
        if (kind.__init__, kind.init_headers) != _METHODS[kind]:
            return by_constructor(text)
        response = Response.__new__(kind)
        length = b"content-length", b"%d" % len(text)
        vars(response).update(attributes, body=text, raw_headers=[length, content_type])
        return response

    return make


def _by_constructor(kind: type[Response], status_code: int, text: bytes) -> Response:
    return kind(text if is_body_allowed(status_code) else b"", status_code)
