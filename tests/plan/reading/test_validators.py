"""One schema for several values, and whose instances are valid as they are."""

from collections.abc import Sequence
from typing import Annotated, Any, Optional

import pytest
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import SchemaValidator

from ferroapi.fields import ModelField
from ferroapi.plan.reading.validators import (
    calls_functions_of_users,
    combined_schema,
    instances_as_they_are,
    items_as_they_are,
    may_read_attributes,
)


class Plain(BaseModel):
    a: int
    b: float | None = None


class Node(BaseModel):
    next: Optional["Node"] = None


def field(annotation: Any, **options: Any) -> ModelField:
    return ModelField(name="f", field_info=FieldInfo(annotation=annotation, **options))


def test_combined() -> None:
    """Each value under its own name in, under its key out; defaults for what is missing."""
    validator = SchemaValidator(
        combined_schema(
            [
                ("0.a", "a", field(int)),
                ("b", "B", field(list[int], default=[1])),
                ("c", "c", field(Node | None, default=None)),
                ("d", "d", field(list[Node], default_factory=list)),
            ]
        )
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
    validator = SchemaValidator(combined_schema([("b", "b", field(list[int], default=[1]))]))
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


class CountedAfterwards(BaseModel):
    a: int

    def model_post_init(self, context: Any) -> None:
        """A function of the user's."""


class MadeByItself(BaseModel):
    a: int

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


Doubled = Annotated[int, AfterValidator(lambda value: 2 * value)]
FUNCTIONS = {
    "none": (dict[str, list[Plain]], False),
    "of a value": (Doubled, True),
    "in a list": (list[Doubled], True),
    "in a union": (str | Doubled, True),
    "in a tuple": (tuple[int, Doubled], True),
    "post_init": (CountedAfterwards, True),
    "init": (MadeByItself, True),
}


@pytest.mark.parametrize(("annotation", "calls"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_whether_functions_of_users_are_called(annotation: Any, calls: bool) -> None:
    assert calls_functions_of_users(TypeAdapter(annotation).core_schema) is calls


LOOP: dict[str, Any] = {"type": []}
LOOP["loop"] = LOOP

# name: (type, whether an object may stand for a part of it)
ATTRIBUTES: dict[str, tuple[Any, bool]] = {
    "int": (int, False),
    "optional_list": (list[int] | None, False),
    "model": (Plain, True),
    "below": (dict[str, tuple[Plain, int]], True),
    "behind_a_function": (Annotated[Plain, AfterValidator(lambda value: value)], True),
    "default_that_contains_itself": (Annotated[Any, Field(LOOP)], False),
}


@pytest.mark.parametrize(("kind", "answer"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_may_read_attributes(kind: Any, answer: bool) -> None:
    assert may_read_attributes(TypeAdapter(kind).core_schema) is answer
