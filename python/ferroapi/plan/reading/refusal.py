"""The answer to what the short cut could not validate, where the exact order would say the same.

Nothing is read or validated again: the errors are those of the validators that failed, located as
the exact order does.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import from_json

from ferroapi import params
from ferroapi._core import has_long_integer, json_syntax_error
from ferroapi.connection.failure import default_refusals
from ferroapi.exceptions import RequestValidationError
from ferroapi.fields import ErrorDetail, Location, ModelField, located, missing_error
from ferroapi.plan.reading.body import decode_json, invalid_json
from ferroapi.plan.reading.first_errors import VERY_LARGE
from ferroapi.plan.reading.from_json import SAME_WORDS
from ferroapi.plan.reading.parameter_models import is_given_all, names_in_errors
from ferroapi.plan.reading.values import empty_is_absent, in_cookies, parameter_model
from ferroapi.safeguards import safeguards_of
from ferroapi.validation_errors import shown_at_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic_core import SchemaValidator

    from ferroapi.masking import Secrets


class Refusal:
    """Answers requests whose parameters or body do not fit, when the default handler would."""

    __slots__ = (
        "_body",
        "_embedded",
        "_finds_all",
        "_from_json",
        "_models",
        "_parameters",
        "_same_errors",
        "_secrets",
    )

    def __init__(
        self,
        flat: Sequence[tuple[str, ModelField]],
        bodies: Sequence[tuple[str, ModelField]],
        *,
        body_validator: SchemaValidator | None,
        finds_all: bool,
        from_json: bool,
        same_errors: bool,
        embed: bool,
        secrets: Secrets,
    ) -> None:
        """
        Args:
            flat: the parameters, in the order of their errors.
            bodies: what is taken from the body.
            body_validator: validates the body.
            finds_all: whether all errors of a large body are found.
            from_json: whether it validates bodies without decoding them.
            same_errors: whether it then says what it says of the decoded value.
            embed: whether the body is an object with a member for each of `bodies`.
            secrets: what is secret among the parameters of the operation.
        """
        self._secrets = secrets
        self._parameters = _Members((key, key, _location(param), param) for key, param in flat)
        self._models = {
            key: names_in_errors(param) for key, param in flat if parameter_model(param)
        }
        self._body = body_validator
        self._finds_all = finds_all
        self._from_json = from_json
        self._same_errors = same_errors and not embed
        self._embedded: _Members | None = None
        if embed:
            named = [(key, field.input_names[0], field) for key, field in bodies]
            self._embedded = _Members(
                (key, name, ("body", name), field) for key, name, field in named
            )

    def __call__(
        self,
        scope: Mapping[str, Any],
        error: ValueError,
        extracted: Mapping[str, Any] | None,
        raw: bytes | None,
    ) -> bytes | None:
        """The content of the answer; `None` where the exact order has to find out.

        Args:
            scope: what says which application answers.
            error: what the validator raised, or what decoded the body.
            extracted: the parameters, if it is they that do not fit.
            raw: the body, if there is one.
        """
        if not default_refusals(scope):
            return None
        if raw is not None and len(raw) > VERY_LARGE and not self._finds_all:
            return None
        safeguards = safeguards_of(scope)
        limit = safeguards.error_limit
        if limit is not None and isinstance(error, ValidationError) and error.error_count() > limit:
            return None
        errors = self._errors(error, extracted, raw)
        if errors is None:
            return None
        return shown_at_once(errors, safeguards, self._secrets, body_size=len(raw or b""))

    def _errors(
        self, error: ValueError, extracted: Mapping[str, Any] | None, raw: bytes | None
    ) -> list[ErrorDetail] | None:
        errors: list[ErrorDetail] = []
        if raw is not None and self._body is not None:
            if json.loads is not _LOADS:
                return None
            broken = json_syntax_error(raw)
            if broken is not None:
                return [invalid_json(*broken)]
            if extracted is None and self._same_errors and isinstance(error, ValidationError):
                errors = located(error, ("body",))
                if all(detail["type"] in SAME_WORDS for detail in errors):
                    return errors
            try:
                decoded = from_json(raw, allow_inf_nan=False)
            except ValueError:
                return _broken(raw)
            if extracted is None:
                error_of_value = None if self._is_from_json(raw) else error
                # With none, it was an error of the text alone, such as a name that is there twice.
                return self._body_errors(decoded, error_of_value) or None
            more = self._body_errors(decoded, None)
            if more is None:
                return None
            errors = more
        if extracted is None or not isinstance(error, ValidationError):
            return None
        found = self._parameters.locate(error, extracted, self._models)
        return [*found, *errors]

    def _is_from_json(self, raw: bytes) -> bool:
        """Whether the errors speak of JSON, which is not what is validated in the exact order."""
        return self._from_json and not has_long_integer(raw)

    def _body_errors(self, decoded: Any, error: ValueError | None) -> list[ErrorDetail] | None:
        """What is wrong with a decoded body, by the error of its validation if that was done."""
        assert self._body is not None
        if self._embedded is not None and type(decoded) is not dict:
            return None
        if error is None:
            try:
                self._body.validate_python(decoded, from_attributes=True)
            except ValidationError as found:
                error = found
            except OverflowError:
                return None
            else:
                return []
        if not isinstance(error, ValidationError):
            return None
        if self._embedded is None:
            return located(error, ("body",))
        return self._embedded.locate(error, decoded)


_LOADS = json.loads
"""As it was imported: what somebody has put into its place since then decodes what is refused."""


_NO_MODELS: Mapping[str, Mapping[str, str]] = MappingProxyType({})


class _Members:
    """Fields that were validated as the members of one dictionary."""

    __slots__ = ("_known",)

    def __init__(self, fields: Iterable[tuple[str, str, Location, ModelField]]) -> None:
        """
        Args:
            fields: the key of each, its name in the dictionary, and where its errors are.
        """
        self._known: dict[str, tuple[str, Location, bool]] = {}
        for key, name, location, field in fields:
            # Errors of a default are those of the key.
            self._known[key] = self._known[name] = name, location, field.required

    def locate(
        self,
        error: ValidationError,
        given: Mapping[str, Any],
        models: Mapping[str, Mapping[str, str]] = _NO_MODELS,
    ) -> list[ErrorDetail]:
        """The errors of a dictionary as those of its fields.

        Args:
            error: what is wrong with it.
            given: the dictionary.
            models: for fields that are models of parameters, what their members are called.
        """
        errors = error.errors(include_url=False)
        return [self._located(detail, given, models) for detail in errors]

    def _located(
        self, detail: Any, given: Mapping[str, Any], models: Mapping[str, Mapping[str, str]]
    ) -> ErrorDetail:
        key, *inner = detail["loc"]
        name, location, required = self._known[key]
        if required and name not in given:
            return missing_error(location)
        if inner and key in models:
            inner[0] = models[key].get(inner[0], inner[0])
        return {**detail, "loc": (*location, *inner)}


def can_refuse(
    flat: Sequence[tuple[str, ModelField]], bodies: Sequence[tuple[str, ModelField]]
) -> bool:
    """Whether errors say of which value they are, and where the exact order has found it."""
    known = [name for key, field in bodies for name in {key, field.input_names[0]}]
    return len(known) == len(set(known)) and all(
        isinstance(param.field_info, params.Param)
        and (is_given_all(param) if parameter_model(param) else _has_one_reading(param))
        for _, param in flat
    )


def _has_one_reading(param: ModelField) -> bool:
    return len(param.input_names) == 1 and not empty_is_absent(param, in_cookies=in_cookies(param))


def _location(param: ModelField) -> Location:
    info = param.field_info
    assert isinstance(info, params.Param)
    place: str = info.in_.value
    return (place,) if parameter_model(param) else (place, param.input_names[0])


def _broken(raw: bytes) -> list[ErrorDetail] | None:
    try:
        decode_json(raw)
    except RequestValidationError as error:
        return list(error.current_errors())
    except Exception:
        # It is raised again where it can be answered.
        return None
    return None
