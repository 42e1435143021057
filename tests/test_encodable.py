"""Errors of a validation as JSON, whatever a validator has put into them."""

import asyncio
import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from pathlib import PurePosixPath
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel
from starlette.requests import Request
from tests.properties import examples

from ferroapi import FastAPI, UploadFile
from ferroapi.encodable import DEEPEST, EncodableText, encodable
from ferroapi.encoders import jsonable_encoder
from ferroapi.exception_handlers import request_validation_exception_handler
from ferroapi.exceptions import (
    RequestValidationError,
    ResponseValidationError,
    WebSocketRequestValidationError,
)
from ferroapi.responses import JSONResponse
from ferroapi.testclient import TestClient
from ferroapi.validation_errors import render_errors

KINDS: list[Any] = [
    RequestValidationError,
    WebSocketRequestValidationError,
    ResponseValidationError,
]


class Item(BaseModel):
    name: str


@dataclass
class Point:
    x: Any


class Color(StrEnum):
    RED = "red"


class Slotted:
    __slots__ = ()

    def __str__(self) -> str:
        return "slotted"


class Unspeakable:
    """It refuses to say anything."""

    def __repr__(self) -> str:
        raise RuntimeError("not this one")

    @property
    def __class__(self) -> Any:
        raise RuntimeError("nor this one")

    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # that is the point
        raise RuntimeError("nor that one")


class Silent:
    """It cannot be made text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class TextError(ValueError):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class CodedError(ValueError):
    """It has an attribute, as FastAPI's answer shows it."""

    def __init__(self, code: Any) -> None:
        super().__init__("coded")
        self.code = code


def endless() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def in_itself(value: Any) -> Any:
    around: list[Any] = [value]
    around.append({"again": around})
    return around


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

