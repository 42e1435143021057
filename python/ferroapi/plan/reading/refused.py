"""What the short cut has refused, which stays refused in the exact order.

A validator of the user's may say something else when it is asked again: one that counts attempts,
or takes each value once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ferroapi.fields import ErrorDetail, Location, ModelField, Undefined, located, missing_error
from ferroapi.plan.reading.values import validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ferroapi.plan.reading.values import Validate


class Refused:
    """What one step takes of a request, of which something does not fit."""

    __slots__ = ("_errors", "_found", "_is_final", "validate_body", "validate_parameter")

    validate_parameter: Validate
    """As `values.validate`, for the parameters of the step. No value is given to anybody."""
    validate_body: Validate
    """The same for what it takes of the body."""

    def __init__(
        self, errors: Mapping[str, list[ErrorDetail]], *, of_body: bool, is_final: bool
    ) -> None:
        """
        Args:
            errors: by the names of the fields, each located in its own value. Where several fields
                take one value the last has those of all, and the others have none.
            of_body: whether the fields are those of the body, else the parameters.
            is_final: whether the exact order would say the same of them.
        """
        self._errors = errors
        self._found: set[Location] = set()
        self._is_final = is_final
        self.validate_parameter = _take if of_body else self._validate
        self.validate_body = self._validate if of_body else validate

    def _validate(
        self, field: ModelField, value: Any, loc: Location
    ) -> tuple[Any, list[ErrorDetail]]:
        if value is Undefined and field.required:
            self._found.add(loc)
            return None, [missing_error(loc)]
        first = self._errors.get(field.name)
        if first is None:
            return None, []
        refused = [{**detail, "loc": (*loc, *detail["loc"])} for detail in first]
        if self._is_final:
            return None, refused
        found = validate(field, value, loc)[1]
        found = found or [detail for detail in refused if detail["loc"] not in self._found]
        self._found.update(detail["loc"] for detail in found)
        return None, found


class Refusing:
    """Makes a `Refused` of what a validator of several fields has raised, or of one."""

    __slots__ = ("_fields", "_is_final", "_of_body")

    def __init__(
        self,
        fields: Mapping[str, list[str]] | str,
        *,
        of_body: bool,
        is_final: bool,
    ) -> None:
        """
        Args:
            fields: their names, those of all that take one value, by where it was in what was
                validated; else the name of the one.
            of_body: whether they are those of the body.
            is_final: see `Refused`.
        """
        self._fields = fields
        self._of_body = of_body
        self._is_final = is_final

    def __call__(self, error: Exception, raw: bytes | None = None) -> Refused | None:
        """What stays refused; `None` if nothing does.

        Args:
            error: what the validator raised.
            raw: the body, where its text may have been validated.
        """
        if not isinstance(error, ValidationError):
            return None
        found = located(error, ())
        if raw is not None and (_is_of_text(found) or _repeats_names(raw)):
            return None
        errors: dict[str, list[ErrorDetail]] = {}
        for detail in found:
            if isinstance(self._fields, str):
                errors.setdefault(self._fields, []).append(detail)
                continue
            if not detail["loc"]:
                # It is no object that fields could be found in.
                return None
            key, *inner = detail["loc"]
            *others, last = self._fields[key]
            for name in others:
                errors.setdefault(name, [])
            errors.setdefault(last, []).append({**detail, "loc": (*inner,)})
        return Refused(errors, of_body=self._of_body, is_final=self._is_final)


def _take(_field: ModelField, _value: Any, _loc: Location) -> tuple[Any, list[ErrorDetail]]:
    """Nothing is wrong with it, and nobody is given it."""
    return None, []


def _is_of_text(errors: list[ErrorDetail]) -> bool:
    """Whether it was no JSON in UTF-8: nothing was validated, and `json` may know its encoding."""
    return any(detail["type"] == "json_invalid" and not detail["loc"] for detail in errors)


def _repeats_names(raw: bytes) -> bool:
    """Whether a name is there twice: both values were validated, of which the last counts."""
    repeated = False

    def note(pairs: list[tuple[str, Any]]) -> None:
        nonlocal repeated
        repeated = repeated or len({name for name, _ in pairs}) < len(pairs)

    # An `int` has no more than some digits.
    json.loads(raw, object_pairs_hook=note, parse_int=str)
    return repeated
