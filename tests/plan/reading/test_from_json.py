"""Which bodies need not be decoded before they are validated."""

import dataclasses
import inspect
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, Optional
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    computed_field,
    field_validator,
    model_validator,
)
from tests.properties import examples
from typing_extensions import TypedDict

from ferroapi import Body, FastAPI
from ferroapi.plan.reading.from_json import SAME_WORDS, same_errors_from_json, same_from_json
from ferroapi.testclient import TestClient


class Plain(BaseModel):
    a: int
    b: float | None = None
    c: list[str] = []


class Nested(BaseModel):
    many: dict[str, list[Plain]]
    alias: Annotated[bool, Field(alias="Alias")] = True


class Twice(BaseModel):
    plain: Plain
    many: list[Plain]


class Node(BaseModel):
    next: Optional["Node"] = None


class Counted(BaseModel):
    number: int = Field(default_factory=lambda: 1)


class Stamped(BaseModel):
    ids: list[int] = Field(default_factory=list)


class Private(BaseModel):
    a: int = 1

    def model_post_init(self, context: Any) -> None: ...


class ValidatedExtras(BaseModel):
    model_config = ConfigDict(extra="allow")

    __pydantic_extra__: dict[str, Annotated[int, AfterValidator(abs)]]


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)

    a: int


class StrictField(BaseModel):
    a: Annotated[int, Field(strict=True)]


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    a: int


class TypedExtras(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]


class Moment(BaseModel):
    at: date


class Validated(BaseModel):
    a: int

    @field_validator("a")
    @classmethod
    def check(cls, value: int) -> int:
        return value


class Whole(BaseModel):
    a: int

    @model_validator(mode="before")
    @classmethod
    def check(cls, value: Any) -> Any:
        return value


class Computed(BaseModel):
    a: int

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know the combination
    @property
    def b(self) -> int:
        return self.a


class Factory(BaseModel):
    a: list[int] = Field(default_factory=list)


class CheckedDefault(BaseModel):
    a: int = Field(default=1, validate_default=True)


class Init(BaseModel):
    a: int

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


class Root(RootModel[int]):
    """A model that is one value."""


@dataclasses.dataclass
class Record:
    a: int


class Mapped(TypedDict):
    a: int


class Color(Enum):
    RED = "red"


class Told(BaseModel):
    a: int

    @field_validator("a")
    @classmethod
    def check(cls, value: int, info: ValidationInfo) -> int:
        return value if info.mode == "python" else -value


