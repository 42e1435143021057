"""Limits of the forms that are parsed for parameters, in the module that FastAPI has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

_SCOPE_KEY = "ferroapi.form_limits"


class FormLimits(TypedDict, total=False):
    """What a form may have; a form with more is answered 400."""

    max_fields: int
    """The number of fields that are no files; 1,000 without it."""
    max_files: int
    """The number of files; 1,000 without it."""
    max_part_size: int
    """The bytes of one field that is no file; 1 MiB without it."""


_FormLimits = FormLimits
"""The name under which FastAPI's users annotate them."""


def checked_form_limits(limits: Mapping[str, Any] | None) -> FormLimits:
    """A copy of `limits`.

    Raises:
        ValueError: no dictionary, a key that is none of `FormLimits`, or a value that is no
            non-negative integer.
    """
    if limits is not None and not isinstance(limits, dict):
        raise ValueError("form_limits must be a dictionary or None")
    for name, value in (limits or {}).items():
        if name not in FormLimits.__annotations__:
            raise ValueError(f"form_limits has no {name!r}")
        if type(value) is not int or value < 0:
            raise ValueError(f"form_limits: {name} must be a non-negative integer")
    return cast("FormLimits", dict(limits or {}))


def effective_form_limits(scope: Scope, limits: FormLimits) -> FormLimits:
    """`limits`, and for keys they do not have those of the applications and mounts around."""
    outer: FormLimits | None = scope.get(_SCOPE_KEY)
    return {**outer, **limits} if outer else limits


def with_form_limits(app: ASGIApp, limits: FormLimits) -> ASGIApp:
    """`app` with limits for the forms read in it where it has none of its own."""
    if not limits:
        return app

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        scope[_SCOPE_KEY] = effective_form_limits(scope, limits)
        await app(scope, receive, send)

    return limited
