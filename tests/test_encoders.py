"""Which JSON data stands for which Python object."""

import dataclasses
import datetime
import enum
import math
import re
import uuid
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from decimal import Decimal
from ipaddress import ip_address, ip_network
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    AnyUrl,
    BaseModel,
    Field,
    HttpUrl,
    RootModel,
    SecretBytes,
    SecretStr,
    TypeAdapter,
    field_serializer,
)
from pydantic_core import PydanticUndefined
from tests.properties import examples

from ferroapi.encoders import (
    ENCODERS_BY_TYPE,
    decimal_encoder,
    encoders_by_class_tuples,
    generate_encoders_by_class_tuples,
    jsonable_encoder,
)
from ferroapi.exceptions import PydanticV1NotSupportedError


class Colour(enum.Enum):
    RED = "red"


class Model(BaseModel):
    number: int | None = None
    text: str = Field("q", alias="Text")
    data: dict[str, Any] = {"_sa_state": 1, "nothing": None}


@dataclasses.dataclass
class Data:
    a: int
    model: Model | None = None


class Attributes:
    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


class Items(Attributes):
    def __iter__(self) -> Any:
        return iter(vars(self).items())


class Neither:
    def __iter__(self) -> Any:
        raise NotImplementedError

    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # it has no attributes to show
        raise NotImplementedError


class Identifier(uuid.UUID):
    pass


Pair = namedtuple("Pair", "a b")

VALUES: dict[str, tuple[Any, Any]] = {
    "integer": (1, 1),
    "infinity is left to who writes the JSON": (math.inf, math.inf),
    "nothing": (None, None),
    "bytes": (b"\xc3\xa4", "ä"),
    "enumeration": (Colour.RED, "red"),
    "dataclass": (Data(1), {"a": 1, "model": None}),
    "list of models": ([RootModel[int](1)], [1]),
    "attributes": (Attributes(a=Attributes(b=1)), {"a": {"b": 1}}),
    "items": (Items(a=1), {"a": 1}),
    "named tuple": (Pair(1, 2), [1, 2]),
    "set": ({3}, [3]),
    "frozen set": (frozenset([3]), [3]),
    "deque": (deque([RootModel[int](1)]), [1]),
    "generator": ((i for i in range(2)), [0, 1]),
    "keys are encoded": (
        {Colour.RED: 1, uuid.UUID(int=1): 2},
        {"red": 1, "00000000-0000-0000-0000-000000000001": 2},
    ),
    "date": (datetime.date(2020, 1, 2), "2020-01-02"),
    "time": (datetime.time(1, 2), "01:02:00"),
    "date and time": (
        datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC),
        "2020-01-02T00:00:00+00:00",
    ),
    "duration in seconds": (datetime.timedelta(minutes=1, milliseconds=500), 60.5),
    "decimal without a fraction": (Decimal("1E2"), 100),
    "decimal with a fraction": (Decimal("1.0"), 1.0),
    "address": (ip_address("::1"), "::1"),
    "network": (ip_network("10.0.0.0/8"), "10.0.0.0/8"),
    "path": (Path("a"), "a"),
    "pure path": (PurePosixPath("/a/b"), "/a/b"),
    "windows path": (PureWindowsPath("a/b"), "a\\b"),
    "pattern": (re.compile("a+"), "a+"),
    "secret text": (SecretStr("x"), "**********"),
    "secret bytes": (SecretBytes(b"x"), "b'**********'"),
    "URL": (AnyUrl("http://u"), "http://u/"),
    "subclass of a class in the table": (Identifier(int=0), str(uuid.UUID(int=0))),
    "undefined": ({"a": PydanticUndefined}, {"a": None}),
    "SQLAlchemy's state": ({"_sa_instance_state": 1, "a": 2}, {"a": 2}),
    "model": (Model(), {"number": None, "Text": "q", "data": {"nothing": None}}),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_value(value: Any, expected: Any) -> None:
    encoded = jsonable_encoder(value)

    assert encoded == expected
    assert type(encoded) is type(expected)


