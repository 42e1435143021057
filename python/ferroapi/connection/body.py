"""Reading a body as a whole: not more of it than the application has room for."""

from __future__ import annotations

from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any

from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.requests import ClientDisconnect

from ferroapi.exceptions import RequestBodyTooLarge
from ferroapi.safeguards import WHOLE_BODY_LIMIT, safeguards_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from starlette.requests import Request
    from starlette.types import Receive


async def read_body(receive: Receive, scope: Mapping[str, Any]) -> bytes:
    """The whole body of a request of which nothing was received yet.

    Args:
        receive: gives the messages.
        scope: says which application the request is for.

    Raises:
        ClientDisconnect: the client left before its end.
        RequestBodyTooLarge: it is larger than one that is read as a whole may be.
    """
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        if len(body) > WHOLE_BODY_LIMIT:
            hold_to_limit(len(body), scope)
        return body
    chunks: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > WHOLE_BODY_LIMIT:
            hold_to_limit(size, scope)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
        message = await receive()


def hold_to_limit(size: int, scope: Mapping[str, Any]) -> None:
    """Refuses what has `size` bytes, as far as it has come, if that is more than may be kept.

    Where somebody chose a limit of all bodies, it is the one that counts.

    Raises:
        RequestBodyTooLarge: it is more.
    """
    if MAX_BODY_SIZE_SCOPE_KEY in scope:
        return
    limit = safeguards_of(scope).whole_body_limit
    if limit is not None and size > limit:
        raise RequestBodyTooLarge


@contextmanager
def held_to_limit(request: Request) -> Iterator[None]:
    """While it is open, `request.stream()` gives not more than may be kept."""
    read = request.stream

    def stream() -> AsyncGenerator[bytes, None]:
        return counted(read(), request.scope)

    request.stream = stream  # type: ignore[method-assign]  # of this request, for as long as this
    try:
        yield
    finally:
        del request.stream


async def counted(
    chunks: AsyncGenerator[bytes, None], scope: Mapping[str, Any]
) -> AsyncGenerator[bytes]:
    """The chunks of a body, as long as they may be kept. Raises what `hold_to_limit` does."""
    size = 0
    async with aclosing(chunks):
        async for chunk in chunks:
            size += len(chunk)
            if size > WHOLE_BODY_LIMIT:
                hold_to_limit(size, scope)
            yield chunk
