"""Bodies that are decoded by their schema, against bodies that are validated."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from ferroapi import Body, Depends, FastAPI, Request
from ferroapi.plan.reading import shortcut
from ferroapi.testclient import TestClient


class Point(BaseModel):
    x: int
    y: Annotated[float, Field(ge=0)] = 0.0


class Shape(BaseModel):
    name: str = Field(min_length=1, alias="the name")
    points: list[Point] = []
    note: str | None = None


def described(value: Any) -> Any:
    """Which fields were set, too."""
    if isinstance(value, BaseModel):
        inside = {name: described(inner) for name, inner in value}
        return [type(value).__name__, inside, sorted(value.model_fields_set)]
    return [described(item) for item in value] if isinstance(value, list) else value


def application() -> FastAPI:
    app = FastAPI()

    async def told(request: Request) -> str:
        return request.url.path

    @app.post("/alone")
    async def alone(shape: Shape) -> Any:
        return described(shape)

    @app.post("/list")
    async def several(points: list[Point]) -> Any:
        return described(points)

    @app.post("/optional")
    async def optional(shape: Shape | None = None) -> Any:
        return described(shape)

    @app.post("/embedded")
    async def embedded(
        shape: Shape, point: Point | None = None, count: Annotated[int, Body()] = 3
    ) -> Any:
        return [described(shape), described(point), count]

    @app.post("/parameters/{number}")
    async def parameters(number: int, shape: Shape, limit: int = 3) -> Any:
        return [number, described(shape), limit]

    @app.post("/behind")
    async def behind(path: Annotated[str, Depends(told)], shape: Shape) -> Any:
        return [path, described(shape)]

    @app.post("/injected")
    async def injected(request: Request, shape: Shape) -> Any:
        return [(await request.body()).decode("latin-1"), described(shape)]

    @app.post("/thread")
    def thread(shape: Shape) -> Any:
        return described(shape)

    return app


PATHS = [
    *("/alone", "/list", "/optional", "/embedded", "/parameters/1", "/parameters/a?limit=b"),
    *("/behind", "/injected", "/thread"),
]

BODIES: dict[str, bytes] = {
    "valid": b'{"the name": "a", "points": [{"x": 1, "y": 2.5}], "note": "\xc3\xa9"}',
    "defaults": b'{"the name": "a"}',
    "other names": b'{"the name": "a", "z": [1]}',
    "list": b'[{"x": 1}, {"x": 2, "y": 3}]',
    "embedded": b'{"shape": {"the name": "a"}, "count": 1}',
    "embedded, all": b'{"count": 1, "point": {"x": 1}, "shape": {"the name": "a"}}',
    "null": b"null",
    "converted": b'{"the name": "a", "points": [{"x": "1"}, {"x": 1.0}]}',
    "invalid": b'{"the name": "", "points": [{"y": -1}]}',
    "long integer": b'{"the name": "a", "points": [{"x": 1' + 400 * b"0" + b"}]}",
    "name twice": b'{"the name": 1, "the name": "a"}',
    "no JSON": b'{"the name": "a"',
    "more than JSON": b'{"the name": "a"} {}',
    "not a number": b'{"the name": "a", "z": NaN}',
    "infinite": b'{"the name": "a", "points": [{"x": 1, "y": 1e999}]}',
    "lone surrogate": b'{"the name": "\\ud800"}',
    "no UTF-8": b'{"the name": "\xff"}',
    "UTF-16": '{"the name": "a"}'.encode("utf-16"),
    "too deep": b'{"the name": "a", "z": ' + 201 * b"[" + 201 * b"]" + b"}",
    "empty": b"",
}


Post = Callable[[str, bytes], tuple[int, bytes]]


def post_to(app: FastAPI) -> Post:
    client = TestClient(app)
    headers = {"content-type": "application/json"}

    def post(path: str, body: bytes) -> tuple[int, bytes]:
        response = client.post(path, content=body, headers=headers)
        return response.status_code, response.content

    return post


@pytest.fixture(scope="module")
def decoding() -> Post:
    return post_to(application())


@pytest.fixture(scope="module")
def validating() -> Post:
    """The same of an application without decoders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortcut, "schema_decoder", lambda schema: None)
        post = post_to(application())
        for path in PATHS:
            # What answers is compiled by the first request.
            post(path, b"{}")
    return post


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", PATHS)
def test_answers_as_without_decoders(
    path: str, body: bytes, decoding: Post, validating: Post
) -> None:
    assert decoding(path, body) == validating(path, body)


@given(
    st.sampled_from(PATHS),
    st.recursive(
        st.sampled_from([None, True, 0, 1, -1, 1.5, "", "a", "1"]),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(["the name", "points", "note", "x", "y", "shape", "point", "z"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=6,
    ),
)
def test_answers_to_any_value_as_without_decoders(
    decoding: Post, validating: Post, path: str, value: Any
) -> None:
    body = json.dumps(value).encode()
    assert decoding(path, body) == validating(path, body)


@pytest.mark.parametrize("path", [path for path in PATHS if "?" not in path])
def test_a_plain_body_is_decoded(path: str) -> None:
    assert "decode(raw)" in application().explain(path, "POST")


def test_a_body_that_steps_share_is_validated_by_each() -> None:
    app = FastAPI()

    async def first(request: Request, one: Annotated[Point, Body()]) -> int:
        return one.x

    @app.post("/")
    async def second(x: Annotated[int, Depends(first)], other: Annotated[Point, Body()]) -> int:
        return x + other.x

    assert "decode(raw)" not in app.explain("/", "POST")
    assert post_to(app)("/", b'{"one": {"x": 1}, "other": {"x": 1}}') == (200, b"2")