OPTIONS: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "include": ({"a": 1, "b": 2}, {"include": {"a"}}, {"a": 1}),
    "include nothing": ({"a": 1}, {"include": {}}, {}),
    "include as a list": ({"a": 1, "b": 2}, {"include": ["a"]}, {"a": 1}),
    "exclude": ({"a": 1, "b": 2}, {"exclude": {"a"}}, {"b": 2}),
    "exclude nothing": ({"a": 1}, {"exclude": {}}, {"a": 1}),
    "exclude at the top only": ({"a": {"b": 1}}, {"exclude": {"b"}}, {"a": {"b": 1}}),
    "exclude in each item": ([{"a": 1, "b": 2}], {"exclude": {"a"}}, [{"b": 2}]),
    "exclude from attributes": (Attributes(a=1, b=2), {"exclude": {"a"}}, {"b": 2}),
    "exclude from a dataclass": (Data(1), {"exclude": {"model"}}, {"a": 1}),
    "exclude from a model": (Model(), {"include": {"number"}}, {"number": None}),
    "by name": (Model(), {"by_alias": False, "include": {"text"}}, {"text": "q"}),
    "exclude none": (
        {"a": None, "b": Model()},
        {"exclude_none": True},
        {"b": {"Text": "q", "data": {}}},
    ),
    "exclude unset": ([Model(number=1)], {"exclude_unset": True}, [{"number": 1}]),
    "exclude defaults": ({"a": Model(Text="t")}, {"exclude_defaults": True}, {"a": {"Text": "t"}}),
    "SQLAlchemy's state kept": ({"_sa": 1}, {"sqlalchemy_safe": False}, {"_sa": 1}),
    "custom encoder": ([1, Colour.RED], {"custom_encoder": {Colour: repr}}, [1, repr(Colour.RED)]),
    "custom encoder of a base class": (
        Colour.RED,
        {"custom_encoder": {enum.Enum: lambda value: value.name}},
        "RED",
    ),
    "custom encoder of the exact class first": (
        Colour.RED,
        {"custom_encoder": {enum.Enum: repr, Colour: lambda value: value.name}},
        "RED",
    ),
    "custom encoder of plain data": ({"a": 1}, {"custom_encoder": {int: str}}, {"a": "1"}),
    "custom encoder does not reach into models": (
        Model(number=1),
        {"custom_encoder": {int: str}, "include": {"number"}},
        {"number": 1},
    ),
}


@pytest.mark.parametrize(("value", "options", "expected"), OPTIONS.values(), ids=OPTIONS)
def test_option(value: Any, options: dict[str, Any], expected: Any) -> None:
    assert jsonable_encoder(value, **options) == expected


@pytest.mark.parametrize("value", [Neither(), object(), Data], ids=["neither", "object", "class"])
def test_what_has_no_contents_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its argument is the list of errors
        jsonable_encoder(value)


def test_models_of_pydantic_v1_are_refused_by_name() -> None:
    v1 = pytest.importorskip("pydantic.v1")

    class Old(v1.BaseModel):  # type: ignore[misc, name-defined]  # imported by name
        a: int = 1

    with pytest.raises(PydanticV1NotSupportedError, match=r"Please update the model Old\(a=1\)"):
        jsonable_encoder({"old": Old()})


def test_an_encoder_added_to_the_table_is_used() -> None:
    class Own:
        pass

    ENCODERS_BY_TYPE[Own] = lambda value: "own"
    try:
        assert jsonable_encoder([Own()]) == ["own"]
    finally:
        del ENCODERS_BY_TYPE[Own]


def test_not_a_number_stays_one() -> None:
    assert math.isnan(decimal_encoder(Decimal("NaN")))


