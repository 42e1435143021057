"""Values that JSON has no types for, which endpoints of no declared type return."""

import dataclasses
import enum
import re
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from ipaddress import ip_address, ip_network
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from pydantic import AnyUrl, BaseModel, Field, RootModel, SecretStr, field_serializer

if TYPE_CHECKING:
    from tests.differential.choices import Choices


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    HIDDEN = "_sa"


class Moment(enum.Enum):
    """Has a value that is no JSON data."""

    START = date(2024, 1, 1)


class Inner(BaseModel):
    at: datetime = datetime(2024, 1, 2, tzinfo=UTC)
    price: Decimal = Field(Decimal("1.50"), alias="Price")


class Outer(BaseModel):
    inner: Inner = Inner()
    extra: dict[str, Any] = {"_sa": 1, "color": Color.RED}

    @field_serializer("extra")
    def serialize(self, value: Any) -> Any:
        return {**value, "many": [date(2024, 1, 1)]}


class Dumped(BaseModel):
    """Dumps itself in its own way."""

    def model_dump(self, **options: Any) -> Any:
        return {"options": sorted(options), "at": date(2024, 1, 1), "_sa": 1}


@dataclasses.dataclass
class Record:
    at: datetime
    inner: Any = None
    many: list[Any] = dataclasses.field(default_factory=list)


class Pair(NamedTuple):
    a: Any
    b: Any


class Row:
    """An object as a mapper of relations makes them."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes, _sa_instance_state=object())


class Entries:
    """Is read as a mapping."""

    def keys(self) -> list[str]:
        return ["a", "_sa"]

    def __getitem__(self, key: str) -> Any:
        return Color.RED


class Silent:
    """Has nothing to read."""

    __slots__ = ()


class Text(str):
    __slots__ = ()


RICH: dict[str, Callable[[], Any]] = {
    "datetime": lambda: datetime(2024, 1, 2, 3, 4, 5, 6),
    "datetime with a zone": lambda: datetime(2024, 1, 2, tzinfo=timezone(timedelta(hours=-5))),
    "date": lambda: date(1, 2, 3),
    "time": lambda: time(1, 2, 3, 4),
    "timedelta": lambda: timedelta(days=-1, microseconds=1),
    "decimal": lambda: Decimal("1.50"),
    "whole decimal": lambda: Decimal("1E+3"),
    "small decimal": lambda: Decimal("-1E-9"),
    "uuid": lambda: UUID(int=2**120 + 1),
    "color": lambda: Color.RED,
    "level": lambda: Level.LOW,
    "word": lambda: Word.HIDDEN,
    "moment": lambda: Moment.START,
    "bytes": lambda: b"\xc3\xa4",
    "address": lambda: ip_address("::1"),
    "network": lambda: ip_network("10.0.0.0/8"),
    "path": lambda: PurePosixPath("a/b"),
    "pattern": lambda: re.compile("a+"),
    "secret": lambda: SecretStr("x"),
    "url": lambda: AnyUrl("http://u"),
    "model": Inner,
    "model of models": Outer,
    "root model": lambda: RootModel[list[Inner]]([Inner()]),
    "dumped": Dumped,
    "class": lambda: Outer,
    "entries": Entries,
    "silent": Silent,
    "text": lambda: Text("t"),
    "lone surrogate": lambda: "\ud800",
    "large": lambda: 2**70,
    "float": lambda: 1e22,
    "nothing": lambda: None,
    "true": lambda: True,
    "complex": lambda: 1j,
    "range": lambda: range(2),
}
"""Makes one of each, which can be read once."""

_KEYS = ("a", "b", "_sa", "", "\u20ac")
_RICH_KEYS = ("uuid", "color", "word", "level", "date", "nothing", "true", "decimal", "text")
_CONTAINERS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "deque": deque,
    "generator": lambda items: (item for item in items),
    "pair": lambda items: Pair(items, items[:1]),
    "record": lambda items: Record(datetime(2024, 1, 1), *items[:1], many=items[1:]),
    "row": lambda items: Row(**dict(zip("abc", items, strict=False))),
}
_MAPPINGS: dict[str, Callable[[list[tuple[Any, Any]]], Any]] = {
    "dict": dict,
    "ordered": OrderedDict,
    "default": lambda pairs: defaultdict(int, pairs),
}


def rich_value(choices: "Choices", depth: int = 0) -> Any:
    """Describes one: the name of what is in the table, or a container with what is in it."""
    roll = choices.below(8)
    if depth > 3 or roll < 4:
        return choices.one_of(list(RICH))
    if roll < 6:
        name = choices.one_of(list(_CONTAINERS))
        return [name, *(rich_value(choices, depth + 1) for _ in range(choices.below(4)))]
    name = choices.one_of(list(_MAPPINGS))
    keys = choices.few(_KEYS) + [[key] for key in choices.few(_RICH_KEYS)]
    return [name, *([key, rich_value(choices, depth + 1)] for key in keys)]


def made(described: Any) -> Any:
    """The value that is described."""
    if isinstance(described, str):
        return RICH[described]()
    name, *inner = described
    if name in _CONTAINERS:
        return _CONTAINERS[name]([made(each) for each in inner])
    return _MAPPINGS[name](
        [(key if isinstance(key, str) else made(key[0]), made(value)) for key, value in inner]
    )
