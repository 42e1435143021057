"""`ferroapi._core.MultipartForm`, against Starlette's parser on python-multipart."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from tests.core.test_form import cut

from ferroapi._core import multipart_boundary
from ferroapi._form_limits import FormLimits
from ferroapi.plan.reading.closing_boundary import NO_CLOSING_BOUNDARY
from ferroapi.plan.reading.incoming_form import new_form, read_form

NAMED = b'Content-Disposition: form-data; name="a"\r\n'
FILE = b'Content-Disposition: form-data; name="f"; filename="n.txt"\r\n'

HEADERS = st.sampled_from(
    [
        NAMED,
        FILE,
        b"Content-Type: text/plain; charset=latin-1\r\n",
        b"content-disposition: x;NAME=b ;filename= \t\r\n",
        b"Content-Disposition: form-data; name=\"\xc3\xa9\xe2\x82\xac\"; filename*=utf-8''x\r\n",
        b'Content-Disposition: form-data; name="\xe9;\\"\\\\"; filename="C:\\d\\e.txt"\r\n',
        b'Content-Disposition: form-data; name="_charset_"\r\n',
        b"Content-Disposition: form-data; filename=f\r\n",
        b'Content-Disposition: form-data; name="a; name=b\r\n',
        b"Content-Disposition: form-data; name\r\n",
        b"Content-Disposition: \r\n",
        b"Content-Disposition: name=a\r\n",
        b"X:y\t \r\n",
        b"X-Y:  a\nb\0\r\n",
        b"X: " + b"y" * 4222 + b"\r\n",
        b"X: y\r\n" * 7,
    ]
)
CONTENTS = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [b"", b"\r\n--", b"\r\n--B", b"\r\n--Bx", b"\r\n--B\r", b"--B\r\n", b"\n--B\n"]
    ),
    st.sampled_from([b"utf-8", b"\xc3\xa9", b"\xe9", b"x" * 60]),
)
PARTS = st.tuples(st.lists(HEADERS, min_size=1, max_size=3), st.lists(CONTENTS, max_size=3)).map(
    lambda part: b"".join(part[0]) + b"\r\n" + b"".join(part[1])
)
DELIMITERS = st.sampled_from([b"--B\r\n"] * 20 + [b"--B \t\r\n", b"--B\n", b"--C\r\n", b"-B\r\n"])
FORMS = st.tuples(
    st.sampled_from([b""] * 10 + [b"\r\n", b"\r\nsaid in front\r\n", b"said in front\r\n"]),
    st.lists(st.tuples(DELIMITERS, PARTS), max_size=4),
    st.sampled_from([b"--B--\r\n"] * 10 + [b"--B--", b"--B--\r\nsaid behind", b"--B-\r\n", b""]),
).map(
    lambda form: (
        form[0] + b"".join(delimiter + part + b"\r\n" for delimiter, part in form[1]) + form[2]
    )
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A form, mostly a valid one; others are cut off or have other bytes somewhere."""
    body = draw(FORMS)
    kind = draw(st.integers(0, 3))
    if kind == 1:
        return body[: draw(st.integers(0, len(body)))]
    if kind == 2 and body:
        place = draw(st.integers(0, len(body) - 1))
        return body[:place] + draw(st.binary(max_size=2)) + body[place + draw(st.integers(0, 2)) :]
    return body


def headers_of(content_type: bytes) -> Headers:
    return Headers(raw=[(b"content-type", content_type)])


def shown(items: Sequence[tuple[str, str | UploadFile]]) -> list[Any]:
    """All that can be seen of the items of a form; their files are closed."""
    seen: list[Any] = []
    for name, item in items:
        if isinstance(item, str):
            seen.append((name, item))
            continue
        file: Any = item.file
        state = (type(file), file.tell(), file._rolled, file._max_size, file.read())
        file.close()
        seen.append((name, type(item), item.filename, item.size, item.headers.raw, state))
    return seen


class Parser(MultiPartParser):
    """Starlette's, which knows whether the form has ended."""

    has_ended = False

    def on_end(self) -> None:
        self.has_ended = True