def test_classes_are_grouped_by_encoder() -> None:
    assert generate_encoders_by_class_tuples({int: str, float: repr, bool: str}) == {
        str: (int, bool),
        repr: (float,),
    }
    assert set(encoders_by_class_tuples) == set(ENCODERS_BY_TYPE.values())


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text().filter(lambda key: not key.startswith("_sa")), inner)
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_data_stays_as_it_is(value: Any) -> None:
    assert jsonable_encoder(value) == value


@given(PLAIN)
def test_encoding_again_changes_nothing(value: Any) -> None:
    once = jsonable_encoder((value, Attributes(a=value)), exclude_none=True)

    assert jsonable_encoder(once, exclude_none=True) == once


@pytest.mark.parametrize("text", ["1e999999", "-1e999999", "9" * 5_000])
def test_decimals_of_more_digits_than_python_writes(text: str) -> None:
    """They are infinities: a few characters must not become a million digits."""
    assert jsonable_encoder(Decimal(text)) == float(text)


# What is compiled, against the same with an option that changes nothing.


class Unused:
    pass


def without_the_core(value: Any) -> Any:
    return jsonable_encoder(value, custom_encoder={Unused: repr})


class Logging:
    """Has its attributes read, and says so."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # what is encoded
        self.log.append("attributes")
        return {"a": 1}


class FailingError(Exception):
    pass


class Fails:
    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # what is encoded
        raise FailingError("attributes")


class FailingModel(BaseModel):
    @field_serializer("a", check_fields=False)
    def fail(self, value: Any) -> Any:
        raise FailingError("field")

    a: int = 1


class Dumped(BaseModel):
    a: int = 1

    def model_dump(self, **options: Any) -> Any:
        return {"own": sorted(options), "_sa": 1, "at": datetime.date(2024, 1, 1)}


class Itself(BaseModel):
    def model_dump(self, **options: Any) -> Any:
        return self


class Liar:
    """Says that it is a model, as a proxy of one does."""

    @property
    def __class__(self) -> Any:  # type: ignore[override]  # it lies
        return Model

    def __getattr__(self, name: str) -> Any:
        return getattr(Model(number=7), name)


@dataclasses.dataclass
class Typed:
    at: datetime.datetime
    more: Any


@dataclasses.dataclass
class Kinds:
    kind: str = "a"
    everywhere: ClassVar[int] = 1
    given: dataclasses.InitVar[int] = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    b: Any
    a: Any = None


@dataclasses.dataclass
class WithProperty:
    a: int

    @property
    def a(self) -> int:  # type: ignore[no-redef]  # the field is read by it
        raise FailingError("property")

    @a.setter
    def a(self, value: int) -> None: ...


class Copied:
    """Says when it is copied."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def __deepcopy__(self, memo: Any) -> Any:
        self.log.append("copied")
        return Colour.RED


def incomplete() -> Any:
    value = Slotted.__new__(Slotted)
    object.__setattr__(value, "b", 1)
    return value


def holds_itself() -> Any:
    value = Typed(datetime.datetime(2024, 1, 1), [])
    value.more.append(value)
    return value


def deep_dataclass(levels: int) -> Any:
    value: Any = Colour.RED
    for _ in range(levels):
        value = Slotted(value)
    return value


class KindOfDataclass(Kinds, enum.Enum):
    A = "a"


class Ordered(dict[Any, Any]):
    """Has entries of another type."""

    def items(self) -> Any:
        return [list(pair) for pair in reversed(super().items())]


class Wrong(dict[Any, Any]):
    def items(self) -> Any:
        return [(1, 2, 3)]


class Text(str):
    def startswith(self, *_: Any) -> bool:
        return False


class Number(enum.IntEnum):
    ONE = 1


class Word(enum.StrEnum):
    A = "_sa"


class Nested(enum.Enum):
    DATE = datetime.date(2024, 1, 1)
    ITEMS = (1, 2)


class Bytes(bytes):
    pass


class Id(uuid.UUID):
    def __str__(self) -> str:
        return "own"


def broken_generator(log: list[str]) -> Any:
    yield datetime.date(2024, 1, 1)
    log.append("one was taken")
    raise FailingError("generator")


