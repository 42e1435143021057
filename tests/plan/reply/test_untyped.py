"""Untyped replies, against the two steps that they stand for."""

import math
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse
from tests.properties import examples

from ferroapi.encoders import jsonable_encoder
from ferroapi.plan.reply.untyped import encode_untyped
from ferroapi.streaming.encoder import with_finite_floats


class Shade(Enum):
    LIGHT = "light"


class Item(BaseModel):
    name: str
    price: Decimal = Field(Decimal("1.50"), alias="Price")


class Unused:
    pass


def in_two_steps(value: Any) -> bytes:
    # An option that changes nothing keeps the encoder from its short way.
    data = jsonable_encoder(value, custom_encoder={Unused: repr, bytes: in_utf8})
    try:
        return bytes(JSONResponse(data).body)
    except ValueError:
        return bytes(JSONResponse(with_finite_floats(data)).body)


def in_utf8(data: bytes) -> str:
    return data.decode(errors="replace")


def replied(encode: Callable[[Any], bytes], make: Callable[[], Any]) -> Any:
    try:
        return encode(make())
    except Exception as error:
        return type(error), str(error)


class Text(str):
    pass


class Whole(int):
    def __repr__(self) -> str:
        return "whole"


RICH: list[Callable[[], Any]] = [
    lambda: datetime(2024, 1, 2, tzinfo=UTC),
    lambda: timedelta(days=1, microseconds=1),
    lambda: Decimal("1.50"),
    lambda: Decimal("NaN"),
    lambda: UUID(int=7),
    lambda: Shade.LIGHT,
    lambda: Item(name="a"),
    lambda: [Item(name="\ud800")],
    lambda: (number for number in (1, Decimal("2.5"))),
    lambda: b"\xffa",
    lambda: {0: 1, None: 2, True: 3, 1.5: Decimal(4)},
    lambda: {math.nan: 1},
    lambda: {UUID(int=1): 1, "00000000-0000-0000-0000-000000000001": 2, "_sa": 3},
    lambda: {(1, 2): 1},
    lambda: "\ud800",
    lambda: {"\udc00": Decimal(1)},
    lambda: math.inf,
    lambda: [math.nan, {"a": -math.inf}],
    lambda: 2**70,
    lambda: 10**5_000,
    lambda: Text("a"),
    lambda: {Text("a"): Whole(1), Text("b"): Decimal(1)},
    lambda: Whole(1),
    lambda: object(),
    lambda: {"a": 1j},
    lambda: deque([1]),
    lambda: None,
    lambda: {"a": [1, 2.5, "text", True]},
]
VALUES = st.recursive(
    st.sampled_from(RICH),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda makers: lambda: [make() for make in makers])
        | st.dictionaries(st.text(max_size=3), inner, max_size=4).map(
            lambda makers: lambda: {key: make() for key, make in makers.items()}
        )
        | st.lists(inner, max_size=3).map(lambda makers: lambda: (make() for make in makers))
    ),
    max_leaves=8,
)


@settings(max_examples=examples(500))
@given(VALUES)
def test_untyped(make: Callable[[], Any]) -> None:
    assert replied(encode_untyped, make) == replied(in_two_steps, make)


@pytest.mark.parametrize(
    "last",
    [math.nan, "\ud800", b"\xff", 10**5_000, Text("a"), 1j],
    ids=["nan", "surrogate", "bytes", "huge", "subclass", "complex"],
)
def test_nothing_is_read_twice(last: Any) -> None:
    """Whatever is found after a generator, it is not asked again."""
    started: list[None] = []

    def numbers() -> Any:
        started.append(None)
        yield 1

    generator = numbers()
    reply = replied(encode_untyped, lambda: [generator, Decimal("1.5"), last])
    assert len(started) == 1
    assert not isinstance(reply, bytes) or reply.startswith(b"[[1],1.5,")
