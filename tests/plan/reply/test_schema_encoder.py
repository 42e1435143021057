"""What a schema encoder writes, against pydantic's serializer of the same type."""

from __future__ import annotations

import threading
import warnings
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Literal, Optional
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    TypeAdapter,
    computed_field,
    create_model,
    field_serializer,
    model_serializer,
)
from pydantic_core import SchemaSerializer, core_schema

from ferroapi.plan.reply.schema_encoder import schema_encoder


class Colour(Enum):
    RED = "red\n"
    NUMBER = 3
    NOTHING = None


class Level(IntEnum):
    LOW = 1


class Unit(StrEnum):
    METRE = "m"


class Own(Enum):
    A = "a"

    @property
    def value(self) -> str:
        return "own"


class Opaque(Enum):
    A = object()


class Point(BaseModel):
    x: int
    y: float = 0.0


class Tree(BaseModel):
    name: str = Field(serialization_alias="the name")
    children: list[Tree] = []
    parent: Optional[Tree] = None  # noqa: UP045 - a name is not there yet for `|`


class Private(BaseModel):
    x: int
    _y: int = 3


class Computed(Point):
    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @property
    def z(self) -> int:
        return 3


class FieldSerialized(Point):
    @field_serializer("x")
    def _x(self, value: int) -> str:
        return str(value)


class Serialized(Point):
    @model_serializer
    def _all(self) -> int:
        return 3


class Extra(Point):
    model_config = ConfigDict(extra="allow")


class Root(RootModel[int]):
    pass


class Seconds(Point):
    model_config = ConfigDict(ser_json_temporal="seconds")
    at: datetime


class Excluded(Point):
    z: int = Field(3, exclude=True)


class ExcludedIf(Point):
    z: int = Field(3, exclude_if=lambda value: value == 3)


class Polymorphic(Point):
    model_config = ConfigDict(polymorphic_serialization=True)


PLAIN: dict[str, tuple[Any, list[Any]]] = {
    "text": (str, ["", 'a"\\\x00\x1f\x7f', "é\u2028\U0001f600"]),
    "integers": (int, [0, -1, 2**63 - 1, -(2**63)]),
    "numbers": (float, [0.0, -0.0, 0.1, 1e15, 9999999999999998.0, 0.0001, -1.5]),
    "booleans": (bool, [True, False]),
    "null": (None, [None]),
    "dates": (date, [date(1, 1, 1), date(9999, 12, 31)]),
    "moments": (
        datetime,
        [
            datetime(1, 1, 1),
            datetime(2026, 11, 29, 1, 2, 3, 4, tzinfo=UTC),
            datetime(2026, 11, 29, 1, 2, 3, 400000, tzinfo=timezone(timedelta(hours=-5))),
            "2026-11-29T01:02:03Z",
            "2026-11-29T01:02:03.1+05:45",
        ],
    ),
    "uuid": (UUID, [UUID(int=0), UUID(int=2**128 - 1)]),
    "decimals": (Decimal, [Decimal("1.10"), Decimal("1E+5"), Decimal("-0")]),
    "enumeration": (Colour, list(Colour)),
    "enumeration of integers": (Level, list(Level)),
    "enumeration of text": (Unit, list(Unit)),
    "literal": (Literal["a", 'b"'], ["a", 'b"']),
    "optional": (int | None, [3, None]),
    "list": (list[int], [[], [1], [1, 2]]),
    "dictionary": (dict[str, list[str]], [{}, {"a": []}, {"a": ["b"], '"': ["c", "d"]}]),
    "model": (Point, [{"x": 1}, {"x": 1, "y": 2.5}, Point(y=3.5, x=4)]),
    "model within itself": (Tree, [{"name": "a", "children": [{"name": "b"}]}]),
    "private attribute": (Private, [{"x": 1}]),
    "validator behind": (Annotated[int, AfterValidator(lambda value: value + 1)], [1]),
}

OTHERS: dict[str, tuple[Any, list[Any]]] = {
    "computed field": (Computed, [{"x": 1}]),
    "serializer of a field": (FieldSerialized, [{"x": 1}]),
    "serializer of a model": (Serialized, [{"x": 1}]),
    "other fields": (Extra, [{"x": 1, "a": 2}]),
    "root model": (Root, [1]),
    "configured times": (Seconds, [{"x": 1, "at": "2026-11-29T01:02:03Z"}]),
    "excluded field": (Excluded, [{"x": 1}]),
    "field that may be excluded": (ExcludedIf, [{"x": 1}]),
    # pydantic has this setting from 2.13 on.
    **(
        {"polymorphic": (Polymorphic, [{"x": 1}])}
        if "polymorphic_serialization" in ConfigDict.__annotations__
        else {}
    ),
    "serializer of a type": (Annotated[int, PlainSerializer(str)], [1]),
    "enumeration with values of its own": (Own, list(Own)),
    "anything": (Any, [1]),
    "bytes": (bytes, [b"a"]),
    "time": (time, [time(1, 2)]),
    "literal of integers": (Literal[1, "a"], [1, "a"]),
    "keys that are no text": (dict[int, int], [{1: 2}]),
    "deep inside": (list[dict[str, Computed | None]], [[{"a": {"x": 1}}]]),
}