def logged_generator(log: list[str]) -> Any:
    for number in range(3):
        log.append(f"took {number}")
        yield {"number": number, "log": log}


ZONE = datetime.timezone(datetime.timedelta(hours=5, minutes=30))

# Each makes a new value; the list is what the value was asked.
RICH: dict[str, Callable[[list[str]], Any]] = {
    "datetime": lambda _: datetime.datetime(2024, 1, 2, 3, 4, 5, 6),
    "datetime_with_zone": lambda _: datetime.datetime(2024, 1, 2, tzinfo=ZONE),
    "date": lambda _: datetime.date(1, 2, 3),
    "time": lambda _: datetime.time(1, 2, 3, 4, tzinfo=datetime.UTC),
    "timedelta": lambda _: datetime.timedelta(days=-1, microseconds=1),
    "uuid": lambda _: uuid.UUID(int=2**100 + 7),
    "uuid_subclass": lambda _: Id(int=1),
    "bytes": lambda _: b"\xc3\xa4",
    "no_utf8": lambda _: b"\xff",
    "bytes_subclass": lambda _: Bytes(b"a"),
    "bytearray": lambda _: bytearray(b"a"),
    "enum": lambda _: Colour.RED,
    "int_enum": lambda _: Number.ONE,
    "str_enum": lambda _: Word.A,
    "nested_enum": lambda _: Nested.DATE,
    "enum_of_items": lambda _: Nested.ITEMS,
    "enum_of_a_dataclass": lambda _: KindOfDataclass.A,
    "enum_class": lambda _: Colour,
    "model": lambda _: Model(
        number=1, data={"_sa": 1, "a": {"_sa": 1}, "at": ZONE.utcoffset(None)}
    ),
    "model_class": lambda _: Model,
    "root_model": lambda _: RootModel[list[int]]([1]),
    "failing_model": lambda _: FailingModel(),
    "dumped": lambda _: Dumped(),
    "model_of_models": lambda _: RootModel[Any]([Model(), Model()]),
    "dumped_to_itself": lambda _: Itself(),
    "liar": lambda _: Liar(),
    "dataclass": lambda _: Typed(datetime.datetime(2024, 1, 1), [Model(), (1,), {1: Colour.RED}]),
    "dataclass_of_what_cannot_be_copied": lambda log: Typed(
        datetime.datetime(2024, 1, 1), logged_generator(log)
    ),
    "dataclass_with_other_fields": lambda _: Kinds("b"),
    "dataclass_of_dataclasses": lambda _: Slotted([Slotted(1)], {"a": Slotted((1, Slotted(2)))}),
    "dataclass_of_rich": lambda _: Slotted(
        [datetime.date(2024, 1, 1), Decimal("1.5"), uuid.UUID(int=1), datetime.timedelta(1)],
        (
            datetime.time(1, tzinfo=ZONE),
            datetime.datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC")),
            b"a",
        ),
    ),
    "dataclass_of_subclasses": lambda _: Slotted(Pair(1, Colour.RED), OrderedDict(a=Colour.RED)),
    "dataclass_with_rich_keys": lambda _: Slotted({uuid.UUID(int=1): 1, (1,): 2}),
    "dataclass_with_none_as_key": lambda _: Slotted({None: Colour.RED, "_sa": 1, 2: 3}),
    "dataclass_without_an_attribute": lambda _: incomplete(),
    "dataclass_with_a_property": lambda _: WithProperty(1),
    "dataclass_of_what_is_copied": lambda log: Slotted([Copied(log)], (Copied(log),)),
    "dataclass_of_what_is_copied_before_other_keys": lambda log: Slotted(
        [Copied(log)], {ip_address("::1"): Copied(log), 1: OrderedDict(a=Copied(log))}
    ),
    "dataclass_of_what_is_copied_before_depth": lambda log: Slotted(
        Copied(log), deep_dataclass(70)
    ),
    "dataclass_of_a_model": lambda _: Slotted(Model(), Attributes(a=datetime.date(2024, 1, 1))),
    "dataclass_that_holds_itself": lambda _: holds_itself(),
    "deep_dataclass": lambda _: deep_dataclass(45),
    "deeper_dataclass": lambda _: deep_dataclass(70),
    "dataclass_as_a_subclass": lambda _: type("Sub", (Slotted,), {})(1, {"a": 1}),
    "attributes": lambda _: Attributes(_sa=1, a=Model(), b=datetime.date(2024, 1, 1)),
    "items": lambda _: Items(a=Colour.RED),
    "logging": Logging,
    "fails": lambda _: Fails(),
    "neither": lambda _: Neither(),
    "object": lambda _: object(),
    "undefined": lambda _: PydanticUndefined,
    "path": lambda _: PurePosixPath("a/b"),
    "local_path": lambda _: Path("a"),
    "address": lambda _: ip_address("::1"),
    "pattern": lambda _: re.compile("a"),
    "secret": lambda _: SecretStr("x"),
    "url": lambda _: AnyUrl("http://u"),
    "http_url": lambda _: TypeAdapter(HttpUrl).validate_python("http://u"),
    "ordered_dict": lambda _: OrderedDict(b=1, a=Model()),
    "default_dict": lambda _: defaultdict(list, a=[Colour.RED]),
    "own_entries": lambda _: Ordered(a=1, b=Colour.RED),
    "wrong_entries": lambda _: Wrong(a=1),
    "named_tuple": lambda _: Pair(1, Colour.RED),
    "deque": lambda _: deque([Colour.RED, 1]),
    "empty": lambda _: [set(), frozenset(), deque(), (), {}],
    "generator": logged_generator,
    "broken_generator": broken_generator,
    "range": lambda _: range(3),
    "view": lambda _: {"a": 1}.items(),
    "complex": lambda _: 1j,
    "text": lambda _: Text("_sa"),
    "lone_surrogate": lambda _: "\ud800",
    "sqlalchemy": lambda _: "_sa\ud800",
    "large": lambda _: 2**64,
    "boolean": lambda _: True,
    "nothing": lambda _: None,
    "function": lambda _: repr,
}
DECIMALS = ["1", "-1", "0.5", "-0.0", "1E+2", "1E-7", "NaN", "sNaN", "Infinity", "0E-8", "9" * 30]
LEAVES = (
    st.sampled_from(sorted(RICH)).map(RICH.__getitem__)
    | st.decimals().map(lambda value: lambda _: value)
    | st.sampled_from(DECIMALS).map(lambda text: lambda _: Decimal(text))
    | (st.integers() | st.floats() | st.text()).map(lambda value: lambda _: value)
    | (st.datetimes(timezones=st.timezones()) | st.timedeltas() | st.uuids()).map(
        lambda value: lambda _: value
    )
)


