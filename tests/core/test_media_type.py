"""`ferroapi._core` on content types, against the reference's reading with `email.message`."""

import re
import time
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferroapi._core import has_json_body, is_json

JSON = [
    b"application/json",
    b"application/JSON",
    b"application/json;",
    b"application/json ; charset=utf-16",
    b"\tapplication/json ",
    b"application/+json",
    b"application/vnd.api+json",
    b'APPLICATION/PROBLEM+JSON; x="y;z"',
    b'application/json; x="',
]
OTHER = [
    b" ",
    b"json",
    b"text/json",
    b"application/json/",
    b"application/x+json+y",
    b"application /json",
    b"application/ json",
    b"application/json, text/plain",
    b"application/json charset=utf-8",
    b"application/json\x00",
    b"\xffapplication/json",
    b"multipart/form-data; boundary=application/json",
]


def reference(content_type: bytes) -> bool:
    """What a standard library message says of the value."""
    message = Message()
    message["content-type"] = content_type.decode("latin-1")
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )


TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
MEDIA_TYPE = re.compile(rb"[ \t]*" + TOKEN + rb"/" + TOKEN + rb"[ \t]*(;.*)?", re.DOTALL)

CONTENT_TYPES = st.one_of(
    st.sampled_from(JSON + OTHER),
    st.binary(max_size=30),
    st.lists(
        st.sampled_from(
            [b"application", b"APPLICATION", b"/", b"json", b"+json", b"x", b" ", b";", b'"']
        )
        | st.binary(min_size=1, max_size=1),
        max_size=10,
    ).map(b"".join),
    st.builds(
        b"%sapplication/%s%s".__mod__,
        st.tuples(
            st.sampled_from([b"", b" ", b"\t"]),
            st.sampled_from([b"json", b"Json", b"+json", b"x+json", b"json+x", b"jso", b"xml"]),
            st.sampled_from([b"", b" ", b";", b" ; a=b", b",", b"/", b"\x00", b"\xa0"]),
        ),
    ),
)


@pytest.mark.parametrize("content_type", JSON)
def test_json(content_type: bytes) -> None:
    assert is_json(content_type)
    assert reference(content_type)
    assert has_json_body([(b"content-type", content_type)]) is True


@pytest.mark.parametrize("content_type", OTHER)
def test_not_json(content_type: bytes) -> None:
    assert not is_json(content_type)
    assert not reference(content_type)
    assert has_json_body([(b"content-type", content_type)]) is False


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/x y+json",
        b"application/\xe9+json",
        b"application/json\xa0",
        b"application/json\r",
    ],
)
def test_stricter_than_the_reference_where_it_is_no_media_type(content_type: bytes) -> None:
    assert reference(content_type)
    assert not is_json(content_type)


@given(CONTENT_TYPES)
def test_is_the_reference_for_every_media_type(content_type: bytes) -> None:
    if MEDIA_TYPE.fullmatch(content_type):
        assert is_json(content_type) == reference(content_type)
    else:
        assert not is_json(content_type)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], None),
        ([(b"accept", b"application/json")], None),
        ([(b"content-type", b"")], None),
        ([(b"content-type", b""), (b"content-type", b"application/json")], None),
        ([(b"content-type", b"text/plain"), (b"content-type", b"application/json")], False),
        ([(b"content-type", b"application/json"), (b"content-type", b"text/plain")], True),
        ([(b"Content-Type", b"application/json")], True),
        ([[b"content-type", b"application/json"]], True),
        (((b"content-type", b"application/json"),), True),
    ],
)
def test_first_content_type_header_counts(
    headers: list[tuple[bytes, bytes]], expected: object
) -> None:
    assert has_json_body(headers) is expected


@pytest.mark.parametrize("headers", [None, 1, [1], [("content-type", "application/json")], [b"ab"]])
def test_headers_of_a_wrong_type(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(TypeError):
        has_json_body(headers)


@pytest.mark.parametrize(
    "content_type", [None, "application/json", 1, bytearray(b"application/json")]
)
def test_content_type_of_a_wrong_type(content_type: bytes) -> None:
    with pytest.raises(TypeError):
        is_json(content_type)


@pytest.mark.parametrize("piece", [b" ", b"a", b"/", b";", b'"', b"\\", b'a="', b"+json", b"\xff"])
def test_60_kb_take_no_time(piece: bytes) -> None:
    hostile = piece * (60_000 // len(piece))
    start = time.process_time()
    assert not is_json(hostile)
    assert is_json(b"application/json;" + hostile)
    assert is_json(b"application/json" + b" " * 60_000)
    assert time.process_time() - start < 0.1
