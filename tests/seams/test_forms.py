"""The steps of reading a form, one by one."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any

import anyio
import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from starlette.datastructures import FormData, Headers, QueryParams, UploadFile

from ferroapi import File, Form
from ferroapi.dependencies.utils import (
    _extract_form_body,
    _get_form_model,
    _get_form_models,
    _get_multidict_value,
    _get_param_aliases,
    _is_form_model_supplied,
    _normalize_form_model,
    get_cached_model_fields,
    get_dependant,
    get_validation_alias,
)
from ferroapi.fields import Undefined


class Model(BaseModel):
    name: str = ""
    tags: list[str] = []
    other: str = Field("", validation_alias=AliasChoices("o", "other"))


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


def fields_of(call: Any) -> list[Any]:
    return get_dependant(path="/", call=call).body_params


def declared(
    model: Annotated[Model, Form()],
    name: Annotated[str, Form(alias="n")],
    file: Annotated[bytes, File()],
) -> None: ...


def test_models_are_those_whose_fields_are_of_the_form() -> None:
    fields = fields_of(declared)
    assert [_get_form_models(field) for field in fields] == [[Model], [], []]
    assert [_get_form_model(field) for field in fields] == [Model, None, None]
    fields[0].field_info.embed = True
    assert _get_form_models(fields[0]) == []


def test_aliases_are_what_is_sent() -> None:
    names = [_get_param_aliases(field) for field in get_cached_model_fields(Model)]
    assert names == [[("name", "name")], [("tags", "tags")], [("o", "o"), ("other", "other")]]
    assert [get_validation_alias(field) for field in fields_of(declared)][1] == "n"


@pytest.mark.parametrize(
    ("index", "values", "name", "value"),
    [
        pytest.param(0, FormData([("name", "a"), ("name", "b")]), "name", "b", id="the last"),
        pytest.param(0, FormData([("name", "")]), "name", Undefined, id="an empty text of a form"),
        pytest.param(0, QueryParams([("name", "")]), "name", "", id="an empty text of a query"),
        pytest.param(1, FormData([("tags", "a"), ("tags", "")]), "tags", ["a", ""], id="a list"),
        pytest.param(1, Headers({"tags": "a"}), "tags", ["a"], id="a list of headers"),
        pytest.param(1, FormData(), "tags", Undefined, id="nothing"),
    ],
)
def test_a_value_is_found(index: int, values: Any, name: str, value: Any) -> None:
    assert _get_multidict_value(get_cached_model_fields(Model)[index], values, name) == value


def test_a_form_is_taken_apart() -> None:
    form = FormData([("n", "a"), ("file", UploadFile(BytesIO(b"content"))), ("x", "1"), ("x", "2")])
    fields = fields_of(declared)[1:]

    async def extract() -> list[Any]:
        return [item async for item in _extract_form_body(fields, form)]

    assert anyio.run(extract) == [
        ("n", "a", fields[0]),
        ("file", b"content", fields[1]),
        ("x", ["1", "2"], None),
    ]


@pytest.mark.parametrize(
    ("model", "form", "supplied"),
    [
        pytest.param(Model, {"o": ""}, True, id="another name"),
        pytest.param(Model, {"x": "1"}, False, id="a field of another model"),
        pytest.param(Open, {"x": "1"}, True, id="a model that takes all"),
        pytest.param(Open, {}, False, id="nothing"),
    ],
)
def test_a_model_is_supplied(model: type[BaseModel], form: dict[str, str], supplied: bool) -> None:
    assert _is_form_model_supplied(model, FormData(form)) is supplied


def test_a_branch_of_a_union_reads_its_own_fields() -> None:
    value = {"name": ["a", "b"], "tags": "c", "x": ["1", "2"], "none": None}
    normalized = {"name": "b", "tags": ["c"], "x": ["1", "2"], "none": None}
    assert _normalize_form_model(value, model=Model) == normalized
    assert _normalize_form_model("text", model=Model) == "text"