class NumberAsText(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    a: str


class Cat(BaseModel):
    kind: Literal["cat"]
    plain: Plain | None = None


class Dog(BaseModel):
    kind: Literal["dog", "hound"]
    a: date | None = None


class DefaultsOnly(BaseModel):
    a: int = 1
    kind: str = ""


def kind_of(value: Any) -> Any:
    return value.get("kind") if isinstance(value, dict) else None


class Number(IntEnum):
    ONE = 1


class Precise(float, Enum):
    HALF = 0.5


# name: (a type, whether its JSON may be validated as text)
TYPES: dict[str, tuple[Any, bool]] = {
    "int": (int, True),
    "float": (float, True),
    "bool": (bool, True),
    "str": (str, True),
    "none": (None, True),
    "any": (Any, True),
    "optional": (int | None, True),
    "list": (list[int], True),
    "dict": (dict[str, float], True),
    "dict_by_number": (dict[int, Any], True),
    "dict_by_date": (dict[date, int], True),
    "tuple": (tuple[int, str], True),
    "tuple_of_any_length": (tuple[float, ...], True),
    "set": (set[int], True),
    "frozen_set": (frozenset[str], True),
    "constrained": (Annotated[int, Field(ge=1)], True),
    "pattern": (Annotated[str, Field(pattern="^[a1]", max_length=3)], True),
    "date": (date, True),
    "datetime": (datetime, True),
    "time": (time, True),
    "timedelta": (timedelta, True),
    "uuid": (UUID, True),
    "decimal": (Decimal, False),
    "bytes": (bytes, False),
    "enum": (Color, True),
    "enum_of_integers": (Number, True),
    "enum_of_floats": (Precise, True),
    "literal": (Literal["a", 1, True, None], True),
    "literal_of_enum": (Literal[Color.RED], False),
    "plain": (Plain, True),
    "nested": (Nested, True),
    "list_of_models": (list[Plain], True),
    "model_used_twice": (Twice, True),
    "recursive": (Node, True),
    "open": (Open, True),
    "typed_extras": (TypedExtras, True),
    "moment": (Moment, True),
    "record": (Record, True),
    "typed_dict": (Mapped, True),
    "root": (Root, True),
    "factory": (Factory, True),
    "checked_default": (CheckedDefault, False),
    "computed": (Computed, True),
    "validated": (Validated, True),
    "validated_below": (dict[str, Validated], False),
    "validated_below_a_list": (list[Validated], True),
    "made_below": (dict[str, Counted], False),
    "made_by_a_class_below": (dict[str, Stamped], True),
    "private_below": (dict[str, Private], False),
    "validated_extras": (ValidatedExtras, False),
    "told": (Told, False),
    "whole": (Whole, False),
    "init": (Init, False),
    "strict": (Strict, False),
    "strict_field": (StrictField, False),
    "strict_below": (list[Strict], False),
    "number_as_text": (NumberAsText, False),
    "number_as_text_below": (list[Node | NumberAsText], False),
    "union": (int | str, True),
    "union_of_numbers": (bool | float | int, True),
    "union_below": (list[int | str], True),
    "union_in_order": (Annotated[str | int | float, Field(union_mode="left_to_right")], True),
    "union_of_models": (Plain | Cat | DefaultsOnly, True),
    "union_of_lists": (list[int] | list[str] | Twice | Record | Mapped | None, True),
    "union_with_recursion": (Node | int, True),
    "union_with_date": (date | str, False),
    "union_with_date_below": (DefaultsOnly | Dog, False),
    "union_with_enum": (Color | str, False),
    "union_with_set": (set[int] | list[str], False),
    "union_with_dict": (dict[str, int] | dict[str, str], False),
    "tagged": (Annotated[Cat | Dog, Field(discriminator="kind")], True),
    "tagged_by_a_function": (
        Annotated[Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")], Discriminator(kind_of)],
        False,
    ),
}


@pytest.mark.parametrize(("kind", "same"), TYPES.values(), ids=TYPES)
def test_same_from_json(kind: Any, same: bool) -> None:
    assert same_from_json(TypeAdapter(kind).core_schema) is same


SAME = {name: TypeAdapter(kind) for name, (kind, same) in TYPES.items() if same}

WORDS = [
    *('"a"', '"1"', '"1.5"', '"true"', '" 1 "', '"red"', '"cat"', '"dog"', '"hound"', '""'),
    *('"2024-01-02"', '"2024-01-02T03:04:05Z"', '"03:04:05"', '"P1D"', '"1e5"', '"nan"'),
    *('"00000000-0000-0000-0000-000000000001"', '"\\ud83d\\ude00"', '"\u0661"', '"1_000"'),
    *(
        "null",
        "true",
        "false",
        "0",
        "1",
        "-0",
        "1.0",
        "-0.0",
        "0.5",
        "1e0",
        "0.1",
        "1e22",
        "5e-324",
    ),
    *("9007199254740993", "9223372036854775808", "1704067200", "1704067200.123456789", "1" * 308),
]
KEYS = ["a", "b", "c", "many", "plain", "Alias", "kind", "next", "x", "1", "2024-01-02"]
TEXTS = st.recursive(
    st.sampled_from(WORDS)
    | st.integers().map(str)
    | st.floats(allow_nan=False, allow_infinity=False).map(repr)
    | st.text(st.characters(codec="utf-8")).map(json.dumps),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        # A name may be there twice.
        | st.lists(st.tuples(st.sampled_from(KEYS), inner), max_size=4).map(
            lambda items: f"{{{','.join(f'{json.dumps(key)}: {item}' for key, item in items)}}}"
        )
    ),
    max_leaves=8,
)


def outcome(validate: Any, value: Any) -> Any:
    """What validation gives, to be told from all else: what is equal, such as `1.0`, may not be."""
    try:
        result = validate(value)
    except ValidationError:
        return None
    fields = result.model_fields_set if isinstance(result, BaseModel) else None
    return repr(result), fields


@settings(max_examples=examples(1_000))
@given(name=st.sampled_from(sorted(SAME)), text=TEXTS)
@example("union_of_lists", '{"a": 1, "a": "1"}')
@example("any", "1" * 400)
@example("timedelta", "1" * 308)
@example("datetime", "-" + "1" * 308)
def test_json_text_means_what_the_decoded_value_means(name: str, text: str) -> None:
    adapter = SAME[name]
    from_json = outcome(adapter.validate_json, text)
    # What fails is validated again.
    assert from_json in (None, outcome(adapter.validate_python, json.loads(text)))


SAME_ERRORS = [name for name in SAME if same_errors_from_json(SAME[name].core_schema)]


def errors_of(validate: Any, value: Any) -> Any:
    try:
        validate(value)
    except ValidationError as error:
        return error.errors(include_url=False)
    return None


def test_same_errors_from_json() -> None:
    others = {"dict", "dict_by_date", "dict_by_number", "nested", "typed_extras"}
    others.add("made_by_a_class_below")
    assert set(SAME) - set(SAME_ERRORS) == others


@settings(max_examples=examples(1_000))
@given(name=st.sampled_from(sorted(SAME_ERRORS)), text=TEXTS)
@example("plain", '{"a": "x", "a": "1", "b": "y", "b": "z"}')
@example("open", '{"a": "x", "b": 1, "b": 2}')
@example("list_of_models", '[{"c": [1]}, {"a": 1.5, "c": {}}]')
def test_what_json_text_lacks_its_decoded_value_lacks(name: str, text: str) -> None:
    adapter = SAME[name]
    of_text = errors_of(adapter.validate_json, text)
    if of_text is not None and {error["type"] for error in of_text} <= SAME_WORDS:
        assert repr(of_text) == repr(errors_of(adapter.validate_python, json.loads(text)))


@pytest.mark.parametrize("kind", [float, list[float], dict[str, float]])
def test_integers_beyond_floats_are_another_thing_as_text(kind: Any) -> None:
    """Why it takes `has_long_integer`."""
    adapter = TypeAdapter(kind)
    value: Any = 10**400
    for wrapped in (value, [value], {"a": value}):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrapped)
    assert "inf" in "".join(
        repr(outcome(adapter.validate_json, json.dumps(wrapped)))
        for wrapped in (value, [value], {"a": value})
    )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Decimal, "1.0"),
        (NumberAsText, '{"a": 1.0}'),
        (dict[str, int] | dict[str, str], '{"a": 1, "a": "1"}'),
        (date | str, '"2024-01-02"'),
    ],
)
def test_json_text_can_mean_something_else(kind: Any, text: str) -> None:
    """Why these are decoded first. When this fails, pydantic has changed."""
    adapter = TypeAdapter(kind)
    assert outcome(adapter.validate_json, text) != outcome(
        adapter.validate_python, json.loads(text)
    )


