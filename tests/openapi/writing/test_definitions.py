"""Schemas of fields, and the definitions they refer to."""

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, computed_field
from pydantic.fields import FieldInfo

from ferroapi.fields import ModelField
from ferroapi.openapi.writing.definitions import SchemaDefinitions


class Colour(Enum):
    RED = "red"


class Inner(BaseModel):
    """Inner.\f Not for the document."""

    colour: Colour


class Outer(BaseModel):
    inner: Inner
    hidden: Annotated["Opaque", WithJsonSchema({"type": "string"})]


class Opaque(BaseModel):
    a: int


class Computed(BaseModel):
    a: int

    @computed_field  # type: ignore[prop-decorator]  # pydantic documents this order
    @property
    def b(self) -> int:
        return self.a


class Base64(BaseModel):
    model_config = ConfigDict(ser_json_bytes="base64")

    data: bytes


Outer.model_rebuild()


def field(
    annotation: Any, mode: Literal["validation", "serialization"] = "validation", **options: Any
) -> ModelField:
    info: FieldInfo = Field(**options)
    info.annotation = annotation
    return ModelField(name="some_name", field_info=info, mode=mode)


TITLES: dict[str, tuple[ModelField, str | None, str | None]] = {
    "from the name": (field(int), None, "Some Name"),
    "from the alias": (field(int, alias="x-other_one"), None, "X-Other One"),
    "from the validation alias": (field(int, validation_alias="v"), None, "V"),
    "from the serialization alias": (
        field(int, "serialization", validation_alias="v", serialization_alias="s"),
        None,
        "S",
    ),
    "from a name that is given": (field(int, alias="a"), "given_one", "Given One"),
    "as it is declared": (field(int, title="own"), "given", "own"),
    "of a reference": (field(Inner), None, None),
}


@pytest.mark.parametrize(("declared", "name", "title"), TITLES.values(), ids=TITLES)
def test_title(declared: ModelField, name: str | None, title: str | None) -> None:
    definitions = SchemaDefinitions([declared])

    assert definitions.schema(declared, name=name).get("title") == title


def test_everything_below_a_field_is_defined() -> None:
    """Also a class that no schema refers to."""
    outer = field(list[Outer] | None)

    assert set(SchemaDefinitions([outer]).by_name) == {"Outer", "Inner", "Colour", "Opaque"}


def test_description_ends_at_a_form_feed() -> None:
    assert SchemaDefinitions([field(Inner)]).by_name["Inner"]["description"] == "Inner."


@pytest.mark.parametrize("separate", [True, False])
def test_computed_fields_are_only_written(separate: bool) -> None:
    read, written = field(Computed), field(Computed, "serialization")
    definitions = SchemaDefinitions([read, written], separate_input_output=separate)

    assert definitions.schema(read) == {"$ref": "#/components/schemas/Computed-Input"}
    assert definitions.schema(written) == {"$ref": "#/components/schemas/Computed-Output"}


def test_one_schema_for_both_directions() -> None:
    read, written = field(Base64), field(Base64, "serialization")

    assert set(SchemaDefinitions([read, written]).by_name) == {"Base64-Input", "Base64-Output"}
    both = SchemaDefinitions([read, written], separate_input_output=False)
    assert set(both.by_name) == {"Base64"}
    assert both.schema(read) == both.schema(written)


def test_bytes_are_described_by_media_type_and_encoding() -> None:
    written = field(Base64, "serialization")

    schemas = SchemaDefinitions([field(Base64), written]).by_name
    data = {mode: schemas[f"Base64-{mode}"]["properties"]["data"] for mode in ("Input", "Output")}
    plain = {"type": "string", "contentMediaType": "application/octet-stream", "title": "Data"}
    assert data == {"Input": plain, "Output": {**plain, "contentEncoding": "base64"}}


def test_constraints_on_bytes_are_kept() -> None:
    limited = field(bytes, max_length=3)

    assert SchemaDefinitions([limited]).schema(limited)["maxLength"] == 3


def test_schemas_that_were_given_out_do_not_share_their_title() -> None:
    one, other = field(int), field(int, alias="b")
    definitions = SchemaDefinitions([one, other])

    assert definitions.schema(one)["title"] == "Some Name"
    assert definitions.schema(other)["title"] == "B"
    assert definitions.schema(one)["title"] == "Some Name"