def parsed(body: bytes, content_type: bytes, limits: FormLimits) -> list[Any] | str:
    """By Starlette, in one piece; one without a closing boundary is refused by us."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = Parser(headers_of(content_type), stream(), **limits)
    try:
        items = shown(asyncio.run(parser.parse()).multi_items())
    except MultiPartException as error:
        return error.message
    finally:
        # That of a part which does not end is in no form.
        for file in parser._files_to_close_on_error:
            file.close()
    return items if parser.has_ended or not body else NO_CLOSING_BOUNDARY


def read(chunks: list[bytes], content_type: bytes, limits: FormLimits) -> list[Any] | str:
    """By the core."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages = [*messages, {"type": "http.request", "more_body": False}][::-1]

    async def receive() -> Any:
        return messages.pop()

    async def reading() -> list[Any]:
        form = new_form(content_type, limits)
        assert form is not None
        return shown((await read_form(form, limits, {}, receive)).pairs())

    try:
        return asyncio.run(reading())
    except MultiPartException as error:
        return error.message


@given(
    bodies(),
    st.lists(st.integers(0, 10_000), max_size=4),
    st.fixed_dictionaries(
        {},
        optional={
            "max_fields": st.integers(0, 3),
            "max_files": st.integers(0, 3),
            "max_part_size": st.integers(0, 70),
        },
    ),
)
@example(b"", [], {})
@example(b"--B\r\n" + FILE + b"\r\n\r\n--B\r\n--B--", [3, 70], {})
@example(b"--B\r\n" + NAMED + b"\r\n\xff\r\n--B--", [3, 70], {"max_part_size": 1})
def test_a_form_is_starlettes(body: bytes, places: list[int], limits: FormLimits) -> None:
    content_type = b"multipart/form-data; boundary=B"
    expected = parsed(body, content_type, limits)
    assert read([body], content_type, limits) == expected
    assert read(cut(body, places), content_type, limits) == expected


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 25])
@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_files_are_spooled_as_starlettes_are(
    size: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the disk when they are larger than the parser's `spool_max_size`."""
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 10)
    content = bytes(range(size))
    small = b"--B\r\n" + FILE + b"\r\nx\r\n"
    body = small + b"--B\r\n" + FILE + b"\r\n" + content + b"\r\n" + small + b"--B--"
    chunks = [body[start : start + chunk] for start in range(0, len(body), chunk)]
    content_type = b"multipart/form-data; boundary=B"
    assert read(chunks, content_type, {}) == parsed(body, content_type, {})


CONTENT_TYPES = [
    b"multipart/form-data; boundary=B",
    b"Multipart/FORM-data;BOUNDARY=B",
    b'multipart/form-data; boundary="B"; charset=utf-8',
    b" multipart/form-data ; boundary = B ; boundary",
    b'multipart/form-data; x="; boundary=C"; boundary=B',
    b'multipart/form-data; x="\\"; boundary=C; boundary=B',
    b"multipart/form-data; boundary*=C; boundary=B",
    b"multipart/form-data=1; boundary=B",
    b"multipart/form-data, x; boundary=B",
    b"multipart/mixed; boundary=B",
    b"application/x-www-form-urlencoded; boundary=B",
]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_the_content_type_is_read_as_starlette_reads_it(content_type: bytes) -> None:
    body = b"--B\r\n" + NAMED + b"\r\nx\r\n--B--"

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def form() -> list[Any] | None:
        headers = [(b"content-type", content_type)]
        try:
            return (
                await Request({"type": "http", "headers": headers}, receive).form()
            ).multi_items()
        except MultiPartException:
            return None

    is_form = asyncio.run(form()) == [("a", "x")]
    assert (multipart_boundary(content_type) == b"B") == is_form
    if is_form:
        assert read([body], content_type, {}) == [("a", "x")]


@pytest.mark.parametrize(
    "options", [b"", b"; boundary=", b"; boundary=" + b"B" * 257, b"; boundary=B; charset=latin-1"]
)
def test_what_is_unusual_is_left_to_starlette(options: bytes) -> None:
    assert new_form(b"multipart/form-data" + options, {}) is None
