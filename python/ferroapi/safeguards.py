"""What an application has against clients that send too much or should see less.

An application that is mounted has what the one around it has, unless it chose otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

from ferroapi.compatibility import COMPATIBLE
from ferroapi.datastructures import DefaultPlaceholder

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

ErrorInput: TypeAlias = bool | Literal["all"]
"""Whether errors show what was sent: without secrets, not at all, or all of it."""

ERROR_LIMIT = 100
"""How many errors an answer lists by default."""

WHOLE_BODY_LIMIT = 16 * 1024 * 1024
"""The bytes that a body may have by default which is read as a whole."""

_SCOPE_KEY = "ferroapi.safeguards"


class Safeguards(NamedTuple):
    """The settings of one application; a `DefaultPlaceholder` where it has chosen none."""

    error_limit: int | None
    error_input: ErrorInput
    whole_body_limit: int | None


DEFAULTS = (
    Safeguards(None, "all", None) if COMPATIBLE else Safeguards(ERROR_LIMIT, True, WHOLE_BODY_LIMIT)
)


def checked_safeguards(error_limit: Any, error_input: Any, max_body_size: Any) -> Safeguards:
    """The settings as they were given to an application.

    Raises:
        ValueError: `error_limit` is no positive integer, or `error_input` none of its values.
    """
    limit = _value(error_limit)
    if limit is not None and (type(limit) is not int or limit < 1):
        raise ValueError("error_limit must be a positive integer or None")
    shown = _value(error_input)
    if not (isinstance(shown, bool) or shown == "all"):
        raise ValueError("error_input must be True, False or 'all'")
    # A limit that was chosen is one of all bodies, and counted where they come in.
    whole = max_body_size if isinstance(max_body_size, DefaultPlaceholder) else None
    return Safeguards(error_limit, error_input, cast("int | None", whole))


def safeguards_of(scope: Mapping[str, Any]) -> Safeguards:
    """Those that count for a connection."""
    around: _Around | None = scope.get(_SCOPE_KEY)
    own = getattr(scope.get("app"), "_safeguards", None)
    if isinstance(own, Safeguards):
        return _inside(around, own)
    return DEFAULTS if around is None else _inside(*around)


def hand_down(scope: MutableMapping[str, Any]) -> None:
    """Has the application that is mounted where a connection goes to hear what counts around it."""
    own = getattr(scope.get("app"), "_safeguards", None)
    if isinstance(own, Safeguards):
        # Few ask, and they put it together.
        scope[_SCOPE_KEY] = scope.get(_SCOPE_KEY), own


_Around: TypeAlias = "tuple[_Around | None, Safeguards]"
"""What applications around one have chosen, the innermost last."""


def _inside(around: _Around | None, own: Safeguards) -> Safeguards:
    outer = DEFAULTS if around is None else _inside(*around)
    limit, shown, whole = own
    return Safeguards(
        outer.error_limit if isinstance(limit, DefaultPlaceholder) else limit,
        outer.error_input if isinstance(shown, DefaultPlaceholder) else shown,
        outer.whole_body_limit if isinstance(whole, DefaultPlaceholder) else whole,
    )


def _value(setting: Any) -> Any:
    return setting.value if isinstance(setting, DefaultPlaceholder) else setting
