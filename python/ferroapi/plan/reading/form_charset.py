"""The charset that a multipart form declares for its text (RFC 7578, section 5.1.2)."""

from __future__ import annotations

import codecs

from starlette.exceptions import HTTPException

from ferroapi.compatibility import COMPATIBLE

_READ = frozenset({"ascii", "iso8859-1", "utf-8"})
"""By the names that Python has for them, whatever alias is sent."""


def check_charset(charset: bytes | None) -> None:
    """Refuses text in codecs that a proxy in front of the server would read differently.

    Args:
        charset: the option of the content type, if there is one.

    Raises:
        HTTPException: 400 for a charset other than UTF-8, ISO 8859-1 and US-ASCII.
    """
    if charset is None or COMPATIBLE:
        return
    try:
        name = codecs.lookup(charset.decode("latin-1")).name
    except (LookupError, ValueError):
        name = ""
    if name not in _READ:
        raise unsupported_charset()


def unsupported_charset() -> HTTPException:
    """The answer to a form in a charset that is not read."""
    return HTTPException(400, "The charset of the form is not supported.")
