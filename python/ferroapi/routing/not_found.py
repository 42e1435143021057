"""The answer where nothing has the path, when the application has none of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi.failures import Failures

if TYPE_CHECKING:
    from starlette.types import Scope, Send

_BODY = b'{"detail":"Not Found"}'
_LENGTH = (b"content-length", b"%d" % len(_BODY))
_TYPE = (b"content-type", b"application/json")


def is_plain(scope: Scope) -> bool:
    """Whether nobody would see the exception that stands for this answer."""
    failures = getattr(scope.get("app"), "failures", None)
    return (
        isinstance(failures, Failures) and failures.not_found_is_plain and scope["type"] == "http"
    )


async def send_not_found(send: Send) -> None:
    """Sends what the default handler answers to a 404."""
    await send({"type": "http.response.start", "status": 404, "headers": [_LENGTH, _TYPE]})
    await send({"type": "http.response.body", "body": _BODY})
