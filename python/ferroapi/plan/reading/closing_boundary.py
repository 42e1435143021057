"""Multipart forms that were cut off: RFC 2046, section 5.1.1 ends each with a closing boundary."""

from __future__ import annotations

from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from ferroapi._core import multipart_boundary
from ferroapi.compatibility import COMPATIBLE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from starlette.requests import Request


LONGEST_CONTENT_TYPE = 4_096
"""A boundary has 70 characters (RFC 2046, section 5.1.1). Parameters are parsed several times."""

NO_CLOSING_BOUNDARY = "The multipart body has no closing boundary."


def is_multipart(request: Request) -> bool:
    """Whether the body is declared as several parts."""
    return request.headers.get("content-type", "").lower().startswith("multipart/")


@contextmanager
def held_to_closing_boundary(request: Request) -> Iterator[None]:
    """While it is open, the multipart form of `request` is broken when it ends too early."""
    boundary = options_of(request).get(b"boundary")
    if not boundary:
        yield
        return
    read = request.stream

    def stream() -> AsyncGenerator[bytes, None]:
        return _complete(read(), b"\r\n--" + boundary + b"--")

    request.stream = stream  # type: ignore[method-assign]  # of this request, for as long as this
    try:
        yield
    finally:
        del request.stream


def read_boundary(content_type: bytes) -> bytes | None:
    """The boundary of a form that the core reads; `None` for another content type."""
    return None if _is_too_long(content_type) else multipart_boundary(content_type)


def options_of(request: Request) -> dict[bytes, bytes]:
    """The options of its content type. Raises `HTTPException` with 400 for one of over 4 KiB."""
    from python_multipart.multipart import parse_options_header

    content_type = request.headers["content-type"]
    if _is_too_long(content_type):
        raise HTTPException(400, "The content type is too long.")
    return parse_options_header(content_type)[1]


def _is_too_long(content_type: str | bytes) -> bool:
    return len(content_type) > LONGEST_CONTENT_TYPE and not COMPATIBLE


async def _complete(chunks: AsyncGenerator[bytes, None], closing: bytes) -> AsyncGenerator[bytes]:
    """The chunks, and an error after them when there were any without the closing boundary."""
    # The first boundary of a body need not have a line break in front of it.
    tail = start = b"\r\n"
    closed = False
    async with aclosing(chunks):
        async for chunk in chunks:
            if not closed:
                seen = tail + chunk
                closed = closing in seen
                tail = seen[-len(closing) + 1 :]
            yield chunk
    if not closed and tail != start:
        raise MultiPartException(NO_CLOSING_BOUNDARY)
