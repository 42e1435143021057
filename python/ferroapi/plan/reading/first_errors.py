"""Large values of which little fits: the first errors, without finding all of them.

pydantic finds every error, which takes longer than all else that a request needs: a megabyte of
`{}` in the place of models has a million. Lists and dictionaries are validated piece by piece here,
until there are as many errors as anybody is told of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

from pydantic import ValidationError
from pydantic_core import SchemaValidator, core_schema

from ferroapi.fields import located
from ferroapi.plan.reading.stopping import (
    can_stop,
    stopping_validator,
    validator_of,
    with_collections,
)

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

    from ferroapi.fields import ErrorDetail, Location, ModelField

LARGE = 4_096
"""The bytes of a body above which not all errors are told apart: below, that takes milliseconds."""

VERY_LARGE = 65_536
"""The bytes of a body above which not even their number is found, which takes a tenth of that."""

PIECE = 256
"""The items that are validated before the errors are counted."""

MOST_KNOWN = 1_000
"""Where more errors than that are found of those that stop, of names that are not expected for one,
all are found."""


class Bound:
    """How many errors of a body are enough."""

    __slots__ = ("is_reached", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self.is_reached = False
        """Whether there may be others, which nobody has looked for."""


def first_errors(
    field: ModelField, value: Any, bound: Bound, *, loc: Location
) -> list[ErrorDetail] | None:
    """The errors of `value`: all of them, or the first where the bound is reached, which is told.

    `None` if there are none, or where all is to be validated to know them.

    Args:
        field: what it should fit.
        value: what was decoded from a body.
        bound: how many errors are enough.
        loc: where the value is.
    """
    if field not in _validators:
        schema = field.core_schema
        _validators[field] = _Validators(schema) if can_stop(schema) else None
    validators = _validators[field]
    if validators is None:
        return None
    known = _errors_of(validators.stopping, value)
    if known is None or known.error_count() > MOST_KNOWN:
        return None
    rest = _Rest(value, known)
    token = _counts.set(_Count(bound.most))
    try:
        found = _errors_of(validators.counting, rest.value)
    finally:
        _counts.reset(token)
    if found is None:
        return None
    bound.is_reached = bound.is_reached or found.error_count() >= bound.most
    errors = located(found, loc)
    for error in errors:
        error["loc"] = (*loc, *rest.location(error["loc"][len(loc) :]))
        error["input"] = rest.whole(error["input"])
    return errors


class _Validators:
    """Those of a field."""

    __slots__ = ("counting", "stopping")

    def __init__(self, schema: CoreSchema) -> None:
        self.stopping = stopping_validator(schema)
        self.counting = validator_of(with_collections(schema, _counted))


def _errors_of(validator: SchemaValidator, value: Any) -> ValidationError | None:
    try:
        validator.validate_python(value, from_attributes=True)
    except ValidationError as error:
        return error
    except Exception:
        # What a user's function raises is raised again where all is validated.
        return None
    return None


_Wrong: TypeAlias = "dict[Any, _Wrong]"
"""The item of a list or the members of a dictionary that do not fit, and what of each does not."""


class _Rest:
    """A value without the first items of its lists that are known to fit."""

    def __init__(self, value: Any, known: ValidationError) -> None:
        """
        Args:
            value: the whole value.
            known: its errors, of each list the first.
        """
        self._whole = value
        self._wrong: _Wrong = {}
        for error in known.errors(include_url=False, include_input=False):
            self._add(error["loc"])
        self._copied: dict[int, tuple[Any, Any]] = {}
        """By the identity of what something was left out of: itself, and what it was before."""
        self.value = self._of(value, self._wrong)

    def whole(self, part: Any) -> Any:
        """What a part of this value was before something was left out."""
        return self._copied.get(id(part), (part, part))[1]

    def location(self, location: Any) -> Location:
        """Where in the whole value something is that is there in this one."""
        value: Any = self._whole
        wrong = self._wrong
        steps: list[Any] = []
        for step in location:
            if wrong and type(value) is list and type(step) is int:
                step += next(iter(wrong))
            steps.append(step)
            value, wrong = (value[step], wrong[step]) if step in wrong else (None, {})
        return tuple(steps)

    def _add(self, location: Any) -> None:
        value: Any = self._whole
        wrong = self._wrong
        for step in location:
            if type(value) is list and type(step) is int and step < len(value):
                if wrong and step not in wrong:
                    # Of lists of a certain length all errors are known.
                    return
            elif type(value) is not dict or step not in value:
                # A member that is missing, or the key of one.
                return
            value, wrong = value[step], wrong.setdefault(step, {})

    def _of(self, value: Any, wrong: _Wrong) -> Any:
        if not wrong:
            return value
        rest: Any
        if type(value) is list:
            begin = next(iter(wrong))
            rest = value[begin:]
            rest[0] = self._of(rest[0], wrong[begin])
        else:
            rest = {**value, **{name: self._of(value[name], wrong[name]) for name in wrong}}
        self._copied[id(rest)] = rest, value
        return rest


class _Count:
    """How many errors are still to be found, and what was found of long collections."""

    __slots__ = ("left", "outcomes")

    def __init__(self, left: int) -> None:
        self.left = left
        self.outcomes: dict[int, tuple[Any, Any]] = {}
        """By the identity of a collection, which is kept for that: itself, and its error or its
        valid value. Those in others are asked for twice, and would be validated twice as often for
        each of these."""


_counts: ContextVar[_Count] = ContextVar("ferroapi.first_errors")
_validators: WeakKeyDictionary[ModelField, _Validators | None] = WeakKeyDictionary()


def _counted(schema: Any) -> Any:
    inner: Any = {name: value for name, value in schema.items() if name != "ref"}
    kind = dict if schema["type"] == "dict" else list
    function = partial(_validate_first, kind)
    counted: Any = core_schema.no_info_wrap_validator_function(function, inner)
    return {**counted, "ref": schema["ref"]} if "ref" in schema else counted


def _validate_first(kind: type[Any], value: Any, validate: Callable[[Any], Any]) -> Any:
    """Validates the first items of a collection; none where enough errors are known.

    Args:
        kind: what has items that are validated one by one.
        value: what was sent.
        validate: validates all items.
    """
    count = _counts.get()
    before = count.left
    if before <= 0:
        return value
    try:
        if type(value) is not kind or len(value) <= PIECE:
            return validate(value)
        if id(value) not in count.outcomes:
            count.outcomes[id(value)] = value, _outcome(value, validate, count)
        _, outcome = count.outcomes[id(value)]
        if isinstance(outcome, ValidationError):
            raise outcome
        return outcome
    except ValidationError as error:
        # The collections within have counted theirs already.
        count.left = before - error.error_count()
        raise


def _outcome(value: Any, validate: Callable[[Any], Any], count: _Count) -> Any:
    """What the first items of a long collection are when they are valid, or their error."""
    before = count.left
    wanted = _items_wanted(value, validate, count)
    count.left = before
    try:
        return validate(next(_pieces(value, wanted)))
    except ValidationError as error:
        return error


def _items_wanted(value: Any, validate: Callable[[Any], Any], count: _Count) -> int:
    """How many of the items have as many errors as are still to be found."""
    wanted = 0
    for piece in _pieces(value, PIECE):
        wanted += len(piece)
        before = count.left
        try:
            validate(piece)
        except ValidationError as error:
            count.left = before - error.error_count()
            if count.left <= 0:
                break
    return wanted


def _pieces(value: Any, size: int) -> Iterator[Any]:
    items = iter(value.items() if type(value) is dict else value)
    while piece := list(islice(items, size)):
        yield dict(piece) if type(value) is dict else piece
