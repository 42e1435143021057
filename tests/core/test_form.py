"""`ferroapi._core.UrlencodedForm`, against Starlette's parser of forms."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.formparsers import FormParser, MultiPartException
from starlette.requests import Request

from ferroapi._core import UrlencodedForm, content_type, is_urlencoded_form

PIECES = [
    b"a",
    b"b",
    b"=",
    b"&",
    b"&&",
    b"+",
    b"%",
    b"%41",
    b"%c3%a9",
    b"%ff",
    b"\xe9",
    b";",
    b"\0",
]
BODIES = st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join)


def cut(body: bytes, places: Sequence[int]) -> list[bytes]:
    ends = [*sorted(place % (len(body) + 1) for place in places), len(body)]
    return [body[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def read(chunks: list[bytes], max_fields: int, max_size: int) -> list[tuple[str, str]] | str:
    form = UrlencodedForm(max_fields, max_size)
    for chunk in chunks:
        if (excess := form.write(chunk)) is not None:
            return excess
    return form.finish() or form.pairs()


def parsed(chunks: list[bytes], max_fields: int, max_size: int) -> list[tuple[str, str]] | str:
    async def stream() -> AsyncGenerator[bytes, None]:
        for chunk in chunks:
            yield chunk

    parser = FormParser(Headers(), stream(), max_fields=max_fields, max_part_size=max_size)
    try:
        return [(name, str(value)) for name, value in asyncio.run(parser.parse()).multi_items()]
    except MultiPartException as error:
        return "max_fields" if error.message.startswith("Too many fields") else "max_field_size"


@given(
    BODIES,
    st.lists(st.integers(0, 200), max_size=4),
    st.integers(0, 6),
    st.integers(0, 12),
)
@example(b"a=1&=&&b", [2, 5], 9, 9)
def test_a_form_is_starlettes(
    body: bytes, places: list[int], max_fields: int, max_size: int
) -> None:
    chunks = cut(body, places)
    assert read(chunks, max_fields, max_size) == parsed(chunks, max_fields, max_size)


def test_a_form_may_be_cut_anywhere() -> None:
    body = b"&a=1&b=%C3%A9+x&&c&=&=d&a=%zz&"
    whole = read([body], 100, 100)
    for place in range(len(body) + 1):
        chunks = [body[:place], body[place:]]
        assert read(chunks, 100, 100) == whole == parsed(chunks, 100, 100)
    assert read([bytes([byte]) for byte in body], 100, 100) == whole


@pytest.mark.parametrize(
    "value",
    [
        b"application/x-www-form-urlencoded",
        b"Application/X-WWW-form-urlencoded ; charset=utf-8",
        b" \tapplication/x-www-form-urlencoded\t",
        b'application/x-www-form-urlencoded;a="',
        b"application/x-www-form-urlencoded=1;b",
        b"application/x-www-form-urlencoded\n",
        b"application/x-www-form-urlencoded, text/plain",
        b"multipart/form-data; boundary=x",
        b"application/json",
        b";application/x-www-form-urlencoded",
        b"",
    ],
)
def test_the_content_type_is_read_as_starlette_reads_it(value: bytes) -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"a=1"}

    headers = [(b"x", b"y"), (b"content-type", value), (b"content-type", b"text/plain")]
    request = Request({"type": "http", "headers": headers}, receive)

    async def form() -> bool:
        try:
            return bool(await request.form())
        except MultiPartException:
            return False

    assert is_urlencoded_form(value) == asyncio.run(form())


def test_the_first_content_type_counts() -> None:
    headers = [(b"x", b"y"), (b"Content-Type", b"a"), (b"content-type", b"b")]
    assert content_type(headers) == b"a"
    assert content_type(headers[:1]) is None


def test_hostile_forms_take_linear_time() -> None:
    start = time.perf_counter()
    for piece in (b"a", b"&", b"=", b"a=&", b"%", b"+"):
        form = UrlencodedForm(10_000_000, 10_000_000)
        for _ in range(1_000):
            form.write(piece * 1_000)
        form.finish()
        form.pairs()
    assert time.perf_counter() - start < 30
