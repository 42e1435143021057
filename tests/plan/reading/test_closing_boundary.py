"""A multipart form that is cut off is broken, wherever it is cut and however it comes."""

from collections.abc import Iterator

import anyio
import pytest
from starlette.formparsers import MultiPartException
from starlette.types import Message

from ferroapi import Request
from ferroapi.plan.reading import closing_boundary
from ferroapi.plan.reading.closing_boundary import held_to_closing_boundary

FIELD = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n%b'


def read(chunks: list[bytes]) -> str | None:
    """The field `a` of a form that comes in these chunks."""
    messages: Iterator[Message] = iter(
        [
            *({"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks),
            {"type": "http.request", "body": b"", "more_body": False},
        ]
    )

    async def receive() -> Message:
        return next(messages)

    async def form() -> str | None:
        headers = [(b"content-type", b"multipart/form-data; boundary=B")]
        request = Request({"type": "http", "headers": headers}, receive)
        with held_to_closing_boundary(request):
            value = (await request.form()).get("a")
        assert not isinstance(value, bytes)
        return None if value is None else str(value)

    return anyio.run(form)


WHOLE = {
    "nothing": (b"", None),
    "no part": (b"--B--", None),
    "one part": (FIELD % b"x\r\n--B--", "x"),
    "more behind it": (FIELD % b"x\r\n--B--\r\nmore", "x"),
}
CUT = {
    "in front of the boundary": FIELD % b"x",
    "in the boundary": FIELD % b"x\r\n--B-",
    "in front of another part": FIELD % b"x\r\n--B\r\n",
    "the boundary is text": FIELD % b"xB--",
    "the boundary does not begin a line": FIELD % b"x--B--",
}


def ways(body: bytes) -> list[list[bytes]]:
    """In one piece, in two of every kind, and byte by byte."""
    return [
        [body],
        *([body[:place], body[place:]] for place in range(1, len(body))),
        [bytes([byte]) for byte in body],
    ]


@pytest.mark.parametrize(("body", "value"), WHOLE.values(), ids=WHOLE)
def test_a_whole_form_is_read(body: bytes, value: str | None) -> None:
    for chunks in ways(body):
        assert read(chunks) == value, chunks


@pytest.mark.parametrize("body", CUT.values(), ids=CUT)
def test_one_that_is_cut_off_is_broken(body: bytes) -> None:
    for chunks in ways(body):
        with pytest.raises(MultiPartException):
            read(chunks)


def test_a_content_type_that_is_too_long_is_read_where_fastapi_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declared = b'multipart/form-data; boundary=B; a="' + b"x" * 5_000 + b'"'
    assert closing_boundary.read_boundary(declared) is None
    monkeypatch.setattr(closing_boundary, "COMPATIBLE", True)
    assert closing_boundary.read_boundary(declared) == b"B"