UNEXPECTED: dict[str, tuple[Any, Any]] = {
    "subclass of text": (str, Unit.METRE),
    "boolean as an integer": (int, True),
    "integer as a number": (float, 3),
    "large integer": (int, 2**63),
    "not a number": (float, float("nan")),
    "infinity": (float, float("-inf")),
    "small number": (float, 1e-7),
    "large number": (float, 1e300),
    "zone with a name": (datetime, datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Berlin"))),
    "offset with seconds": (
        datetime,
        datetime(2026, 7, 1, tzinfo=timezone(timedelta(seconds=-3599))),
    ),
    "moment as a date": (date, datetime(2026, 7, 1)),
    "other literal": (Literal["a"], "b"),
    "value of an enumeration": (Colour, "red\n"),
    "subclass of a model": (Point, Private.model_construct(x=1)),
    "wrong type of a field": (Point, Point.model_construct(x="1", y=2.0)),
    "tuple as a list": (list[int], (1, 2)),
    "key that is no text": (dict[str, int], {Unit.METRE: 1}),
    "nothing": (int, None),
}


def encoder_of(
    annotation: Any, *, by_alias: bool = True
) -> tuple[TypeAdapter[Any], Any, list[object]]:
    """The type, its encoder, and what the encoder has left to the serializer."""
    adapter = TypeAdapter(annotation)
    left: list[object] = []

    def otherwise(value: object) -> bytes:
        left.append(value)
        return adapter.serializer.to_json(value, by_alias=by_alias)

    encoder = schema_encoder(adapter.core_schema, by_alias=by_alias, otherwise=otherwise)
    return adapter, encoder, left


def rows(table: dict[str, tuple[Any, list[Any]]]) -> list[Any]:
    return [
        pytest.param(annotation, value, id=f"{name}-{number}")
        for name, (annotation, values) in table.items()
        for number, value in enumerate(values)
    ]


@pytest.mark.parametrize("by_alias", [True, False])
@pytest.mark.parametrize(("annotation", "value"), rows(PLAIN))
def test_writes_what_the_serializer_writes(annotation: Any, value: Any, by_alias: bool) -> None:
    adapter, encoder, left = encoder_of(annotation, by_alias=by_alias)
    value = adapter.validate_python(value)
    assert encoder.encode(value) == adapter.serializer.to_json(value, by_alias=by_alias)
    assert left == []


@pytest.mark.parametrize(("annotation", "value"), rows(OTHERS))
def test_there_is_none_where_more_has_a_say(annotation: Any, value: Any) -> None:
    adapter, encoder, _ = encoder_of(annotation)
    adapter.serializer.to_json(adapter.validate_python(value))
    assert encoder is None


def test_there_is_none_for_an_enumeration_that_json_cannot_say() -> None:
    _, encoder, _ = encoder_of(Opaque)
    assert encoder is None


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(
    ("annotation", "value"),
    [pytest.param(*row, id=name) for name, row in UNEXPECTED.items()],
)
def test_leaves_what_the_schema_does_not_say_to_the_serializer(annotation: Any, value: Any) -> None:
    for wrapped, holder in ((annotation, value), (list[annotation], [value, value])):
        adapter, encoder, left = encoder_of(wrapped)
        assert encoder.encode(holder) == adapter.serializer.to_json(holder, by_alias=True)
        assert len(left) == 1
        assert left[0] is holder


def test_there_is_none_for_models_that_are_not_of_pydantic() -> None:
    class Plain:
        pass

    fields = core_schema.model_fields_schema(
        {"x": core_schema.model_field(core_schema.int_schema())}
    )
    schema = core_schema.model_schema(Plain, fields)
    assert schema_encoder(schema, by_alias=True, otherwise=SchemaSerializer(schema).to_json) is None


def test_warns_as_the_serializer_does() -> None:
    _, encoder, _ = encoder_of(Point)
    with pytest.warns(UserWarning, match="Expected `int`"):
        encoder.encode(Point.model_construct(x="1"))


def test_raises_what_the_serializer_raises() -> None:
    _, encoder, _ = encoder_of(list[str])
    with pytest.raises(Exception, match="surrogate"):
        encoder.encode(["\ud800"])


def test_fields_are_in_the_order_that_they_were_set_in() -> None:
    adapter, encoder, left = encoder_of(Point)
    point = Point(x=1)
    point.__dict__ = {"y": 2.0, "x": 1}
    assert encoder.encode(point) == adapter.serializer.to_json(point) == b'{"y":2.0,"x":1}'
    assert left == []


@pytest.mark.parametrize(
    "values", [{"x": 1}, {"x": 1, "z": 2.0}, {}, {"x": 1, "y": 2.0, "z": 3}], ids=str
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_other_fields_than_declared_are_left_to_the_serializer(values: dict[str, Any]) -> None:
    adapter, encoder, left = encoder_of(Point)
    point = Point(x=1)
    point.__dict__ = values
    assert encoder.encode(point) == adapter.serializer.to_json(point)
    assert left == [point]


def test_what_holds_itself_is_an_error_as_it_is_for_the_serializer() -> None:
    adapter, encoder, _ = encoder_of(Tree)
    tree = Tree(name="a")
    tree.children.append(tree)
    messages = []
    for write in (encoder.encode, adapter.serializer.to_json):
        with pytest.raises(ValueError, match="Circular") as raised:
            write(tree)
        messages.append(str(raised.value))
    assert messages[0] == messages[1]


@pytest.mark.parametrize("depth", [10, 99, 100, 101, 150])
def test_any_depth(depth: int) -> None:
    annotation: Any = int
    value: Any = 1
    for _ in range(depth):
        annotation, value = list[annotation], [value]
    adapter, encoder, _ = encoder_of(annotation)
    assert encoder.encode(value) == adapter.serializer.to_json(value)


def test_its_depth_fits_a_small_stack() -> None:
    """That of 100 levels, the most it writes itself, in a thread of 256 KiB."""

    class Tree(BaseModel):
        children: list[Tree] = []

    _, encoder, _ = encoder_of(Tree)
    tree = Tree()
    for _ in range(49):
        tree = Tree(children=[tree])
    written: list[bytes] = []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: written.append(encoder.encode(tree)))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join(10)
    assert written == [b'{"children":[' * 49 + b'{"children":[]}' + b"]}" * 49]


LEAVES = st.sampled_from(
    [
        (str, st.text() | st.just("\ud800")),
        (int, st.integers() | st.booleans()),
        (float, st.floats() | st.integers(-9, 9)),
        (bool, st.booleans() | st.integers(0, 1)),
        (date, st.dates() | st.datetimes()),
        (datetime, st.datetimes(timezones=st.none() | st.timezones() | st.just(UTC))),
        (UUID, st.uuids() | st.just("x")),
        (Decimal, st.decimals(allow_nan=False)),
        (Colour, st.sampled_from([*Colour, "red\n"])),
        (Literal["a", "b"], st.sampled_from(["a", "b", "c"])),
    ]
)


def containers(inner: Any) -> Any:
    """Types with the strategy of their values, of those inside."""

    def model(fields: list[tuple[Any, Any]], missing: bool) -> tuple[Any, Any]:
        names = [f"field_{number}" for number in range(len(fields))]
        made = create_model(
            "Made",
            **{
                name: (annotation, Field(alias=f"alias {name}"))
                for name, (annotation, _) in zip(names, fields, strict=True)
            },
        )
        values = st.fixed_dictionaries(
            {} if missing else dict(zip(names, [values for _, values in fields], strict=True))
        )
        return made, values.map(lambda values: made.model_construct(**values))

    return st.one_of(
        inner.map(lambda row: (list[row[0]], st.lists(row[1], max_size=3))),
        inner.map(lambda row: (row[0] | None, st.none() | row[1])),
        inner.map(lambda row: (dict[str, row[0]], st.dictionaries(st.text(), row[1], max_size=3))),
        st.builds(
            model, st.lists(inner, min_size=1, max_size=4), st.sampled_from([False] * 9 + [True])
        ),
    )


def outcome(write: Any, value: Any) -> tuple[object, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            written: object = write(value)
        except ValueError as error:
            written = type(error), str(error)
    return written, [str(warning.message) for warning in caught]


@given(st.data(), st.recursive(LEAVES, containers, max_leaves=8), st.booleans())
def test_any_type_with_any_values(
    data: st.DataObject, row: tuple[Any, Any], by_alias: bool
) -> None:
    annotation, values = row
    value = data.draw(values)
    adapter, encoder, _ = encoder_of(annotation, by_alias=by_alias)

    def serialize(value: Any) -> bytes:
        return adapter.serializer.to_json(value, by_alias=by_alias)

    assert outcome(encoder.encode, value) == outcome(serialize, value)


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(1e-4)
@example(1e16)
def test_numbers(number: float) -> None:
    adapter, encoder, _ = encoder_of(float)
    assert encoder.encode(number) == adapter.serializer.to_json(number)
