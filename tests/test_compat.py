"""The private names of FastAPI that describe annotations and the schemas of fields."""

import sys
from collections import deque
from collections.abc import Sequence
from enum import Enum
from types import SimpleNamespace
from typing import Annotated, Any, ForwardRef, Optional, Union
from unittest.mock import patch

import pytest
from annotated_types import Gt
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from ferroapi import Body, Query, UploadFile, _compat
from ferroapi._compat import shared, v2
from ferroapi.fields import ModelField
from ferroapi.utils import create_model_field


class Colour(Enum):
    RED = 1


class Inner(BaseModel):
    a: int = 3


class Outer(BaseModel):
    inner: list[Inner]
    colour: Colour | None = None


# function: the annotations it holds for, of those below
ANNOTATIONS: tuple[Any, ...] = (int, bytes, list[int], list[bytes], dict, Inner, UploadFile, None)
QUESTIONS: dict[str, tuple[Any, ...]] = {
    "field_annotation_is_complex": (list[int], list[bytes], dict, Inner, UploadFile),
    "field_annotation_is_scalar": (int, bytes, None),
    "field_annotation_is_scalar_sequence": (list[int], list[bytes]),
    "field_annotation_is_sequence": (list[int], list[bytes]),
    "is_bytes_or_nonable_bytes_annotation": (bytes,),
    "is_bytes_sequence_annotation": (list[bytes],),
    "is_uploadfile_or_nonable_uploadfile_annotation": (UploadFile,),
}


@pytest.mark.parametrize(("name", "holds"), QUESTIONS.items(), ids=QUESTIONS)
def test_questions_about_annotations(name: str, holds: tuple[Any, ...]) -> None:
    assert tuple(filter(getattr(shared, name), ANNOTATIONS)) == holds


@pytest.mark.parametrize(
    ("value", "expected"), [([1], True), ({1}, True), ("text", False), (b"", False), ({}, False)]
)
def test_value_is_sequence(value: Any, expected: bool) -> None:
    assert _compat.value_is_sequence(value) is expected


def outer_and_number() -> tuple[ModelField, ModelField]:
    return (
        create_model_field("outer", dict[str, Outer]),
        create_model_field("number", int, alias="my_number"),
    )


def test_flat_models() -> None:
    """They are added to what is known, which is returned; what is below something known is not."""
    fields = outer_and_number()
    known: set[Any] = set()
    assert _compat.get_flat_models_from_fields(fields, known_models=known) is known
    assert known == {Outer, Inner, Colour}
    assert v2.get_flat_models_from_field(fields[0], {Outer}) == {Outer}
    assert v2.get_flat_models_from_model(Outer) == {Inner, Colour}
    assert _compat.get_model_name_map({Outer, Colour}) == {Outer: "Outer", Colour: "Colour"}
    assert v2.normalize_name("A[b.c]") == "A_b.c_"


def test_definitions() -> None:
    outer, number = fields = outer_and_number()
    names = _compat.get_model_name_map(_compat.get_flat_models_from_fields(fields, set()))
    schemas, definitions = _compat.get_definitions(fields=fields, model_name_map=names)
    reference = {"$ref": "#/components/schemas/Outer"}
    assert schemas == {
        (outer, "validation"): {"type": "object", "additionalProperties": reference},
        (number, "validation"): {"type": "integer"},
    }
    assert definitions.keys() == {"Outer", "Inner", "Colour"}
    described = _compat.get_schema_from_model_field(
        field=number, model_name_map=names, field_mapping=schemas
    )
    assert described == {"type": "integer", "title": "My Number"}
    described = _compat.get_schema_from_model_field(
        field=number, model_name_map=names, field_mapping=schemas, field_alias="other_name"
    )
    assert described == {"type": "integer", "title": "Other Name"}


def test_definitions_for_reading_and_writing_alike() -> None:
    field = create_model_field("outer", Outer, mode="serialization")
    schemas, definitions = _compat.get_definitions(
        fields=[field], model_name_map={}, separate_input_output_schemas=False
    )
    assert schemas == {(field, "validation"): {"$ref": "#/components/schemas/Outer"}}
    assert "colour" not in definitions["Outer"]["required"]


def test_fields() -> None:
    assert [field.name for field in _compat.get_cached_model_fields(Outer)] == ["inner", "colour"]
    assert _compat.get_cached_model_fields(Outer) is _compat.get_cached_model_fields(Outer)
    assert _compat.get_missing_field_error(("a", 1)) == {
        "type": "missing",
        "loc": ("a", 1),
        "msg": "Field required",
        "input": None,
    }
    assert _compat.RequiredParam is _compat.Undefined


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (list[int], [1, 2]),
        (set[int], {1, 2}),
        (tuple[int, ...] | None, (1, 2)),
        (Union[None, list[int]], [1, 2]),  # noqa: UP007  # in this order
        (Sequence[int], [1, 2]),
        (deque, deque([1, 2])),
    ],
)
def test_serialize_sequence_value(annotation: Any, expected: Any) -> None:
    field = create_model_field("items", annotation)
    found = _compat.serialize_sequence_value(field=field, value=[1, 2])
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "default", "title", "metadata"),
    [
        (int, 3, None, []),
        (Annotated[int, Field(gt=2, title="t")], 3, "t", [Gt(2)]),
        (Annotated[int, Field(default=8)], 8, None, []),
    ],
)
def test_what_an_annotation_says_comes_first(
    annotation: Any, default: int, title: str | None, metadata: list[Any]
) -> None:
    info: FieldInfo = Query(default=3, gt=1)
    copied = _compat.copy_field_info(field_info=info, annotation=annotation)
    assert type(copied) is type(info)
    assert copied is not info
    assert (copied.annotation, copied.default) == (int, default)
    assert (copied.title, copied.metadata) == (title, metadata)


def test_a_body_of_fields_is_a_model() -> None:
    fields = [create_model_field("a", int), create_model_field("b", str, default="x")]
    model = _compat.create_body_model(fields=fields, model_name="M", config=ConfigDict(frozen=True))
    assert model.__name__ == "M"
    assert model(a="1").model_dump() == {"a": 1, "b": "x"}
    assert model.model_config["frozen"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("int", int),
        (ForwardRef("Optional[Inner]"), Optional[Inner]),  # noqa: UP045  # it is what the text says
        (list["Inner"], list[Inner]),
        (None, type(None)),
        ("Unknown", ForwardRef("Unknown")),
    ],
)
def test_forward_references(value: Any, expected: Any) -> None:
    names = {"Inner": Inner, "Optional": Optional}
    assert _compat.evaluate_forwardref(value, names, {}) == expected


def test_scalar_fields_are_not_those_of_a_body() -> None:
    fields = [
        create_model_field("a", int),
        create_model_field("a", list[int]),
        create_model_field("a", int, field_info=Body()),
    ]
    assert [_compat.is_scalar_field(field) for field in fields] == [True, False, False]


def test_models_of_the_first_version_of_pydantic() -> None:
    class Old:
        """Stands for the base class of all of them, whose module is not imported here."""

    assert not _compat.annotation_is_pydantic_v1(Old)
    with patch.dict(sys.modules, {"pydantic.v1.main": SimpleNamespace(BaseModel=Old)}):
        annotations: list[Any] = [Old, Old | None, list[Old], list[Old | None], list[list[Old]]]
        assert all(map(_compat.annotation_is_pydantic_v1, annotations))
        assert not any(map(_compat.annotation_is_pydantic_v1, [Inner, int, dict[str, Old]]))
        assert _compat.is_pydantic_v1_model_instance(Old())
        assert not _compat.is_pydantic_v1_model_instance(Inner())
