"""The `Authorization` header field is found, and split in two."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from ferroapi.security.authorization import authorization, get_authorization_scheme_param
from ferroapi.security.utils import get_authorization_scheme_param as compatible_name

ROWS = [
    (None, ("", "")),
    ("", ("", "")),
    (" ", ("", "")),
    ("Bearer", ("Bearer", "")),
    ("Bearer ", ("Bearer", "")),
    ("Bearer token", ("Bearer", "token")),
    ("Bearer   token  ", ("Bearer", "token")),
    ("Bearer a b", ("Bearer", "a b")),
    (" Bearer token", ("", "Bearer token")),
    ("Bearer\ttoken", ("Bearer\ttoken", "")),
]


@pytest.mark.parametrize(("value", "expected"), ROWS)
def test_split(value: str | None, expected: tuple[str, str]) -> None:
    """The first blank divides; blanks around the rest are dropped."""
    assert get_authorization_scheme_param(value) == expected


@given(st.text(st.characters(max_codepoint=255)))
def test_nothing_is_invented(value: str) -> None:
    """Both parts stand in the value, and the first has no blank."""
    scheme, parameter = get_authorization_scheme_param(value)

    assert value.startswith(scheme)
    assert parameter in value
    assert " " not in scheme
    assert parameter == parameter.strip()


def test_name_for_users_of_fastapi() -> None:
    """The function has its old address too."""
    assert compatible_name is get_authorization_scheme_param


HEADERS = [
    ("none", []),
    ("one", [(b"host", b"a"), (b"authorization", b"Bearer a")]),
    ("two", [(b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")]),
    ("empty", [(b"authorization", b"")]),
    ("not ASCII", [(b"authorization", b"Bearer \xe9")]),
]


@pytest.mark.parametrize("headers", [row[1] for row in HEADERS], ids=[row[0] for row in HEADERS])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_the_field_is_what_the_headers_have(kind: str, headers: list[tuple[bytes, bytes]]) -> None:
    """No object of them is made for it."""
    connection = HTTPConnection({"type": kind, "headers": headers})
    expected = Headers(raw=headers).get("Authorization")

    assert authorization(connection) == expected
    assert authorization(HTTPConnection({"type": kind, "headers": iter(headers)})) == expected


def test_a_class_with_headers_of_its_own_is_asked() -> None:
    """So is an object whose headers somebody has looked at."""

    class Connection(HTTPConnection):
        @property
        def headers(self) -> Headers:
            return Headers({"authorization": "Own a"})

    seen = HTTPConnection({"type": "http", "headers": [(b"authorization", b"Seen a")]})
    assert seen.headers
    seen.scope["headers"] = []

    assert authorization(Connection({"type": "http", "headers": []})) == "Own a"
    assert authorization(seen) == "Seen a"
    fake: Any = SimpleNamespace(headers={"Authorization": "Fake a"})
    assert authorization(fake) == "Fake a"
