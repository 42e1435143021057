"""Requests of pages of other origins (CORS, as the Fetch standard has it)."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers

from ferroapi.compatibility import COMPATIBLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.middleware import Middleware
    from starlette.middleware.cors import CORSMiddleware
    from starlette.types import Scope, Send

_ANY_WITH_CREDENTIALS = (
    '{}: allow_origins=["*"] with allow_credentials=True lets every site act for the users of this '
    'application. Name the origins; or say allow_origin_regex=".*" if that is what it is for. '
    "Where the code of others says so, the environment variable FERROAPI_COMPAT=1 lets it"
)


def check_declared(middleware: Middleware) -> None:
    """Looks at middleware where it is declared.

    Raises:
        ValueError: it answers pages of every origin with the credentials of the user.
    """
    kind: Any = middleware.cls
    options: Any = middleware.kwargs
    if (
        _is_cors(kind)
        and options.get("allow_credentials")
        and "*" in options.get("allow_origins", ())
    ):
        raise ValueError(_ANY_WITH_CREDENTIALS.format(kind.__name__))


def check_made(app: Any) -> CORSMiddleware | None:
    """The middleware that was made, if it is one of origins.

    Raises:
        ValueError: it answers pages of every origin with the credentials of the user.
    """
    if not _is_cors(type(app)):
        return None
    made: CORSMiddleware = app
    if made.allow_all_origins and made.allow_credentials:
        raise ValueError(_ANY_WITH_CREDENTIALS.format(type(app).__name__))
    return made


def _is_cors(kind: Any) -> bool:
    # Those who do not use it have not imported it.
    module = None if COMPATIBLE else sys.modules.get("starlette.middleware.cors")
    return module is not None and isinstance(kind, type) and issubclass(kind, module.CORSMiddleware)


def sending_through(layers: Sequence[CORSMiddleware], scope: Scope, send: Send) -> Send:
    """Sends a response that is made outside of the middleware as if it came from inside.

    Without its headers a page is told of a network error, not of the status.

    Args:
        layers: the middleware, the innermost first.
        scope: that of the request.
        send: sends to the client.
    """
    headers = Headers(scope=scope)
    if "origin" in headers:
        for layer in reversed(layers):
            send = partial(layer.send, send=send, request_headers=headers)
    return send
