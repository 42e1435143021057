"""Schemas of models beside those that their classes have."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.fields import FieldInfo

from ferroapi.plan.reading.own_schema import is_own_schema
from ferroapi.plan.reading.schema_decoder import schema_decoder


class Point(BaseModel):
    model_config = ConfigDict(title="a point")
    x: int


class Line(BaseModel):
    start: Point
    end: Point


class Path(BaseModel):
    lines: list[Line] = []
    centre: Point | None = None
    inner: list[Path] = []


@pytest.mark.parametrize("model", [Point, Line, Path])
def test_all_models_in_a_schema_are_their_own(model: type[BaseModel]) -> None:
    schema: Any = TypeAdapter(dict[str, list[model]]).core_schema  # type: ignore[valid-type]  # known when it runs
    definitions = {each["ref"]: each for each in schema.get("definitions", ())}
    found = []
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("type") == "model":
                found.append(part["cls"])
                assert is_own_schema(part, definitions)
            waiting.extend(value for key, value in part.items() if key != "metadata")
        elif isinstance(part, list):
            waiting.extend(part)
    assert model in found


def outdated() -> Any:
    class Inner(BaseModel):
        x: int = 0
        y: Literal["a", "b"] = "a"

    class Outer(BaseModel):
        inner: Inner

    return Inner, Outer


def add_a_field(inner: Any) -> None:
    inner.model_fields["z"] = FieldInfo(annotation=int)


def change_a_default(inner: Any) -> None:
    inner.model_fields["x"].default = 1


def change_a_choice(inner: Any) -> None:
    inner.model_fields["y"].annotation = Literal["a", "c"]


def add_a_choice(inner: Any) -> None:
    inner.model_fields["y"].annotation = Literal["a", "b", "c"]


def change_the_configuration(inner: Any) -> None:
    inner.model_config["extra"] = "forbid"


@pytest.mark.parametrize(
    "change",
    [
        add_a_field,
        change_a_default,
        change_a_choice,
        add_a_choice,
        change_the_configuration,
    ],
)
def test_a_class_that_was_built_again_has_another(change: Any) -> None:
    inner, outer = outdated()
    schema: Any = TypeAdapter(outer).core_schema
    part = schema["schema"]["fields"]["inner"]["schema"]
    assert is_own_schema(part, {})
    assert schema_decoder(schema) is not None
    change(inner)
    inner.model_rebuild(force=True)
    assert not is_own_schema(part, {})
    assert schema_decoder(schema) is None


def test_a_class_without_a_schema_has_another() -> None:
    assert not is_own_schema({"cls": int}, {})
