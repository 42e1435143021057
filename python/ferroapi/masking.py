"""Keeping secrets out of the errors of a validation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from pydantic_core import PydanticUndefined, core_schema

from ferroapi.secret_names import names_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ferroapi.fields import ErrorDetail, ModelField

MASK = "**********"
"""What stands for a secret, as pydantic writes its own."""

_LONG = 4
"""Characters of a text that says something wherever it stands, not only as a word."""


class Secrets:
    """What is secret among the parameters of an operation."""

    __slots__ = ("_fields", "_is_embedded", "_known")

    def __init__(self, fields: Sequence[ModelField], *, is_embedded: bool) -> None:
        """
        Args:
            fields: the parameters. They are not looked at before there is an error.
            is_embedded: whether the body is an object with a member for each that is taken from it.
        """
        self._fields = fields
        self._is_embedded = is_embedded
        self._known: tuple[frozenset[str], bool] | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names of values whose type is a secret's, and `body` if all of it is one."""
        return self._look()[0]

    @property
    def has_any(self) -> bool:
        """Whether anything that may be sent is a secret, by its type or by its name."""
        return self._look()[1]

    def _look(self) -> tuple[frozenset[str], bool]:
        if self._known is None:
            # It imports the generator of JSON schemas.
            from ferroapi.declared_secrets import declared_secrets

            secret, declared = declared_secrets(self._fields, is_embedded=self._is_embedded)
            self._known = secret, bool(secret) or any(map(names_secret, declared))
        return self._known


NO_SECRETS = Secrets((), is_embedded=True)
"""Nothing is declared: names alone tell."""


def masked(errors: Iterable[Any], secrets: Secrets) -> list[Any]:
    """The errors with `MASK` for each secret in what they show of the input.

    Messages and contexts do not repeat one that is masked. The errors that were given stay as they
    are.
    """
    errors = list(errors)
    masking = _Masking(secrets, errors)
    return [masking.error(error) if isinstance(error, dict) else error for error in errors]


def without_input(errors: Iterable[Any]) -> list[Any]:
    """The errors without what was sent, also where messages and contexts repeat a text of it."""
    return [_without_input(error) if isinstance(error, dict) else error for error in errors]


def _without_input(error: ErrorDetail) -> ErrorDetail:
    shown = dict(error)
    sent = [*_texts(shown.pop("input", None), deep=False)]
    context = shown.get("ctx")
    if isinstance(context, dict):
        # The tag that no member of a discriminated union has.
        sent += _texts(context.get("tag"), deep=False)
    return _without_texts(shown, sent)


class _Masking:
    def __init__(self, secrets: Secrets, errors: Iterable[Any]) -> None:
        self._declared = secrets.names
        # Texts that are shown by other errors, too, such as those of the members of a union.
        undecoded = {error["input"] for error in errors if _is_undecoded(error)}
        self._undecoded = undecoded if undecoded and secrets.has_any else set()
        self._clean: set[int] = set()
        self._known: dict[int, tuple[Any, Any, list[str]]] = {}

    def error(self, error: ErrorDetail) -> ErrorDetail:
        if "input" not in error:
            return error
        sent = error["input"]
        found: list[str] = []
        shown = self._hidden(sent, found) if self._is_secret(error) else self._value(sent, found)
        if shown is sent:
            return error
        return _without_texts({**error, "input": shown}, found)

    def _is_secret(self, error: ErrorDetail) -> bool:
        place, *inner = _place(error)
        return place in self._declared or any(map(self._is_name, inner))

    def _is_name(self, name: Any) -> bool:
        return isinstance(name, str) and (name in self._declared or names_secret(name))

    def _hidden(self, value: Any, found: list[str]) -> Any:
        if value is None or value is PydanticUndefined:
            return value
        found.extend(_texts(value, deep=True))
        return MASK

    def _value(self, value: Any, found: list[str]) -> Any:
        """The value with its secrets masked: itself, if it has none."""
        if isinstance(value, _SCALARS):
            return self._hidden(value, found) if value in self._undecoded else value
        if self._is_clean(value):
            return value
        known = self._known.get(id(value))
        if known is None:
            texts: list[str] = []
            # What is kept with it keeps its id from being another's.
            known = self._known[id(value)] = value, self._container(value, texts), texts
        found.extend(known[2])
        return known[1]

    def _is_clean(self, value: Any) -> bool:
        """Whether nothing in a value is a secret or has the name of one. Nesting costs no stack."""
        waiting = [value]
        seen: set[int] = set()
        while waiting:
            value = waiting.pop()
            if isinstance(value, _SCALARS):
                if value in self._undecoded:
                    return False
                continue
            if id(value) in seen or id(value) in self._clean:
                continue
            seen.add(id(value))
            if isinstance(value, (list, tuple)):
                waiting.extend(value)
                continue
            members = _members(value)
            if any(map(self._is_name, members)):
                return False
            waiting.extend(members.values())
        self._clean |= seen
        return True

    def _container(self, value: Any, found: list[str]) -> Any:
        if isinstance(value, (list, tuple)):
            return [self._value(item, found) for item in value]
        return {
            name: self._hidden(item, found) if self._is_name(name) else self._value(item, found)
            for name, item in _members(value).items()
        }