def container(kind: Callable[[Any], Any], makers: list[Any]) -> Callable[[list[str]], Any]:
    return lambda log: kind(make(log) for make in makers)


def dictionary(makers: list[tuple[Any, Any]]) -> Callable[[list[str]], Any]:
    return lambda log: {hashable(key(log)): value(log) for key, value in makers}


def hashable(value: Any) -> Any:
    try:
        hash(value)
    except (TypeError, AttributeError):
        return "not hashable"
    return value


MAKERS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(
            container,
            st.sampled_from([list, tuple, deque, lambda items: (item for item in list(items))]),
            st.lists(inner, max_size=3),
        )
        | st.lists(st.tuples(LEAVES, inner), max_size=3).map(dictionary)
        | inner.map(lambda make: lambda log: Attributes(a=make(log), _sa=1))
        | inner.map(lambda make: lambda log: Slotted(make(log), [make(log)]))
    ),
    max_leaves=8,
)


def outcome(encode: Callable[[Any], Any], make: Callable[[list[str]], Any]) -> Any:
    """The data, or what was raised, and what was called on the way."""
    log: list[str] = []
    value = make(log)
    try:
        return repr(encode(value)), log
    except RecursionError:
        return RecursionError, log
    except Exception as error:
        return type(error), re.sub(r"0x[0-9a-f]+", "", str(error)), log


