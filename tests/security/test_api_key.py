"""API keys are found where they are declared."""

import asyncio
import time
from http.cookies import SimpleCookie
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from ferroapi import FastAPI, Security
from ferroapi.security import APIKeyCookie, APIKeyHeader, APIKeyQuery
from ferroapi.testclient import TestClient

REFUSED = (401, b'{"detail":"Not authenticated"}', "APIKey")

# (class, headers, query, the key)
ROWS: list[tuple[Any, list[tuple[bytes, bytes]], bytes, str | None]] = [
    (APIKeyQuery, [], b"X-Key=a", "a"),
    (APIKeyQuery, [], b"X-Key=a&X-Key=b", "b"),
    (APIKeyQuery, [], b"X-Key=%C3%A9+", "é "),
    (APIKeyQuery, [], b"X-Key=", None),
    (APIKeyQuery, [], b"X-Key", None),
    (APIKeyQuery, [], b"x-key=a", None),
    (APIKeyQuery, [], b"", None),
    (APIKeyQuery, [(b"x-key", b"a")], b"", None),
    (APIKeyHeader, [(b"x-key", b"a")], b"", "a"),
    (APIKeyHeader, [(b"x-key", b"a"), (b"x-key", b"b")], b"", "a"),
    (APIKeyHeader, [(b"x-key", b"\xe9")], b"", "é"),
    (APIKeyHeader, [(b"x-key", b"")], b"", None),
    (APIKeyHeader, [], b"X-Key=a", None),
    (APIKeyCookie, [(b"cookie", b"X-Key=a")], b"", "a"),
    (APIKeyCookie, [(b"cookie", b"b=1; X-Key=a")], b"", "a"),
    (APIKeyCookie, [(b"cookie", b"X-Key=a; X-Key=b")], b"", "b"),
    (APIKeyCookie, [(b"cookie", b"X-Key=a"), (b"cookie", b"X-Key=b")], b"", "b"),
    (APIKeyCookie, [(b"cookie", b'X-Key="a\\"b"')], b"", 'a"b'),
    (APIKeyCookie, [(b"cookie", b"X-Key=")], b"", None),
    (APIKeyCookie, [(b"cookie", b"x-key=a")], b"", None),
    (APIKeyCookie, [(b"cookie", b"=;;;=")], b"", None),
    (APIKeyCookie, [(b"x-key", b"a")], b"", None),
]


@pytest.mark.parametrize(("kind", "headers", "query", "key"), ROWS)
def test_key(
    ask: Any, kind: Any, headers: list[tuple[bytes, bytes]], query: bytes, key: str | None
) -> None:
    """A missing or empty key is a 401, or `None` without `auto_error`."""
    assert ask(kind(name="X-Key"), *headers, query=query) == (key or REFUSED)
    assert ask(kind(name="X-Key", auto_error=False), *headers, query=query) == key


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_cookie_round_trip(value: str) -> None:
    """What the standard library quotes is given back."""
    cookie: SimpleCookie = SimpleCookie({"key": value})
    header = cookie.output(header="", sep=";").strip().encode()
    connection = HTTPConnection({"type": "http", "headers": [(b"cookie", header)]})

    assert asyncio.run(APIKeyCookie(name="key")(connection)) == value


HOSTILE_COOKIES = {
    "escapes": b'X-Key="' + rb"\"" * 15_000 + b'"',
    "octal": b'X-Key="' + rb"\101" * 15_000 + b'"',
    "quotes": b'X-Key="' + b'"' * 60_000,
    "pairs": b"a=b;" * 15_000,
    "separators": b";=" * 30_000,
}


@pytest.mark.parametrize("cookie", HOSTILE_COOKIES.values(), ids=HOSTILE_COOKIES)
def test_hostile_cookie_takes_no_time(ask: Any, cookie: bytes) -> None:
    """60 KB take milliseconds, where a quadratic reader takes seconds."""
    started = time.perf_counter()
    ask(APIKeyCookie(name="X-Key"), (b"cookie", cookie))

    assert time.perf_counter() - started < 0.25


@pytest.mark.parametrize(
    ("kind", "location"),
    [(APIKeyQuery, "query"), (APIKeyHeader, "header"), (APIKeyCookie, "cookie")],
)
def test_model(kind: Any, location: str) -> None:
    """What the schema says."""
    scheme = kind(name="key", description="d", scheme_name="n")

    assert scheme.scheme_name == "n"
    assert scheme.model.model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "type": "apiKey",
        "description": "d",
        "in": location,
        "name": "key",
    }


CHANGED: list[tuple[Any, Any]] = [
    (APIKeyQuery, lambda name: {"params": {name: "k"}}),
    (APIKeyHeader, lambda name: {"headers": {name: "k"}}),
    (APIKeyCookie, lambda name: {"headers": {"cookie": f"{name}=k"}}),
]


@pytest.mark.parametrize("after_a_request", [False, True])
@pytest.mark.parametrize(("kind", "sent"), CHANGED, ids=[kind.__name__ for kind, _ in CHANGED])
def test_the_key_is_read_where_the_schema_says(kind: Any, sent: Any, after_a_request: bool) -> None:
    """Also when somebody has changed that; an attribute of a subclass says nothing."""
    scheme = kind(name="old")
    scheme.name = "other"
    app = FastAPI()

    @app.get("/")
    def endpoint(key: Annotated[str, Security(scheme)]) -> str:
        return key

    client = TestClient(app)
    if after_a_request:
        assert client.get("/", **sent("old")).json() == "k"
    scheme.model.name = "new"
    assert client.get("/", **sent("new")).json() == "k"
    assert [client.get("/", **sent(name)).status_code for name in ("old", "other")] == [401, 401]
