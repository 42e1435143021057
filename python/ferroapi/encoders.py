"""Turning Python objects into the data that JSON can hold."""

from __future__ import annotations

import dataclasses
import datetime
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from enum import Enum
from importlib import import_module
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from operator import attrgetter, methodcaller
from pathlib import Path, PurePath
from re import Pattern
from types import GeneratorType
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from pydantic import BaseModel
from pydantic.color import Color
from pydantic.networks import AnyUrl, NameEmail
from pydantic.types import SecretBytes, SecretStr
from pydantic_core import PydanticUndefinedType, Url
from starlette.datastructures import UploadFile

from ferroapi._core import DataEncoder
from ferroapi.encodable import EncodableText, encodable
from ferroapi.exceptions import PydanticV1NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.main import IncEx

Encoder: TypeAlias = Callable[[Any], Any]


def isoformat(o: datetime.date | datetime.time) -> str:
    """A date or time as ISO 8601 text."""
    return o.isoformat()


MOST_DIGITS = sys.int_info.default_max_str_digits
"""Digits of the longest integer Python reads or writes as text, unless it is told otherwise."""


def decimal_encoder(dec_value: Decimal) -> int | float:
    """An `int` when the decimal was written without a fraction, else a `float` (NaN included).

    More digits than Python writes are an infinity: `1e999999` is eight characters to send, and
    would be a million digits.
    """
    exponent = dec_value.as_tuple().exponent
    whole = isinstance(exponent, int) and exponent >= 0
    return int(dec_value) if whole and dec_value.adjusted() < MOST_DIGITS else float(dec_value)


def _of_what_it_stands_for(text: EncodableText) -> Any:
    """What the value is encoded as, as if it stood there itself; the text where that fails."""
    try:
        return encodable(jsonable_encoder(text.value, custom_encoder=_SAFELY))
    except Exception:
        return str(text)


_SAFELY: dict[type[Any], Encoder] = {
    bytes: lambda value: _as_text(value),
    UploadFile: lambda file: jsonable_encoder(file),
    # Reading would take the items away, and need not end.
    Iterator: str,
}
"""How what an `EncodableText` stands for is encoded, apart from `ENCODERS_BY_TYPE`."""

ENCODERS_BY_TYPE: dict[type[Any], Encoder] = {
    bytes: methodcaller("decode"),
    Color: str,
    datetime.date: isoformat,
    datetime.datetime: isoformat,
    datetime.time: isoformat,
    datetime.timedelta: datetime.timedelta.total_seconds,
    Decimal: decimal_encoder,
    Enum: attrgetter("value"),
    frozenset: list,
    deque: list,
    GeneratorType: list,
    IPv4Address: str,
    IPv4Interface: str,
    IPv4Network: str,
    IPv6Address: str,
    IPv6Interface: str,
    IPv6Network: str,
    NameEmail: str,
    Path: str,
    Pattern: attrgetter("pattern"),
    SecretBytes: str,
    SecretStr: str,
    set: list,
    UUID: str,
    Url: str,
    AnyUrl: str,
    EncodableText: _of_what_it_stands_for,
}
"""How instances of a class are encoded, asked by the exact class; entries may be added."""

with suppress(ImportError):
    ENCODERS_BY_TYPE[import_module("pydantic_extra_types.color").Color] = str


def generate_encoders_by_class_tuples(
    type_encoder_map: Mapping[Any, Encoder],
) -> dict[Encoder, tuple[Any, ...]]:
    """The classes of a table like `ENCODERS_BY_TYPE`, grouped by what encodes them."""
    classes_by_encoder: dict[Encoder, tuple[Any, ...]] = {}
    for class_, encoder in type_encoder_map.items():
        classes_by_encoder[encoder] = (*classes_by_encoder.get(encoder, ()), class_)
    return classes_by_encoder


encoders_by_class_tuples = generate_encoders_by_class_tuples(ENCODERS_BY_TYPE)
"""`ENCODERS_BY_TYPE` for subclasses, asked in order after the exact class was not found."""