@settings(max_examples=examples(500))
@given(MAKERS)
def test_the_core_encodes_as_the_rules_say(make: Callable[[list[str]], Any]) -> None:
    assert outcome(jsonable_encoder, make) == outcome(without_the_core, make)


@pytest.mark.parametrize("make", RICH.values(), ids=RICH)
@pytest.mark.parametrize("around", [lambda value: value, lambda value: [value, value]])
def test_rich(make: Callable[[list[str]], Any], around: Any) -> None:
    assert outcome(jsonable_encoder, lambda log: around(make(log))) == outcome(
        without_the_core, lambda log: around(make(log))
    )
    keys = dictionary([(make, lambda _: 1), (lambda _: "red", lambda _: 2)])
    assert outcome(jsonable_encoder, keys) == outcome(without_the_core, keys)


def test_the_data_is_new() -> None:
    items, entries = [1], {"a": 1}
    encoded = jsonable_encoder({"items": items, "entries": entries})
    items.append(2)
    entries["b"] = 2
    assert encoded == {"items": [1], "entries": {"a": 1}}


def nested(levels: int, inner: Any) -> Any:
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize("levels", [0, 998, 999, 1_000, 1_001, 1_200])
def test_depth(levels: int) -> None:
    encoded = jsonable_encoder(nested(levels, Colour.RED))
    for _ in range(levels):
        (encoded,) = encoded
    assert encoded == "red"


@pytest.mark.parametrize("kind", ["list", "dictionary", "attributes", "model", "generator"])
def test_what_holds_itself_is_too_deep(kind: str) -> None:
    value: Any
    match kind:
        case "list":
            value = []
            value.append(value)
        case "dictionary":
            value = {}
            value["a"] = value
        case "attributes":
            value = Attributes()
            value.a = value
        case "model":
            value = Itself()
        case _:

            def endless() -> Any:
                yield endless()

            value = endless()
    with pytest.raises(RecursionError):
        jsonable_encoder(value)


CHANGES = {
    "uuid": (uuid.UUID(int=1), uuid.UUID),
    "decimal": (Decimal("1.5"), Decimal),
    "bytes": (b"a", bytes),
    "datetime": (datetime.datetime(2024, 1, 1), datetime.datetime),
    "secret": (SecretStr("a"), SecretStr),
}


@pytest.mark.parametrize(("value", "class_"), CHANGES.values(), ids=CHANGES)
def test_an_encoder_that_was_replaced_is_used(
    value: Any, class_: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENCODERS_BY_TYPE, class_, lambda value: ["own"])
    assert jsonable_encoder({"a": [value]}) == {"a": [["own"]]}
    monkeypatch.delitem(ENCODERS_BY_TYPE, class_)
    assert jsonable_encoder([value]) == without_the_core([value])


def test_another_table_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ferroapi.encoders.ENCODERS_BY_TYPE", {uuid.UUID: lambda value: "own"})
    assert jsonable_encoder([uuid.UUID(int=1)]) == ["own"]


def test_a_replaced_model_dump_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseModel, "model_dump", lambda self, **options: {"own": len(options)})
    assert jsonable_encoder([Model()]) == [{"own": 7}]


def test_a_dictionary_that_changes_while_it_is_encoded() -> None:
    entries: dict[str, Any] = {}

    def adds() -> Any:
        entries["b"] = 1
        yield 1

    entries["a"] = adds()
    with pytest.raises(RuntimeError, match="changed size"):
        jsonable_encoder(entries)


def test_a_list_that_grows_while_it_is_encoded() -> None:
    items: list[Any] = []

    def adds() -> Any:
        items.append(2)
        yield 1

    items.append(adds())
    assert jsonable_encoder(items) == [[1], 2]