LONG = "9" * 400

# name: (the types of the bodies, what is sent, what the endpoint is given or where it fails)
SENT: dict[str, tuple[tuple[Any, ...], str, Any]] = {
    "list_of_models": ((list[Plain],), '[{"a": 1}, {"a": "2", "b": 3}]', "Plain(a=1, b=None"),
    "a_number_as_text": ((NumberAsText,), '{"a": 1.0}', "a='1.0'"),
    "decimal": ((Decimal,), "1.0", "Decimal('1.0')"),
    "twice": ((dict[str, int],), '{"a": 1, "a": 2}', "{'a': 2}"),
    "long_integer": ((float,), LONG, ["body"]),
    "long_integer_below": ((list[Plain],), f'[{{"a": 1, "b": {LONG}}}]', ["body", 0, "b"]),
    "long_integer_as_it_is": ((dict[str, Any],), f'{{"a": {LONG}}}', LONG),
    "long_integer_in_text": ((list[str],), f'["{LONG}"]', LONG),
    "two": ((Plain, Moment), '{"p0": {"a": 1}, "p1": {"at": "2024-01-02"}}', "datetime.date(2024"),
    "two_with_a_long_integer": ((float, int), f'{{"p0": {LONG}, "p1": 1}}', ["body", "p0"]),
    "two_of_nothing": ((Plain, Moment), "null", ["body", "p0"]),
}


@pytest.mark.parametrize(("kinds", "text", "expected"), SENT.values(), ids=SENT)
def test_body(kinds: tuple[Any, ...], text: str, expected: Any) -> None:
    app = FastAPI()
    names = [f"p{index}" for index in range(len(kinds))]

    async def read(**given: Any) -> str:
        return repr(list(given.values()))

    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=Body())
        for name, kind in zip(names, kinds, strict=True)
    ]
    read.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # is read
    app.post("/")(read)
    response = TestClient(app).post("/", content=text, headers={"content-type": "application/json"})
    if response.status_code == 200:
        assert expected in response.text
    else:
        assert response.json()["detail"][0]["loc"] == expected


def test_a_value_that_is_overwritten_is_not_validated() -> None:
    seen: list[int] = []
    app = FastAPI()

    @app.post("/")
    async def endpoint(body: dict[str, Annotated[int, AfterValidator(seen.append)]]) -> None: ...

    headers = {"Content-Type": "application/json"}
    assert TestClient(app).post("/", content='{"k": 1, "k": 2}', headers=headers).text == "null"
    assert seen == [2]