# name: (what is in an error, what stands there in `errors()`)
VALUES: dict[str, tuple[Any, Any]] = {
    "exception": (ValueError("odd"), "odd"),
    "exception_with_attributes": (CodedError(3), "coded"),
    "exception_without_text": (TextError(), "<TextError>"),
    "text_with_half_a_pair": ("a\ud800", "a\\ud800"),
    "key_with_half_a_pair": ({"\ud800": 1}, {"\\ud800": 1}),
    "bytes": (b"a\xff", "a\ufffd"),
    "bytearray": (bytearray(b"a"), "a"),
    "nan": ([float("nan"), float("inf"), 1.5], [None, None, 1.5]),
    "huge_number": ({"a": 10**5000}, {"a": None}),
    "key_that_is_no_number": ({float("nan"): 1, 2: 3}, {"nan": 1, 2: 3}),
    "key_of_another_kind": ({(1, 2): 3}, {"(1, 2)": 3}),
    "set": ({1}, "{1}"),
    "datetime": (WHEN, "2026-01-02 03:04:05+00:00"),
    "date": (date(2026, 1, 2), "2026-01-02"),
    "timedelta": (timedelta(seconds=1), "0:00:01"),
    "decimal": (Decimal("1.50"), "1.50"),
    "uuid": (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    "path": (PurePosixPath("/a"), "/a"),
    "model": ([Item(name="a")], ["name='a'"]),
    "dataclass": (Point(1), "Point(x=1)"),
    "enumeration": (Color.RED, "red"),
    "object": (Slotted(), "slotted"),
    "unspeakable": (Unspeakable(), "<Unspeakable>"),
    "type": (int, "<class 'int'>"),
    "in_itself": (in_itself(1), [1, {"again": None}]),
    "tuple": ((1, b"a"), (1, "a")),
    "plain": (
        {"a": [1, None, True, "\u20ac", ("x", 1.5)]},
        {"a": [1, None, True, "\u20ac", ("x", 1.5)]},
    ),
}


def error_of(kind: Any, value: Any) -> Any:
    """An error as a validator makes it, with something in its input and its context."""
    error = {"type": "t", "loc": ("body", "x"), "msg": "m"}
    return kind([{**error, "input": value, "ctx": {"error": value}}])


def encodings(errors: Any) -> list[str]:
    """What everybody does with errors."""
    encoded = jsonable_encoder(errors)
    JSONResponse(errors)
    JSONResponse(encoded)
    return [json.dumps(errors), json.dumps(encoded)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("value", "stands"), VALUES.values(), ids=VALUES)
def test_errors_are_encodable(kind: Any, value: Any, stands: Any) -> None:
    error = error_of(kind, value)
    (shown,) = error.errors()
    assert (shown["input"], shown["ctx"]) == (stands, {"error": stands})
    assert shown["loc"] == ("body", "x")
    encodings(error.errors())
    (raw,) = error.raw_errors()
    assert raw["input"] is raw["ctx"]["error"] is value


@pytest.mark.parametrize("kind", KINDS)
def test_errors_that_are_plain_are_the_ones_that_were_given(kind: Any) -> None:
    """Whoever changes them changes what is answered."""
    given = [{"type": "t", "loc": ("body", 1), "msg": "m", "input": {"a": [1.5, None]}}]
    error = kind(given)
    assert error.errors() is given
    assert error.raw_errors() is given


def test_what_was_changed_in_errors_is_answered() -> None:
    """Also where they stand for others."""
    error = error_of(RequestValidationError, ValueError("odd"))
    for shown in error.errors():
        del shown["ctx"]
    assert error.errors() is error.errors()
    assert "ctx" in error.raw_errors()[0]
    assert b"ctx" not in default_answer(error)


def default_answer(error: RequestValidationError) -> bytes:
    request = Request({"type": "http", "headers": []})
    return bytes(asyncio.run(request_validation_exception_handler(request, error)).body)


def upload() -> UploadFile:
    return UploadFile(BytesIO(b"content"), filename="a.txt")


@pytest.mark.parametrize("make", [endless, lambda: iter([1]), lambda: BytesIO(b"a")])
def test_what_can_be_read_once_is_not_read(make: Callable[[], Any]) -> None:
    value = make()
    error = error_of(ResponseValidationError, value)
    before, after = encodings(error.errors())
    assert before == after
    assert error.raw_errors()[0]["input"] is value
    assert next(value) is not None


def test_a_file_that_was_sent_stays_where_it_is() -> None:
    file = upload()
    error = error_of(RequestValidationError, file)
    assert "a.txt" in json.dumps(error.errors())
    assert file.file.tell() == 0


@pytest.mark.parametrize("levels", [DEEPEST, 5_000])
def test_what_is_too_deep_is_left_out(levels: int) -> None:
    error = error_of(RequestValidationError, nested(levels))
    assert encodings(error.errors())[0].count("null") == 2


def test_as_deep_as_json_may_be_is_shown() -> None:
    assert encodable(nested(200)) == nested(200)


def test_the_same_body_in_many_errors_is_walked_through_once() -> None:
    body = {"a": b"a"}
    errors = encodable([{"input": body}, {"input": body}])
    assert errors[0]["input"] is errors[1]["input"]


# What FastAPI's users do with errors: name: (a value, what `jsonable_encoder` makes of it there)
ENCODED: dict[str, tuple[Any, Any]] = {
    "exception": (ValueError("odd"), {}),
    "exception_with_attributes": (CodedError(3), {"code": 3}),
    "exception_with_what_is_none": (CodedError(float("nan")), {"code": None}),
    "decimal": (Decimal("1.5"), 1.5),
    "datetime": (WHEN, "2026-01-02T03:04:05+00:00"),
    "set": ({1}, [1]),
    "model": (Item(name="a"), {"name": "a"}),
    "object": (Slotted(), "slotted"),
    "unspeakable": (Unspeakable(), "<Unspeakable>"),
    "key": ({Decimal("1.5"): 1}, {"1.5": 1}),
}


@pytest.mark.parametrize("options", [{}, {"exclude_none": True}])
@pytest.mark.parametrize(("value", "encoded"), ENCODED.values(), ids=ENCODED)
def test_encoded_errors_are_fastapis(value: Any, encoded: Any, options: Any) -> None:
    """As if the value stood there, and its text where FastAPI fails."""
    (error,) = jsonable_encoder(error_of(RequestValidationError, value).errors(), **options)
    assert error["input"] == encoded


def test_the_text_says_what_it_stands_for() -> None:
    cause = ValueError("odd")
    text = encodable([cause])[0]
    assert isinstance(text, EncodableText)
    assert (text, text.value, repr(text)) == ("odd", cause, "ValueError('odd')")
    copy = pickle.loads(pickle.dumps(text))
    assert (copy, type(copy), copy.value.args) == ("odd", EncodableText, ("odd",))


def test_the_text_of_an_exception_stays_what_it_is() -> None:
    """Asking for its errors changes nothing of it."""
    error = error_of(ResponseValidationError, ValueError("odd"))
    before = str(error)
    error.errors()
    assert str(error) == before
    assert "ValueError('odd')" in before


def even(number: int) -> int:
    if number % 2:
        raise ValueError("odd")
    return number


def test_a_handler_needs_no_encoder() -> None:
    app = FastAPI()

    @app.exception_handler(RequestValidationError)
    async def handle(_request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse(error.errors(), 422)

    @app.post("/")
    async def write(number: Annotated[int, AfterValidator(even)]) -> int:
        return number

    (error,) = TestClient(app).post("/?number=3").json()
    assert error["ctx"] == {"error": "odd"}


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(4_000, 5_000).map(lambda digits: 10**digits),
    st.floats(),
    st.text(st.characters(exclude_categories=[])),
    st.binary(max_size=5),
    st.datetimes(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.uuids(),
    st.builds(CodedError, st.floats() | st.binary(max_size=3)),
    st.builds(Item, name=st.text(max_size=3)),
    st.builds(Point, st.integers() | st.floats()),
    st.just(Color.RED),
)
HOSTILE = st.one_of(
    st.builds(Slotted),
    st.builds(Silent),
    st.builds(TextError),
    st.builds(endless),
    st.builds(upload),
    st.builds(in_itself, st.binary(max_size=3)),
    st.builds(nested, st.sampled_from([100, 300, 3_000])),
    st.builds(Point, st.builds(Silent)),
    st.builds(CodedError, st.builds(endless) | st.builds(Silent)),
    st.just(int),
    st.just(len),
)
KEYS = st.one_of(
    st.text(st.characters(exclude_categories=[]), max_size=3),
    st.integers(),
    st.floats(),
    st.none(),
    st.binary(max_size=3),
    st.tuples(st.integers()),
)


def containing(leaves: st.SearchStrategy[Any], keys: st.SearchStrategy[Any]) -> Any:
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(keys, inner, max_size=3)
        ),
        max_leaves=8,
    )


@given(
    kind=st.sampled_from(KINDS),
    value=containing(LEAVES | HOSTILE, KEYS),
    context=st.dictionaries(KEYS, containing(LEAVES | HOSTILE, KEYS), max_size=3),
)
@settings(max_examples=examples(300), deadline=None)
def test_anything_is_encodable(kind: Any, value: Any, context: Any) -> None:
    error = kind([{"type": "t", "loc": ("body",), "msg": "m", "input": value, "ctx": context}])
    encodings(error.errors())
    assert error.raw_errors()[0]["input"] is value


@given(value=containing(LEAVES, st.text(st.characters(exclude_categories=[]), max_size=3)))
@settings(max_examples=examples(300), deadline=None)
def test_the_default_answer_is_the_same_whoever_has_asked(value: Any) -> None:
    """A handler that logs `errors()` and hands on changes no byte."""
    error = error_of(RequestValidationError, value)
    before = render_errors(error.current_errors())
    error.errors()
    assert render_errors(error.current_errors()) == before
