"""One body of several parameters: when they are members, and what the whole is."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from ferroapi import Body, Depends, FastAPI, File, Form, Query, UploadFile
from ferroapi.testclient import TestClient

OWN = "application/x-own+json"


class Item(BaseModel):
    a: int


def one(item: Item) -> Any:
    return item


def embedded(item: Annotated[Item, Body(embed=True)]) -> Any:
    return {"item": item}


def two(item: Item, other: Item | None = None) -> Any:
    return {"item": item, "other": other}


def item_and_number(item: Item, number: Annotated[int, Body()]) -> Any:
    return {"item": item, "number": number}


def dependency(item: Item) -> Any:
    return item


def shared(item: Item, same: Annotated[Any, Depends(dependency)]) -> Any:
    return same


def other_dependency(other: Item) -> Any:
    return other


def above_and_below(item: Item, other: Annotated[Any, Depends(other_dependency)]) -> Any:
    return {"item": item, "other": other}


def optional(item: Item | None = None) -> Any:
    return item


def query_too(item: Item, q: Annotated[int, Query()] = 0) -> Any:
    return item


# name: (endpoint, a body that it takes and gives back, a body that it refuses and why)
BODIES: dict[str, tuple[Any, Any, Any, list[Any]]] = {
    "one": (one, {"a": 1}, {"item": {"a": 1}}, ["body", "a"]),
    "embedded": (embedded, {"item": {"a": 1}}, {"a": 1}, ["body", "item"]),
    "two": (two, {"item": {"a": 1}, "other": None}, {"a": 1}, ["body", "item"]),
    "item_and_number": (
        *(item_and_number, {"item": {"a": 1}, "number": 2}),
        *({"item": {"a": 1}, "number": "x"}, ["body", "number"]),
    ),
    "same_name_below": (shared, {"a": 1}, {"item": {"a": 1}}, ["body", "a"]),
    "another_name_below": (
        *(above_and_below, {"item": {"a": 1}, "other": {"a": 2}}),
        *({"item": {"a": 1}}, ["body", "other"]),
    ),
    "optional": (optional, {"a": 1}, {}, ["body", "a"]),
    "null": (optional, None, [], ["body"]),
    "query_too": (query_too, {"a": 1}, {}, ["body", "a"]),
    "no_object": (two, {"item": {"a": 1}, "other": None}, [1], ["body", "item"]),
    "null_for_two": (two, {"item": {"a": 1}, "other": None}, None, ["body", "item"]),
}


@pytest.mark.parametrize(("endpoint", "right", "wrong", "loc"), BODIES.values(), ids=BODIES)
def test_body(endpoint: Any, right: Any, wrong: Any, loc: list[Any]) -> None:
    app = FastAPI()
    app.post("/")(endpoint)
    client = TestClient(app)
    response = client.post("/", json=right)
    assert (response.status_code, response.json()) == (200, right)
    refused = client.post("/", json=wrong)
    assert (refused.status_code, refused.json()["detail"][0]["loc"]) == (422, loc)


async def form(a: Annotated[int, Form()], b: Annotated[str, Form()] = "b") -> Any: ...


async def form_model(item: Annotated[Item, Form()]) -> Any: ...


async def multipart_form(a: Annotated[int, Form(media_type="multipart/form-data")]) -> Any: ...


async def files(a: UploadFile, b: Annotated[str, Form()]) -> Any: ...


async def own_media_type(
    item: Annotated[Item, Body(media_type=OWN)],
) -> Any: ...


async def mixed_media_types(a: Annotated[Item, Body(media_type=OWN)], b: Item) -> Any: ...


async def file_only(a: Annotated[bytes, File()]) -> Any: ...


# name: (endpoint, the media type of the body, the name of its schema)
DOCUMENTED: dict[str, tuple[Any, str, str]] = {
    "one": (one, "application/json", "Item"),
    "embedded": (embedded, "application/json", "Body_embedded__post"),
    "two": (two, "application/json", "Body_two__post"),
    "same_name_below": (shared, "application/json", "Item"),
    "form": (form, "application/x-www-form-urlencoded", "Body_form__post"),
    "form_model": (form_model, "application/x-www-form-urlencoded", "Item"),
    "multipart_form": (multipart_form, "multipart/form-data", "Body_multipart_form__post"),
    "files": (files, "multipart/form-data", "Body_files__post"),
    "file_only": (file_only, "multipart/form-data", "Body_file_only__post"),
    "own_media_type": (own_media_type, OWN, "Item"),
    "mixed_media_types": (
        *(mixed_media_types, "application/json"),
        "Body_mixed_media_types__post",
    ),
}


@pytest.mark.parametrize(("endpoint", "media_type", "schema"), DOCUMENTED.values(), ids=DOCUMENTED)
def test_documented(endpoint: Any, media_type: str, schema: str) -> None:
    app = FastAPI()
    app.post("/")(endpoint)
    content = app.openapi()["paths"]["/"]["post"]["requestBody"]["content"]
    assert {kind: value["schema"]["$ref"] for kind, value in content.items()} == {
        media_type: f"#/components/schemas/{schema}"
    }


@pytest.mark.parametrize(("endpoint", "required"), [(one, True), (optional, None), (two, True)])
def test_required(endpoint: Any, required: bool | None) -> None:
    app = FastAPI()
    app.post("/")(endpoint)
    body = app.openapi()["paths"]["/"]["post"]["requestBody"]
    assert body.get("required") is required