def jsonable_encoder(
    obj: Any,
    include: IncEx | None = None,
    exclude: IncEx | None = None,
    by_alias: bool = True,
    exclude_unset: bool = False,
    exclude_defaults: bool = False,
    exclude_none: bool = False,
    custom_encoder: dict[Any, Encoder] | None = None,
    sqlalchemy_safe: bool = True,
) -> Any:
    """Converts any object to data that `json.dumps` accepts.

    Models and dataclasses become dictionaries, iterables lists, and everything else what
    `ENCODERS_BY_TYPE` says; other objects are read by `dict()` or `vars()`.

    Args:
        obj: What to convert.
        include: The keys to keep, of the object or of each item when it is a list.
        exclude: The keys to leave out, in the same places.
        by_alias: Whether models are written under the aliases of their fields.
        exclude_unset: Leaves out fields of models that were not set.
        exclude_defaults: Leaves out fields of models that hold their default.
        exclude_none: Leaves out keys whose value is `None`.
        custom_encoder: Encoders by class that come before everything else.
        sqlalchemy_safe: Leaves out keys that begin with `_sa`, as SQLAlchemy's own do.

    Raises:
        PydanticV1NotSupportedError: there is a model of `pydantic.v1` in it.
        ValueError: an object is neither a mapping nor has attributes. Its argument is the list of
            both errors.
    """
    if (
        include is None
        and exclude is None
        and by_alias is True
        and not (exclude_unset or exclude_defaults or exclude_none or custom_encoder)
        and sqlalchemy_safe
    ):
        return _encode(obj, ENCODERS_BY_TYPE)
    return _Encoding(
        by_alias=by_alias,
        exclude_unset=exclude_unset,
        exclude_defaults=exclude_defaults,
        exclude_none=exclude_none,
        custom_encoder=custom_encoder or {},
        sqlalchemy_safe=sqlalchemy_safe,
    ).encode(obj, _keys(include), _keys(exclude))


def _keys(keys: Any) -> Any:
    return keys if keys is None or isinstance(keys, (set, dict)) else set(keys)


@dataclasses.dataclass(frozen=True, slots=True)
class _Encoding:
    """The options that hold for a whole object, however deep.

    A list or a dictionary takes one frame a level: they may be as deep as `json.dumps` writes them.
    """

    by_alias: bool
    exclude_unset: bool
    exclude_defaults: bool
    exclude_none: bool
    custom_encoder: dict[Any, Encoder]
    sqlalchemy_safe: bool

    def encode(self, value: Any, include: Any = None, exclude: Any = None) -> Any:
        return self._rule_of(value)(self, value, include, exclude)

    @property
    def _same(self) -> frozenset[type[Any]]:
        """The classes whose instances stay what they are."""
        return frozenset() if self.custom_encoder else _SAME

    def _rule_of(self, value: Any) -> _Rule:
        if self.custom_encoder and (encoder := self._custom_encoder(value)) is not None:
            return _by(encoder)
        return _RULE_BY_TYPE.get(type(value)) or _rule(value)

    def _custom_encoder(self, value: Any) -> Encoder | None:
        exact = self.custom_encoder.get(type(value))
        if exact is not None:
            return exact
        for class_, encoder in self.custom_encoder.items():
            if isinstance(value, class_):
                return encoder
        return None

    def _model(self, value: BaseModel, include: Any, exclude: Any) -> Any:
        data = value.model_dump(
            mode="json",
            include=include,
            exclude=exclude,
            by_alias=self.by_alias,
            exclude_unset=self.exclude_unset,
            exclude_defaults=self.exclude_defaults,
            exclude_none=self.exclude_none,
        )
        # A model encodes what it holds by itself: custom encoders do not reach inside.
        return dataclasses.replace(self, custom_encoder={}).encode(data)

    def _dataclass(self, value: Any, include: Any, exclude: Any) -> Any:
        return self.encode(dataclasses.asdict(value), include, exclude)

    def _mapping(self, value: dict[Any, Any], include: Any, exclude: Any) -> dict[Any, Any]:
        rule_of, same = self._rule_of, self._same
        data = {}
        for key, item in value.items():
            if (
                (include is None or key in include)
                and (exclude is None or key not in exclude)
                and not (item is None and self.exclude_none)
                and not (self.sqlalchemy_safe and isinstance(key, str) and key.startswith("_sa"))
            ):
                name = key if type(key) in same else self.encode(key)
                data[name] = item if type(item) in same else rule_of(item)(self, item, None, None)
        return data

    def _items(self, value: Any, include: Any, exclude: Any) -> list[Any]:
        rule_of, same = self._rule_of, self._same
        data = []
        for item in value:
            data.append(  # noqa: PERF401 - a comprehension is a frame of its own on Python 3.11
                item if type(item) in same else rule_of(item)(self, item, include, exclude)
            )
        return data

    def _other(self, value: Any, include: Any, exclude: Any) -> Any:
        result, is_data = _encoded_or_contents(value)
        return result if is_data else self.encode(result, include, exclude)


_Rule: TypeAlias = Callable[[_Encoding, Any, Any, Any], Any]


