"""Text that an endpoint returned for `HTMLResponse` or `PlainTextResponse`, sent as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from ferroapi.content import is_body_allowed
from ferroapi.originals import has_own

if TYPE_CHECKING:
    from ferroapi._core import Header

# As they were imported: a class that somebody has changed since then makes its responses itself.
_INIT, _RENDER = Response.__init__, Response.render
_INIT_HEADERS, _CALL = Response.init_headers, Response.__call__


def text_type(response_class: type[Response] | None, status_code: int | None) -> Header | None:
    """The content type of text in responses of this class and status.

    `None` where such a response needs an object: of other classes, and those without a body.
    """
    if (
        response_class not in (HTMLResponse, PlainTextResponse)
        or not is_body_allowed(status_code or 200)
        or not has_own(Response, "__init__", "__call__", "init_headers", "render")
        or not sends_text(response_class)
    ):
        return None
    return next(field for field in response_class("").raw_headers if field[0] == b"content-type")


def sends_text(response_class: type[Response]) -> bool:
    """Whether the methods of a class are still those of Starlette's `Response`."""
    return (
        response_class.__init__ is _INIT
        and response_class.__call__ is _CALL
        and response_class.render is _RENDER
        and response_class.init_headers is _INIT_HEADERS
    )
