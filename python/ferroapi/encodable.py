"""The errors of a validation as data that JSON can hold, whatever a validator has put into them."""

from __future__ import annotations

from math import isfinite
from typing import Any

DEEPEST = 256
"""The levels that errors may have: what is below is left out. JSON that was read has 200."""


class EncodableText(str):
    """The text that stands in errors for what JSON has no form for; `value` is that."""

    __slots__ = ("value",)

    value: Any

    def __new__(cls, text: str, value: Any = None) -> EncodableText:
        """Makes one."""
        made = super().__new__(cls, text)
        made.value = value
        return made

    def __repr__(self) -> str:
        """That of the value: logs show what has failed."""
        return repr(self.value)


def encodable(value: Any) -> Any:
    """The value as data that `json.dumps` and `JSONResponse` take: itself, if it is that already.

    Dictionaries, lists and tuples stay what they are. Numbers that JSON does not have are `None`,
    and so is what is deeper than `DEEPEST` or inside of itself. Anything else is an
    `EncodableText`.
    """
    return _Walk().encodable(value, DEEPEST)


class _Walk:
    """A walk over a value and what is in it, of one frame a level."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Any]] = {}

    def encodable(self, value: Any, levels: int) -> Any:
        # What an object says of its class may be an exception.
        kind = type(value)
        if value is None or kind is bool:
            return value
        if issubclass(kind, str):
            return value if _is_text(value) else _text_for(value)
        if issubclass(kind, (int, float)):
            return value if _is_number(value) else None
        if not issubclass(kind, (dict, list, tuple)):
            return _text_for(value)
        # The same body is in many errors. One that is still walked through is inside of itself.
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        # What is kept with its id keeps that from being another's.
        self._known[id(value)] = value, None
        if not levels:
            return None
        made: Any = {} if issubclass(kind, dict) else []
        is_same = True
        if issubclass(kind, dict):
            for key, item in dict.items(value):
                name = _key(key)
                made[name] = self.encodable(item, levels - 1)
                is_same = is_same and name is key and made[name] is item
        else:
            for item in value:
                made.append(self.encodable(item, levels - 1))
                is_same = is_same and made[-1] is item
        if is_same:
            made = value
        elif issubclass(kind, tuple):
            made = tuple(made)
        self._known[id(value)] = value, made
        return made


def _key(key: Any) -> Any:
    """The key of an object: text, or what JSON has as text."""
    kind = type(key)
    if issubclass(kind, str):
        return key if _is_text(key) else _text_for(key)
    if key is None or (issubclass(kind, (int, float)) and _is_number(key)):
        return key
    return str(_text_for(key))


def _is_text(value: str) -> bool:
    """Whether it has no half of a surrogate pair."""
    try:
        str.encode(value)
    except UnicodeEncodeError:
        return False
    return True


def _is_number(value: Any) -> bool:
    """Whether JSON has it, and Python writes it."""
    if issubclass(type(value), float):
        return isfinite(value)
    try:
        int.__repr__(value)
    except ValueError:
        return False
    return True


def _text_for(value: Any) -> EncodableText:
    try:
        text = bytes(value).decode(errors="replace") if isinstance(value, _BYTES) else str(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return EncodableText(text.encode(errors="backslashreplace").decode(), value)


_BYTES = (bytes, bytearray, memoryview)