_SAME: frozenset[type[Any]] = frozenset({str, int, float, bool, type(None)})


def _same(encoding: _Encoding, value: Any, include: Any, exclude: Any) -> Any:
    return value


def _by(encoder: Encoder) -> _Rule:
    return lambda encoding, value, include, exclude: encoder(value)


_RULE_BY_TYPE: dict[type[Any], _Rule] = {
    **dict.fromkeys(_SAME, _same),
    **dict.fromkeys((list, tuple, set, frozenset, deque, GeneratorType), _Encoding._items),
    dict: _Encoding._mapping,
    EncodableText: _by(_of_what_it_stands_for),
}
"""The classes that need no search."""

_RULES: tuple[tuple[Callable[[Any], bool], _Rule], ...] = (
    (lambda value: isinstance(value, BaseModel), _Encoding._model),
    (
        lambda value: dataclasses.is_dataclass(value) and not isinstance(value, type),
        _Encoding._dataclass,
    ),
    (lambda value: isinstance(value, Enum), _by(attrgetter("value"))),
    (lambda value: isinstance(value, PurePath), _by(str)),
    (lambda value: isinstance(value, (str, int, float)), _same),
    (lambda value: isinstance(value, dict), _Encoding._mapping),
    (lambda value: isinstance(value, (list, tuple, set, frozenset, deque)), _Encoding._items),
)
"""How subclasses and everything else are encoded: the first rule that applies."""


def _rule(value: Any) -> _Rule:
    return next((rule for applies, rule in _RULES if applies(value)), _Encoding._other)


def _encoded_or_contents(value: Any) -> tuple[Any, bool]:
    """What the table makes of an object, and true; or what is in it, and false."""
    if isinstance(value, PydanticUndefinedType):
        return None, True
    encoder = ENCODERS_BY_TYPE.get(type(value))
    if encoder is not None:
        return encoder(value), True
    for encoder, classes in encoders_by_class_tuples.items():
        if isinstance(value, classes):
            return encoder(value), True
    if _is_pydantic_v1(value):
        raise PydanticV1NotSupportedError(
            "pydantic.v1 models are no longer supported by FastAPI."
            f" Please update the model {value!r}."
        )
    return _contents(value), False


def _is_pydantic_v1(value: Any) -> bool:
    # Only its users have it imported: importing it warns on new interpreters.
    module = sys.modules.get("pydantic.v1.main")
    return module is not None and isinstance(value, module.BaseModel)


def _contents(value: Any) -> Any:
    """An object as a dictionary, of its items or else of its attributes."""
    try:
        return dict(value)
    except Exception as not_a_mapping:
        try:
            return vars(value)
        except Exception as no_attributes:
            raise ValueError([not_a_mapping, no_attributes]) from no_attributes


def _as_text(value: bytes) -> Any:
    try:
        return _encoded_or_contents(value)[0]
    except UnicodeDecodeError:
        return value.decode(errors="replace")


def _leniently_encoded_or_contents(value: Any) -> tuple[Any, bool]:
    if isinstance(value, bytes):
        return _as_text(value), True
    return _encoded_or_contents(value)


_DEFAULTS = _Encoding(
    by_alias=True,
    exclude_unset=False,
    exclude_defaults=False,
    exclude_none=False,
    custom_encoder={},
    sqlalchemy_safe=True,
)
_LEAVES = {
    class_: encoder
    for class_, encoder in ENCODERS_BY_TYPE.items()
    if class_ not in {Enum, Path, set, frozenset, deque, GeneratorType}
}

# What somebody has put into its place is called.
_MODEL_DUMP = (
    BaseModel.model_dump
    if BaseModel.model_dump.__globals__ is vars(sys.modules[BaseModel.__module__])
    else None
)

# The rules of `_Encoding` without options, compiled.
_encode = DataEncoder(
    leaves=_LEAVES,
    model=BaseModel,
    model_dump=_MODEL_DUMP,
    other=_encoded_or_contents,
    deep=_DEFAULTS.encode,
)
_encode_leniently = DataEncoder(
    leaves={class_: encoder for class_, encoder in _LEAVES.items() if class_ is not bytes},
    model=BaseModel,
    model_dump=_MODEL_DUMP,
    other=_leniently_encoded_or_contents,
    deep=dataclasses.replace(_DEFAULTS, custom_encoder={bytes: _as_text}).encode,
)


def leniently_encoded(value: Any) -> Any:
    """What `jsonable_encoder` gives, with U+FFFD for bytes that are no UTF-8."""
    return _encode_leniently(value, ENCODERS_BY_TYPE)
