"""What a schema decoder reads, against pydantic's validator of the same type."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Generic, Literal, NotRequired, Optional, TypeVar
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import (
    VERSION,
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    TypeAdapter,
    create_model,
    model_validator,
)
from pydantic_core import SchemaValidator, ValidationError, core_schema, from_json
from typing_extensions import TypedDict

from ferroapi.plan.reading.from_json import same_from_json
from ferroapi.plan.reading.schema_decoder import schema_decoder

T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    GREEN = "green"


class Unit(StrEnum):
    METRE = "m"


class Level(IntEnum):
    LOW = 1


PYDANTIC = tuple(map(int, VERSION.split(".")[:2]))


class Guessed(Enum):
    A = "a"

    @classmethod
    def _missing_(cls, value: object) -> Guessed:
        return cls.A


class Point(BaseModel):
    x: int
    y: float = 0.0


class Aliased(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True, title="a title")
    name: str = Field(alias="the näme")
    own: str = Field("own", validation_alias="other")


class Tree(BaseModel):
    name: str
    children: list[Tree] = []
    parent: Optional[Tree] = None  # noqa: UP045 - a name is not there yet for `|`


class Box(BaseModel, Generic[T]):
    content: T


class Slotted(Point):
    __slots__ = ("kept",)


class Defaults(BaseModel):
    names: list[str] = Field(default_factory=list)
    counts: dict[str, int] = {}
    kind: Colour = Colour.RED
    note: str | None = None


class Movement(TypedDict):
    x: int
    y: int


class Open(TypedDict):
    x: NotRequired[int]


class Rich(BaseModel):
    at: datetime
    price: Decimal
    text: str
    number: int
    flag: bool
    other: str = ""
    size: float = 0.0
    tags: list[str] = []
    data: Any = None


class Private(Point):
    _z: int = 3


class PostInit(Point):
    def model_post_init(self, context: Any) -> None:
        self.x += 1


class Initialised(Point):
    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


class New(Point):
    def __new__(cls, *_: Any, **__: Any) -> New:
        return super().__new__(cls)


class Finalised(Point):
    def __del__(self) -> None:
        pass


class Abstract(Point, ABC):
    @abstractmethod
    def area(self) -> float: ...


class Meta(type(BaseModel)):  # type: ignore[misc]  # mypy takes no computed base
    pass


class OfMeta(Point, metaclass=Meta):
    pass


class Validated(Point):
    @model_validator(mode="after")
    def _check(self) -> Validated:
        return self


class Wider(BaseModel):
    model_config = ConfigDict(extra="allow")
    x: int


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    x: int


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    x: int


class Stripping(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)
    x: str


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    x: int = Field(alias="y")


class Choices(BaseModel):
    x: int = Field(validation_alias=AliasChoices("y", "z"))


class Twice(BaseModel):
    x: int = Field(alias="z")
    y: int = Field(alias="z")


class DefaultChecked(BaseModel):
    x: int = Field("1", validate_default=True)


class Made(BaseModel):
    x: int = Field(default_factory=lambda: 1)


class Mutable(BaseModel):
    x: list[list[int]] = [[1]]


class Root(RootModel[int]):
    pass


Many = create_model("Many", **{f"f{number}": (int, 0) for number in range(64)})  # type: ignore[call-overload]  # as documented
TooMany = create_model("TooMany", **{f"f{number}": (int, 0) for number in range(65)})  # type: ignore[call-overload]  # as documented

READ: dict[str, tuple[Any, list[str]]] = {
    "text": (list[str], ['[""]', r'["a\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00😀"]', ' [ "a" , "b" ] ']),
    "length of text": (
        list[Annotated[str, Field(min_length=1, max_length=2)]],
        ['["é", "éé", "😀😀"]', r'["\u00e9"]'],
    ),
    "integers": (list[int], ["[0, -0, -1, 999999999999999999, -999999999999999999]"]),
    "bounds of integers": (
        list[Annotated[int, Field(ge=-2, lt=9, multiple_of=2)]],
        ["[-2, 0, 8]"],
    ),
    "open bounds of integers": (list[Annotated[int, Field(gt=-2, le=9)]], ["[-1, 9]"]),
    "numbers": (
        list[float],
        [
            "[0, 0.0, -0.0, -0, 1, 1.5, 1e3, 1E+3, 1e-400, 9007199254740993, 0.1]",
            "[1.7976931348623157e308, 5e-324, 123456789.12345678901234567890]",
        ],
    ),
    "bounds of numbers": (list[Annotated[float, Field(gt=0, le=1.5)]], ["[1.5, 1e-9, 1]"]),
    "other bounds of numbers": (list[Annotated[float, Field(ge=0, lt=1.5)]], ["[0, -0.0, 1]"]),
    "booleans": (list[bool], ["[true, false]"]),
    "optional": (list[int | None], ["[1, null]"]),
    "literal": (list[Literal["a", "é"]], ['["a", "é"]']),
    "enumeration": (list[Colour], ['["red", "green"]']),
    "enumeration of text": (list[Unit], ['["m"]']),
    "lists": (Annotated[list[list[int]], Field(min_length=1, max_length=2)], ["[[]]", "[[], [1]]"]),
    "dictionary": (dict[str, list[int]], ["{}", r'{"a": [], "\u00e9": [1], "": [2]}']),
    "length of a dictionary": (Annotated[dict[str, int], Field(max_length=1)], ['{"a": 1}']),
    "model": (Point, ['{"x": 1}', '{"x": 1, "y": 2}', '{"y": 2.5, "x": 1}']),
    "other names": (Point, ['{"z": {"x": [1, "é", null]}, "x": 1}', '{"x": 1, "z": 1, "z": 2}']),
    "aliases": (Aliased, ['{"the näme": "a"}', '{"other": "b", "the näme": "a", "own": "c"}']),
    "model within itself": (
        Tree,
        ['{"name": "a", "children": [{"name": "b", "parent": {"name": "c"}}]}'],
    ),
    "model used twice": (
        create_model("Two", a=(Point, ...), b=(Point, ...)),
        ['{"a": {"x": 1}, "b": {"x": 2}}'],
    ),
    "generic model": (Box[Point], ['{"content": {"x": 1}}']),
    "model with slots": (Slotted, ['{"x": 1}']),
    "defaults": (Defaults, ["{}", '{"counts": {"a": 1}}', '{"kind": "green", "names": ["a"]}']),
    "64 fields": (Many, ["{}", '{"f63": 1, "f0": 2}']),
    "body that may be missing": (
        Annotated[Point | None, Field(default=None)],
        ['{"x": 1}', "null"],
    ),
    "typed dictionary": (Movement, ['{"y": 1, "x": 2}']),
    "what validators read": (
        Rich,
        [
            '{"at": "2026-11-29T01:02:03Z", "price": 1.10, "text": "", "number": 1, "flag": true}',
            '{"at": 3, "price": "1.10", "text": "", "number": 1, "flag": true, "data": [{"a": 1}]}',
        ],
    ),
}

LEFT: dict[str, tuple[Any, list[str]]] = {
    "nothing": (Point, ["", " "]),
    "no JSON": (
        list[str],
        ["[", '["a"', "['a']", '["a",]', '["a"] x', '["\\x"]', '["a\nb"]', "nul"],
    ),
    "no object": (Point, ["{", '{"x"', '{"x": 1', '{"x": 1,}', '{"x" 1}', "{x: 1}", '{"x": 1}}']),
    "other types": (Point, ["1", "[]", "null", '{"x": null}', '{"x": "a"}', '{"x": [1]}']),
    "a field is missing": (Point, ["{}", '{"y": 1}']),
    "text as an integer": (Point, ['{"x": "1"}']),
    "number as an integer": (Point, ['{"x": 1.0}', '{"x": 1e0}', '{"x": 1.5}']),
    "boolean as an integer": (Point, ['{"x": true}']),
    "large integers": (
        Point,
        ['{"x": 9223372036854775807}', '{"x": 9223372036854775808}', '{"x": 1' + 400 * "0" + "}"],
    ),
    "large integers as numbers": (list[float], ["[9223372036854775808]", f"[1{400 * '0'}]"]),
    "text as a number": (list[float], ['["1"]', "[true]", "[null]"]),
    "no finite numbers": (list[float], ["[NaN]", "[Infinity]", "[-Infinity]", "[1e400]"]),
    "no numbers": (list[float], ["[01]", "[1.]", "[.5]", "[+1]", "[-]", "[1e]", "[0x1]"]),
    "text as a boolean": (list[bool], ['["true"]', "[1]", "[0]"]),
    "number as text": (list[str], ["[1]"]),
    "lone surrogates": (list[str], [r'["\ud800"]', r'["\udc00\ud800"]']),
    "other texts": (list[Literal["a"]], ['["b"]', "[1]"]),
    "no member": (list[Colour], ['["blue"]', "[1]"]),
    # Before, the schema has the guessing function, and there is no decoder.
    **({"member that is guessed": (list[Guessed], ['["b"]'])} if PYDANTIC >= (2, 13) else {}),
    "bounds": (
        list[Annotated[int, Field(gt=0, le=9, multiple_of=3)]],
        ["[0]", "[12]", "[4]"],
    ),
    "bounds of numbers": (list[Annotated[float, Field(gt=0, lt=1)]], ["[0]", "[1.0]"]),
    "lengths": (list[Annotated[str, Field(min_length=2, max_length=2)]], ['["é"]', '["ééé"]']),
    "lengths of lists": (Annotated[list[int], Field(min_length=1, max_length=1)], ["[]", "[1, 1]"]),
    "lengths of dictionaries": (Annotated[dict[str, int], Field(min_length=1)], ["{}"]),
    "a name twice": (Point, ['{"x": 1, "x": 2}']),
    "a key twice": (dict[str, int], [r'{"a": 1, "\u0061": 2}']),
    "a name with escapes": (Point, [r'{"\u0078": 1}', r'{"x": 1, "\n": 1}']),
    "faults in what is passed over": (
        Point,
        [
            '{"x": 1, "z": NaN}',
            '{"x": 1, "z": 1e999}',
            r'{"x": 1, "z": "\ud800"}',
            '{"x": 1, "z": 1' + 400 * "0" + "}",
            '{"x": 1, "z": ' + 200 * "[" + "1" + 200 * "]" + "}",
            '{"x": 1, "z": [}',
        ],
    ),
    "invalid for its own validator": (
        Rich,
        ['{"at": "x", "price": 1, "text": "", "number": 1, "flag": true}'],
    ),
}

OTHERS: dict[str, Any] = {
    "validator before": Annotated[int, BeforeValidator(lambda value: value)],
    "validator behind": Annotated[int, AfterValidator(lambda value: value + 1)],
    "validator of a model": Validated,
    "private attributes": Private,
    "what runs behind": PostInit,
    "a constructor": Initialised,
    "what makes instances": New,
    "what ends instances": Finalised,
    "abstract": Abstract,
    "metaclass": OfMeta,
    "extra fields are kept": Wider,
    "extra fields are refused": Forbidding,
    "strict": Strict,
    "strict field": create_model("Model", x=(Annotated[int, Field(strict=True)], ...)),
    "configured text": Stripping,
    "pattern only": Annotated[str, Field(pattern="a")],
    "populated by name": ByName,
    "several aliases": Choices,
    "an alias twice": Twice,
    "validated default": DefaultChecked,
    "factory of the user": Made,
    "default that holds others": Mutable,
    "root model": Root,
    "65 fields": TooMany,
    "union": int | str,
    "bytes": list[bytes],
    "anything": Any,
    "any number of moments": list[datetime],
    "many moments": create_model("Model", a=(datetime, ...), b=(date, ...), c=(int, ...)),
    "mostly moments": create_model("Model", a=(datetime, ...), b=(date, ...), c=(time, ...)),
    "keys that are no text": dict[int, int],
    "keys with a length": dict[Annotated[str, Field(min_length=1)], int],
    "multiples of a number": list[Annotated[float, Field(multiple_of=0.5)]],
    "enumeration of integers": list[Level],
    "literal of integers": list[Literal[1, "a"]],
    "key that may be missing": Open,
    "deep inside": list[dict[str, Wider | None]],
}


def rows(table: dict[str, tuple[Any, list[str]]]) -> list[Any]:
    return [
        pytest.param(annotation, text, id=f"{name}-{number}")
        for name, (annotation, texts) in table.items()
        for number, text in enumerate(texts)
    ]


def decoder_of(annotation: Any) -> tuple[TypeAdapter[Any], Any]:
    adapter = TypeAdapter(annotation)
    return adapter, schema_decoder(adapter.core_schema)


def validated(adapter: TypeAdapter[Any], body: bytes) -> Any:
    """What is read without a decoder."""
    if same_from_json(adapter.core_schema):
        return adapter.validator.validate_json(body)
    return adapter.validator.validate_python(from_json(body), from_attributes=True)


def told_apart(value: Any) -> Any:
    """A value as data that shows all that may be different between equal ones."""
    if isinstance(value, BaseModel):
        inside = [(name, told_apart(inner)) for name, inner in vars(value).items()]
        extra, private = value.__pydantic_extra__, value.__pydantic_private__
        return type(value), inside, value.model_fields_set, extra, private
    if isinstance(value, list):
        return list, [told_apart(item) for item in value]
    if isinstance(value, dict):
        return dict, [(told_apart(key), told_apart(inner)) for key, inner in value.items()]
    return type(value), repr(value)


@pytest.mark.parametrize(("annotation", "text"), rows(READ))
def test_reads_what_the_validator_reads(annotation: Any, text: str) -> None:
    adapter, decoder = decoder_of(annotation)
    value = decoder.decode(text.encode())
    assert told_apart(value) == told_apart(validated(adapter, text.encode()))


@pytest.mark.parametrize(("annotation", "text"), rows(LEFT))
def test_leaves_what_is_not_certain_to_the_validator(annotation: Any, text: str) -> None:
    _, decoder = decoder_of(annotation)
    assert decoder.decode(text.encode()) is NotImplemented


@pytest.mark.parametrize(
    "body", [b'["\xff"]', b'["\xed\xa0\x80"]', '["é"]'.encode("utf-16"), b'\xef\xbb\xbf["a"]']
)
def test_leaves_what_is_no_utf8(body: bytes) -> None:
    _, decoder = decoder_of(list[str])
    assert decoder.decode(body) is NotImplemented


@pytest.mark.parametrize("body", [b'{"x": 1, "z": "\xff"}', b'{"x": 1, "\xff": 1}'])
def test_leaves_what_is_no_utf8_where_it_is_passed_over(body: bytes) -> None:
    _, decoder = decoder_of(Point)
    assert decoder.decode(body) is NotImplemented


@pytest.mark.parametrize(
    "annotation", [pytest.param(*row, id=name) for name, *row in OTHERS.items()]
)
def test_there_is_none_where_more_has_a_say(annotation: Any) -> None:
    adapter, decoder = decoder_of(annotation)
    assert isinstance(adapter.validator, SchemaValidator)
    assert decoder is None


class Places(TypedDict):
    a: int


PLAIN = {
    "bool": core_schema.bool_schema(),
    "int": core_schema.int_schema(),
    "float": core_schema.float_schema(),
    "str": core_schema.str_schema(),
    "literal": core_schema.literal_schema(["a"]),
    "enum": core_schema.enum_schema(Colour, list(Colour)),
    "list": core_schema.list_schema(core_schema.int_schema()),
    "dict": core_schema.dict_schema(core_schema.str_schema(), core_schema.int_schema()),
    "typed dictionary": TypeAdapter(Places).core_schema,
    "nullable": core_schema.nullable_schema(core_schema.int_schema()),
    "model": TypeAdapter(Point).core_schema,
    "fields": TypeAdapter(Point).core_schema["schema"],
    "field": TypeAdapter(Point).core_schema["schema"]["fields"]["x"],
}


@pytest.mark.parametrize("name", PLAIN)
def test_there_is_none_where_a_schema_says_what_nobody_knows(name: str) -> None:
    plain: Any = PLAIN[name]
    unknown = plain | {"of_a_version_to_come": True}
    if name in ("fields", "field"):
        model = TypeAdapter(Point).core_schema
        fields = model["schema"]
        if name == "field":
            unknown = fields | {"fields": fields["fields"] | {"x": unknown}}
        plain, unknown = model, model | {"schema": unknown}
    assert schema_decoder(plain) is not None
    assert schema_decoder(unknown) is None


def test_there_is_none_for_models_that_are_not_of_pydantic() -> None:
    class Plain:
        __slots__ = ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__")

    fields = core_schema.model_fields_schema(
        {"x": core_schema.model_field(core_schema.int_schema())}
    )
    assert schema_decoder(core_schema.model_schema(Plain, fields)) is None


def test_defaults_are_each_their_own() -> None:
    _, decoder = decoder_of(Defaults)
    first, second = decoder.decode(b"{}"), decoder.decode(b"{}")
    first.names.append("a")
    first.counts["a"] = 1
    assert second == Defaults()


def test_what_was_put_into_a_default_is_copied() -> None:
    class Listing(BaseModel):
        x: list[int] = []
        y: int = 0

    _, decoder = decoder_of(Listing)
    Listing.model_fields["x"].default.append(1)
    value = decoder.decode(b"{}")
    assert value.x == Listing().x == [1]
    assert value.x is not Listing.model_fields["x"].default


def test_instances_are_like_others() -> None:
    _, decoder = decoder_of(Point)
    point = decoder.decode(b'{"x": 1}')
    assert point == Point(x=1)
    assert point.model_dump(exclude_unset=True) == {"x": 1}
    assert point.model_copy(update={"y": 2.0}) == Point(x=1, y=2.0)
    point.y = 3.0
    assert point.model_fields_set == {"x", "y"}


@pytest.mark.parametrize("depth", [10, 99, 100, 101, 199, 200, 201])
def test_any_depth(depth: int) -> None:
    adapter, decoder = decoder_of(Tree)
    text = depth * '{"name": "a", "parent": ' + '{"name": "b"}' + depth * "}"
    value = decoder.decode(text.encode())
    if value is not NotImplemented:
        assert told_apart(value) == told_apart(validated(adapter, text.encode()))
    assert (value is NotImplemented) is (depth >= 100)


LEAVES = st.sampled_from(
    [
        (str, st.text()),
        (Annotated[str, Field(min_length=1, max_length=3)], st.text(max_size=4)),
        (int, st.integers()),
        (Annotated[int, Field(ge=0, lt=9, multiple_of=2)], st.integers(-1, 10)),
        (float, st.floats() | st.integers()),
        (Annotated[float, Field(gt=0, le=1)], st.floats(-1, 2) | st.sampled_from([0, 1])),
        (bool, st.booleans()),
        (Colour, st.sampled_from(["red", "green", "blue"])),
        (Literal["a", "b"], st.sampled_from(["a", "b", "c"])),
        (datetime, st.datetimes().map(str) | st.just(3)),
        (timedelta, st.just("PT1S") | st.integers(0, 9)),
        (UUID, st.uuids().map(str)),
        (Decimal, st.decimals(allow_nan=False, allow_infinity=False).map(str) | st.floats(-9, 9)),
    ]
)
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, 1.0, -0.0, 2**63, 10**400, 1e300, "", "1", "true", "\ud800", [], {}]
)


def containers(inner: Any) -> Any:
    """Types with the strategy of their values as data, of those inside."""

    def model(fields: list[tuple[Any, Any]], optional: int) -> tuple[Any, Any]:
        required, others = fields[optional:], fields[:optional]
        members: dict[str, Any] = {
            f"field_{number}": (annotation, Field(alias=f"alias {number}"))
            for number, (annotation, _) in enumerate(required)
        }
        for number, (annotation, _) in enumerate(others):
            members[f"other_{number}"] = annotation, None
        made = create_model("Made", **members)
        values = st.fixed_dictionaries(
            {f"alias {number}": values for number, (_, values) in enumerate(required)},
            optional={
                **{f"other_{number}": values for number, (_, values) in enumerate(others)},
                "unknown": ODD,
            },
        )
        return made, values

    return st.one_of(
        inner.map(lambda row: (list[row[0]], st.lists(row[1], max_size=3))),
        inner.map(lambda row: (row[0] | None, st.none() | row[1])),
        inner.map(lambda row: (dict[str, row[0]], st.dictionaries(st.text(), row[1], max_size=3))),
        st.builds(model, st.lists(inner, min_size=1, max_size=4), st.integers(0, 2)),
    )


SPECIAL = [
    b"NaN",
    b"Infinity",
    b"1e400",
    b"-0",
    b"1.0",
    b"1E2",
    b'"\\ud800"',
    b"01",
    b"\xff",
    b"[" * 210,
]


@st.composite
def bodies(draw: st.DrawFn, values: Any) -> bytes:
    """JSON of a value, or nearly."""
    value = draw(values)
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), indent=draw(st.none() | st.just(1)))
    body = text.encode("utf-8", "surrogatepass")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        start = draw(st.integers(0, len(body)))
        end = start + draw(st.integers(0, 3))
        middle = draw(st.sampled_from(SPECIAL) | st.binary(max_size=2) | st.sampled_from([body]))
        body = body[:start] + middle + body[end:]
    return body


@given(st.data(), st.recursive(LEAVES, containers, max_leaves=8), st.booleans())
def test_any_type_with_any_body(data: st.DataObject, row: tuple[Any, Any], is_odd: bool) -> None:
    annotation, values = row
    adapter, decoder = decoder_of(annotation)
    if decoder is None:
        return
    body = data.draw(bodies(values | ODD if is_odd else values))
    value = decoder.decode(body)
    if value is NotImplemented:
        return
    assert told_apart(value) == told_apart(validated(adapter, body))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
@example([5e-324, 1.7976931348623157e308, 2.2250738585072011e-308, 0.1])
def test_numbers(numbers: list[float]) -> None:
    _, decoder = decoder_of(list[float])
    value = decoder.decode(json.dumps(numbers).encode())
    assert list(map(repr, value)) == list(map(repr, numbers))


@given(st.lists(st.text(st.characters(codec="utf-8"))), st.booleans())
def test_texts(texts: list[str], ensure_ascii: bool) -> None:
    _, decoder = decoder_of(list[str])
    assert decoder.decode(json.dumps(texts, ensure_ascii=ensure_ascii).encode()) == texts


def test_what_is_left_is_an_error_or_converted_by_the_validator() -> None:
    adapter, decoder = decoder_of(Point)
    assert decoder.decode(b'{"x": "1"}') is NotImplemented
    assert adapter.validate_json(b'{"x": "1"}') == Point(x=1)
    with pytest.raises(ValidationError):
        adapter.validate_json(b'{"x": "a"}')
