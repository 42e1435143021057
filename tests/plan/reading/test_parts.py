"""Parts of a form that are decoded by their own content type."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from ferroapi import APIRouter, Depends, FastAPI, Form, Part, UploadFile
from ferroapi.testclient import TestClient

Loop = dict[str, Any]


class Album(BaseModel):
    title: str
    tracks: list[dict[str, int]] = []


@dataclass
class Pair:
    a: int
    b: int = 0


app = FastAPI()


@app.post("/album")
async def create(album: Annotated[Album, Part()], cover: UploadFile | None = None) -> Any:
    return {"album": album, "cover": None if cover is None else cover.size}


@app.post("/optional")
def optional(
    pair: Annotated[Pair | None, Part(alias="the-pair")] = None, name: Annotated[str, Form()] = ""
) -> Any:
    return [pair, name]


@app.post("/list")
async def many(albums: Annotated[list[Album], Part(max_size=100)]) -> Any:
    return albums


@app.post("/raw")
async def raw(data: Annotated[bytes, Part(content_type="text/csv")]) -> Any:
    return data.decode()


@app.post("/constrained")
async def constrained(number: Annotated[int, Part(), Field(ge=3)]) -> Any:
    return number


async def album(given: Annotated[Album, Part()]) -> str:
    return given.title


router = APIRouter()


@router.post("/below")
async def below(title: Annotated[str, Depends(album)]) -> str:
    return title


app.include_router(router, prefix="/in")


def blob(content: str | bytes, kind: str | None = "application/json", name: str = "blob") -> Any:
    return (name, content, kind) if kind else (name, content)


ALBUM = '{"title": "Blue", "tracks": [{"one": 1}]}'
DECODED = {"title": "Blue", "tracks": [{"one": 1}]}
DEEP = "[" * 300 + "]" * 300


@pytest.mark.parametrize(
    ("path", "data", "files", "answer"),
    [
        ("/album", {}, {"album": blob(ALBUM)}, {"album": DECODED, "cover": None}),
        ("/album", {"album": ALBUM}, {"cover": b"123"}, {"album": DECODED, "cover": 3}),
        (
            "/album",
            {},
            {"album": blob(ALBUM, "application/vnd.x+json")},
            {"album": DECODED, "cover": None},
        ),
        ("/album", {}, {"album": blob(ALBUM.encode("utf-16"))}, {"album": DECODED, "cover": None}),
        (
            "/album",
            {},
            [("album", blob("{}")), ("album", blob(ALBUM))],
            {"album": DECODED, "cover": None},
        ),
        ("/album", {"album": ALBUM}, {}, {"album": DECODED, "cover": None}),
        ("/optional", {"name": "x"}, {"other": b""}, [None, "x"]),
        ("/optional", {}, {"the-pair": blob('{"a": 1}')}, [{"a": 1, "b": 0}, ""]),
        ("/list", {"albums": f"[{ALBUM}, {ALBUM}]"}, {"other": b""}, [DECODED, DECODED]),
        ("/raw", {}, {"data": blob("a;b", "text/csv")}, "a;b"),
        ("/raw", {"data": "a;b"}, {"other": b""}, "a;b"),
        ("/constrained", {"number": "4"}, {"other": b""}, 4),
        ("/in/below", {}, {"given": blob(ALBUM)}, "Blue"),
    ],
)
def test_a_part_is_decoded_and_validated(
    path: str, data: Any, files: Any, answer: Any, loop: Loop
) -> None:
    response = TestClient(app, **loop).post(path, data=data, files=files)
    assert (response.status_code, response.json()) == (200, answer)


@pytest.mark.parametrize(
    ("path", "part", "kind", "loc"),
    [
        ("/album", None, "missing", ["body", "album"]),
        ("/album", blob("", name=""), "missing", ["body", "album"]),
        ("/album", blob('{"title": 1}'), "string_type", ["body", "album", "title"]),
        ("/album", blob('{"title"'), "json_invalid", ["body", "album", 8]),
        ("/album", blob('{"title": NaN}'), "json_invalid", ["body", "album", 10]),
        ("/album", blob(""), "json_invalid", ["body", "album", 0]),
        ("/album", blob(ALBUM, "text/plain"), "model_attributes_type", ["body", "album"]),
        ("/list", blob(" " * 101), "bytes_too_long", ["body", "albums"]),
        ("/constrained", blob("2"), "greater_than_equal", ["body", "number"]),
        ("/in/below", blob("[]"), "model_attributes_type", ["body", "given"]),
    ],
)
def test_what_does_not_fit_is_refused(path: str, part: Any, kind: str, loc: list[Any]) -> None:
    name = loc[1]
    files = {"other": b""} if part is None else {name: part}
    response = TestClient(app).post(path, files=files)
    assert response.status_code == 422
    (error,) = response.json()["detail"]
    assert (error["type"], error["loc"]) == (kind, loc)


def test_all_errors_of_a_form_are_told() -> None:
    response = TestClient(app).post("/optional", files={"the-pair": blob("{")}, data={"name": "x"})
    assert [error["type"] for error in response.json()["detail"]] == ["json_invalid"]


def test_what_is_nested_too_deeply_is_refused() -> None:
    response = TestClient(app).post("/album", files={"album": blob(DEEP)})
    assert response.status_code == 400


def test_a_part_is_documented_with_its_content_type() -> None:
    paths = app.openapi()["paths"]

    def content(path: str) -> Any:
        return paths[path]["post"]["requestBody"]["content"]

    assert content("/album") == {
        "multipart/form-data": {
            "schema": {"$ref": "#/components/schemas/Body_create_album_post"},
            "encoding": {"album": {"contentType": "application/json"}},
        }
    }
    assert content("/raw")["multipart/form-data"]["encoding"] == {
        "data": {"contentType": "text/csv"}
    }
    assert content("/optional")["multipart/form-data"]["encoding"].keys() == {"the-pair"}
    schema = app.openapi()["components"]["schemas"]["Body_create_album_post"]
    assert schema["properties"]["album"] == {"$ref": "#/components/schemas/Album"}


@pytest.mark.parametrize("size", [0, -1, 1.5, True])
def test_a_wrong_size_is_an_error_where_it_is_declared(size: Any) -> None:
    with pytest.raises(ValueError, match="max_size must be a positive integer"):
        Part(max_size=size)


def test_star_imports_do_not_have_it() -> None:
    import ferroapi

    assert "Part" not in ferroapi.__all__
