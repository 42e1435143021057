"""One validator for several values, and which bodies need not be decoded before validation."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    TypeAdapter,
    ValidationError,
    computed_field,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from typing_extensions import TypedDict

from ferroapi.fields import ModelField
from ferroapi.plan.reading.validators import (
    combined_validator,
    instances_as_they_are,
    items_as_they_are,
    longest_from_json,
)


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


# name: (a type, whether its JSON may be validated as text)
TYPES: dict[str, tuple[Any, bool]] = {
    "int": (int, True),
    "float": (float, True),
    "bool": (bool, True),
    "str": (str, True),
    "none": (None, True),
    "optional": (int | None, True),
    "list": (list[int], True),
    "dict": (dict[str, float], True),
    "constrained": (Annotated[int, Field(ge=1)], True),
    "plain": (Plain, True),
    "nested": (Nested, True),
    "list_of_models": (list[Plain], True),
    "open": (Open, True),
    "model_used_twice": (Twice, False),
    "any": (Any, False),
    "date": (date, False),
    "moment": (Moment, False),
    "union": (int | str, False),
    "union_below": (list[int | str], False),
    "enum": (Color, False),
    "literal": (Literal["a"], False),
    "strict": (Strict, False),
    "strict_field": (StrictField, False),
    "strict_below": (list[Strict], False),
    "typed_extras": (TypedExtras, False),
    "validated": (Validated, False),
    "validated_below": (dict[str, Validated], False),
    "whole": (Whole, False),
    "computed": (Computed, False),
    "factory": (Factory, False),
    "checked_default": (CheckedDefault, False),
    "init": (Init, False),
    "root": (Root, False),
    "recursive": (Node, False),
    "record": (Record, False),
    "typed_dict": (Mapped, False),
    "tuple": (tuple[int, str], False),
    "set": (set[int], False),
    "bytes": (bytes, False),
}


@pytest.mark.parametrize(("kind", "same"), TYPES.values(), ids=TYPES)
def test_same_from_json(kind: Any, same: bool) -> None:
    assert (longest_from_json(TypeAdapter(kind).core_schema) > 0) is same


@pytest.mark.parametrize(
    ("kind", "longest"), [(float, 308), (list[float], 308), (int, sys.maxsize)]
)
def test_integers_beyond_floats_are_decoded_first(kind: Any, longest: int) -> None:
    assert longest_from_json(TypeAdapter(kind).core_schema) == longest


SAME = {name: TypeAdapter(kind) for name, (kind, same) in TYPES.items() if same}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers().map(str)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a", "true", "1.0", "1e3", " 1 ", 10**30, -0.0]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "c", "many", "Alias"]), inner, max_size=4)
    ),
    max_leaves=8,
)


def outcome(validate: Any, value: Any) -> Any:
    try:
        return repr(validate(value))
    except ValidationError as error:
        return [(wrong["type"], wrong["loc"]) for wrong in error.errors()]


@given(name=st.sampled_from(sorted(SAME)), value=JSON)
def test_json_text_means_what_the_decoded_value_means(name: str, value: Any) -> None:
    adapter = SAME[name]
    text = json.dumps(value)
    assert outcome(adapter.validate_json, text) == outcome(
        adapter.validate_python, json.loads(text)
    )


def field(annotation: Any, **options: Any) -> ModelField:
    return ModelField(name="f", field_info=FieldInfo(annotation=annotation, **options))


def test_combined() -> None:
    """Each value under its own name in, under its key out; defaults for what is missing."""
    validator = combined_validator(
        [
            ("0.a", "a", field(int)),
            ("b", "B", field(list[int], default=[1])),
            ("c", "c", field(Node | None, default=None)),
            ("d", "d", field(list[Node], default_factory=list)),
        ]
    )
    assert validator.validate_python({"a": "1"}) == {"0.a": 1, "b": [1], "c": None, "d": []}
    given = {"a": 1, "B": ["2"], "c": {"next": {}}, "d": [{}], "unknown": 1}
    assert validator.validate_python(given) == {
        "0.a": 1,
        "b": [2],
        "c": Node(next=Node()),
        "d": [Node()],
    }
    for wrong in ({}, {"a": "x"}, {"a": 1, "B": ["x"]}):
        with pytest.raises(ValidationError):
            validator.validate_python(wrong)


def test_defaults_are_not_shared() -> None:
    validator = combined_validator([("b", "b", field(list[int], default=[1]))])
    validator.validate_python({})["b"].append(2)
    assert validator.validate_python({}) == {"b": [1]}


class Again(BaseModel):
    model_config = ConfigDict(revalidate_instances="always")

    a: int


class OfSubclasses(BaseModel):
    model_config = ConfigDict(revalidate_instances="subclass-instances")

    a: int


class Before(BaseModel):
    a: int

    @model_validator(mode="before")
    @classmethod
    def change(cls, value: Any) -> Any:
        return {"a": 1}


class After(BaseModel):
    a: int

    @model_validator(mode="after")
    def change(self) -> "After":
        return After.model_construct(a=1)


class Branch(BaseModel):
    below: list["Branch"] = []


class Root(RootModel[int]):
    pass


class Incremented(BaseModel):
    a: Annotated[int, AfterValidator(lambda number: number + 1)]


# name: (a type, whether its instances are valid as they are)
INSTANCES: dict[str, tuple[Any, bool]] = {
    "model": (Plain, True),
    "root_model": (Root, True),
    "validated_field": (Incremented, True),
    "recursive": (Branch, False),
    "revalidated": (Again, False),
    "revalidated_subclasses": (OfSubclasses, False),
    "validator_before": (Before, True),
    "validator_after": (After, False),
    "annotated": (Annotated[Plain, AfterValidator(lambda _: Plain(a=1))], False),
    "optional": (Plain | None, False),
    "list": (list[Plain], False),
    "no_model": (int, False),
}


@pytest.mark.parametrize(("annotation", "expected"), INSTANCES.values(), ids=INSTANCES)
def test_instances_as_they_are(annotation: Any, expected: bool) -> None:
    """Where it names a model, validation gives the very object that it got."""
    adapter = TypeAdapter(annotation)
    model = instances_as_they_are(adapter.core_schema)
    assert (model is not None) is expected
    if model is not None:
        instance = Root(1) if model is Root else model.model_construct(a="wrong")
        assert adapter.validator.validate_python(instance, from_attributes=True) is instance


# name: (a type, whether lists of it are valid as they are)
LISTS: dict[str, tuple[Any, bool]] = {
    "models": (list[Plain], True),
    "models_validated_before": (list[Before], True),
    "models_validated_after": (list[After], False),
    "revalidated": (list[Again], False),
    "recursive": (list[Branch], False),
    "no_models": (list[int], False),
    "anything": (list, False),
    "at_least": (Annotated[list[Plain], Field(min_length=1)], False),
    "at_most": (Annotated[list[Plain], Field(max_length=2)], False),
    "validator": (Annotated[list[Plain], AfterValidator(lambda items: items[:1])], False),
    "sequence": (Sequence[Plain], False),
    "model": (Plain, False),
}


@pytest.mark.parametrize(("annotation", "expected"), LISTS.values(), ids=LISTS)
def test_items_as_they_are(annotation: Any, expected: bool) -> None:
    """Where it names a model, validation gives a list of the very objects that it got."""
    adapter = TypeAdapter(annotation)
    model: Any = items_as_they_are(adapter.core_schema)
    assert (model is not None) is expected
    if model is not None:
        given = [model.model_construct(a="wrong"), model.model_construct()]
        validated = adapter.validator.validate_python(given, from_attributes=True)
        assert [id(item) for item in validated] == [id(item) for item in given]