def _place(error: ErrorDetail) -> Sequence[Any]:
    """Where what an error shows was sent."""
    location: Any = error.get("loc", ())
    if error.get("type") == "missing":
        # What was sent is what it is missing in.
        location = location[:-1]
    return location or ("",)


def _is_undecoded(error: Any) -> bool:
    """Whether an error shows a text that stands for a body, or for an object in one."""
    return (
        isinstance(error, dict)
        and isinstance(error.get("input"), (str, bytes))
        and (error.get("type") in _OF_TEXTS or tuple(_place(error)) == ("body",))
    )


_OF_TEXTS = (
    *("dataclass_type", "dict_type", "json_invalid", "mapping_type"),
    *("model_attributes_type", "model_type"),
)
"""The errors of a text where an object is expected, or that is no JSON where JSON is."""

_SCALARS = (str, bytes, int, float, type(None))


def _members(value: Any) -> dict[Any, Any]:
    """What is sent under names; a model, say, is shown by its members."""
    members = value if isinstance(value, dict) else getattr(value, "__dict__", None)
    return members if isinstance(members, dict) else {}


def _texts(value: Any, *, deep: bool) -> Iterator[str]:
    """The texts of a value, as messages would repeat them."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values() if deep else ())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value if deep else ())
        elif isinstance(value, (str, bytes)):
            yield value if isinstance(value, str) else value.decode(errors="replace")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield str(value)


def _without_texts(error: ErrorDetail, texts: Iterable[str]) -> ErrorDetail:
    """The error with `MASK` for the texts where its message or context repeats them."""
    context = error.get("ctx")
    members: dict[str, Any] = context if isinstance(context, dict) else {}
    if error.get("type") in _TYPES and members.keys().isdisjoint(_REPEATING):
        # Its words are pydantic's and the declaration's.
        return error
    said = "\n".join(map(str, (error.get("msg"), *members.values())))
    forms = {form for text in texts for form in (text, repr(text)[1:-1]) if form and form in said}
    if not forms:
        return error
    longest_first = sorted(forms, key=len, reverse=True)
    pattern = re.compile("|".join(map(_as_pattern, longest_first)))
    changed = {**error, "msg": _unsaid(error.get("msg"), pattern)}
    if members:
        changed["ctx"] = {name: _unsaid(value, pattern) for name, value in members.items()}
    return changed


_TYPES = frozenset(get_args(core_schema.ErrorType))
_REPEATING = frozenset({"error", "tag"})
"""The members of contexts in which pydantic says more than the declaration does."""


def _as_pattern(text: str) -> str:
    escaped = re.escape(text)
    return escaped if len(text) >= _LONG else rf"(?<!\w){escaped}(?!\w)"


def _unsaid(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(MASK, value)
    if isinstance(value, Exception) and pattern.search(str(value)):
        return ValueError(pattern.sub(MASK, str(value)))
    return value
