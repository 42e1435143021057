"""What the limit of request bodies raises, and how it is found again."""

from __future__ import annotations

from starlette.exceptions import HTTPException


class RequestBodyTooLarge(HTTPException):
    """More was sent, or declared, than the limit: 413 (RFC 9110, section 15.5.14)."""

    def __init__(self) -> None:
        super().__init__(413, "Content Too Large")


class AlreadyRefusedError(Exception):
    """Ends an application that began a response to a request that is refused."""


def body_limit_error(error: BaseException) -> RequestBodyTooLarge | AlreadyRefusedError | None:
    """`error` when the body limit raised it, alone or in groups that hold nothing else.

    Middleware that reads and sends in tasks of its own wraps it in groups.
    """
    if isinstance(error, ExceptionGroup):
        _, others = error.split((RequestBodyTooLarge, AlreadyRefusedError))
        if others is not None:
            return None
        found: BaseException = error.subgroup(AlreadyRefusedError) or error
        while isinstance(found, ExceptionGroup):
            found = found.exceptions[0]
        error = found
    return error if isinstance(error, (RequestBodyTooLarge, AlreadyRefusedError)) else None
