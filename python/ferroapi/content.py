"""Which responses have content (RFC 9110, section 6.4.1)."""

_RANGES = frozenset({"default", "1XX", "2XX", "3XX", "4XX", "5XX"})


def is_body_allowed(status_code: int | None) -> bool:
    """Whether a response of that status has content."""
    return status_code is None or not (status_code < 200 or status_code in (204, 205, 304))


def is_body_allowed_for_status_code(status_code: int | str | None) -> bool:
    """The same for a declared status, which may be text: `"404"`, `"4XX"` or `"default"`.

    Raises:
        ValueError: the text is none of these.
    """
    if status_code is None or status_code in _RANGES:
        return True
    return is_body_allowed(int(status_code))
