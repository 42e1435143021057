"""HTTP authentication: what is taken out of the `Authorization` header field, what is refused."""

import asyncio
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from ferroapi.security import (
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    HTTPDigest,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
)
from ferroapi.security.http import HTTPBase

BODY = b'{"detail":"Not authenticated"}'


def refused(challenge: str) -> tuple[int, bytes, str]:
    return 401, BODY, challenge


def sent(scheme: str, credentials: str) -> HTTPAuthorizationCredentials:
    return HTTPAuthorizationCredentials(scheme=scheme, credentials=credentials)


def basic(username: str, password: str) -> HTTPBasicCredentials:
    return HTTPBasicCredentials(username=username, password=password)


MISSING = None

# (scheme, Authorization header field, what is found)
ROWS: list[tuple[Any, bytes | None, Any]] = [
    (HTTPBearer, b"Bearer token", sent("Bearer", "token")),
    (HTTPBearer, b"bEARER  a b ", sent("bEARER", "a b")),
    (HTTPBearer, b"Basic token", MISSING),
    (HTTPBearer, b"Bearer", MISSING),
    (HTTPBearer, b"Bearer  ", MISSING),
    (HTTPBearer, b"", MISSING),
    (HTTPBearer, None, MISSING),
    (HTTPDigest, b'Digest a="b"', sent("Digest", 'a="b"')),
    (HTTPDigest, b"digest x", sent("digest", "x")),
    (HTTPDigest, b"Digest", MISSING),
    (HTTPDigest, b"Bearer x", MISSING),
    (HTTPDigest, None, MISSING),
    (HTTPBasic, b"Basic dXNlcjpwYXNz", basic("user", "pass")),
    (HTTPBasic, b"basic dTpwOng=", basic("u", "p:x")),
    (HTTPBasic, b"Basic Og==", basic("", "")),
    (HTTPBasic, b"Bearer dXNlcjpwYXNz", MISSING),
    (HTTPBasic, b"", MISSING),
    (HTTPBasic, None, MISSING),
    (HTTPBase, b"Other x", sent("Other", "x")),
    (HTTPBase, b"Another x", sent("Another", "x")),
    (HTTPBase, b"Other", MISSING),
    (HTTPBase, None, MISSING),
]
CHALLENGES = {HTTPBearer: "Bearer", HTTPDigest: "Digest", HTTPBasic: "Basic", HTTPBase: "Other"}


def make(kind: Any, **keywords: Any) -> Any:
    return kind(**keywords, **({"scheme": "other"} if kind is HTTPBase else {}))


@pytest.mark.parametrize(("kind", "header", "found"), ROWS)
def test_credentials(ask: Any, kind: Any, header: bytes | None, found: Any) -> None:
    """Missing credentials are a 401, or `None` without `auto_error`."""
    headers = [] if header is None else [(b"authorization", header)]

    assert ask(make(kind), *headers) == (found or refused(CHALLENGES[kind]))
    assert ask(make(kind, auto_error=False), *headers) == found


UNREADABLE_BASIC = {
    "no_credentials": b"Basic",
    "no_colon": b"Basic dXNlcg==",
    "no_base64": b"Basic !!!",
    "bad_padding": b"Basic dTp",
    "not_ascii": b"Basic 4pyTOnA=",
    "latin_1": b"Basic \xff\xfe",
}


@pytest.mark.parametrize("header", UNREADABLE_BASIC.values(), ids=UNREADABLE_BASIC)
@pytest.mark.parametrize("auto_error", [True, False])
def test_unreadable_basic_is_always_refused(ask: Any, header: bytes, auto_error: bool) -> None:
    """Credentials of the right scheme that cannot be read are an error in any case."""
    scheme = HTTPBasic(auto_error=auto_error)

    assert ask(scheme, (b"authorization", header)) == refused("Basic")


MALFORMED = {
    "empty": b"",
    "blank": b" ",
    "scheme_only": b"Bearer",
    "leading_blank": b" Bearer token",
    "tab": b"Bearer\ttoken",
    "no_break_space": b"Bearer\xa0token",
    "comma": b"Bearer,token",
    "unknown_scheme": b"Unknown token",
    "nul": b"\x00",
    "latin_1": b"\xff\xfe\xfd",
    "blanks": b"Bearer" + b" " * 60_000,
    "long_scheme": b"B" * 60_000,
    "long_base64": b"Basic " + b"A" * 59_999,
    "long_padding": b"Basic " + b"=" * 60_000,
}
STRICT = [
    HTTPBearer(),
    HTTPBasic(),
    HTTPDigest(),
    OAuth2PasswordBearer(tokenUrl="token"),
    OAuth2AuthorizationCodeBearer(authorizationUrl="authorize", tokenUrl="token"),
]


@pytest.mark.parametrize("header", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("scheme", STRICT, ids=lambda scheme: scheme.scheme_name)
def test_malformed_is_refused(ask: Any, scheme: Any, header: bytes) -> None:
    """No header field is more than a 401."""
    status, body, _ = ask(scheme, (b"authorization", header))

    assert (status, body) == (401, BODY)


TEXT = st.text(st.characters(max_codepoint=127), max_size=20)


@given(TEXT.filter(lambda text: ":" not in text), TEXT)
def test_basic_round_trip(username: str, password: str) -> None:
    """Any name without a colon and any password arrive as they were sent."""
    value = b"Basic " + b64encode(f"{username}:{password}".encode())
    connection = HTTPConnection({"type": "http", "headers": [(b"authorization", value)]})

    assert asyncio.run(HTTPBasic()(connection)) == basic(username, password)


@pytest.mark.parametrize(
    ("realm", "challenge"),
    [(None, "Basic"), ("", "Basic"), ("the realm", 'Basic realm="the realm"')],
)
def test_realm(ask: Any, realm: str | None, challenge: str) -> None:
    """The realm is part of the challenge."""
    assert ask(HTTPBasic(realm=realm)) == refused(challenge)


def test_error_can_be_replaced(ask: Any) -> None:
    """A subclass decides what the answer is."""

    class Teapot(HTTPBearer):
        def make_not_authenticated_error(self) -> Any:
            error = super().make_not_authenticated_error()
            error.status_code = 418
            return error

    assert ask(Teapot()) == (418, BODY, "Bearer")


MODELS = [
    (HTTPBase(scheme="other"), {"type": "http", "scheme": "other"}),
    (
        HTTPBasic(description="d", realm="r"),
        {"type": "http", "scheme": "basic", "description": "d"},
    ),
    (HTTPDigest(), {"type": "http", "scheme": "digest"}),
    (HTTPBearer(), {"type": "http", "scheme": "bearer"}),
    (
        HTTPBearer(bearerFormat="JWT", description="d"),
        {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "d"},
    ),
]


@pytest.mark.parametrize(("scheme", "expected"), MODELS)
def test_model(scheme: HTTPBase, expected: dict[str, Any]) -> None:
    """What the schema says."""
    assert scheme.model.model_dump(mode="json", by_alias=True, exclude_none=True) == expected


@pytest.mark.parametrize(
    "scheme",
    [HTTPBearer(), HTTPDigest(), HTTPBase(scheme="old")],
    ids=["bearer", "digest", "other"],
)
def test_the_challenge_is_what_the_schema_says(scheme: Any) -> None:
    assert scheme.make_authenticate_headers()["WWW-Authenticate"] in ("Bearer", "Digest", "Old")
    scheme.model.scheme = "new one"
    assert scheme.make_authenticate_headers() == {"WWW-Authenticate": "New One"}


async def _of(scheme: HTTPBase, header: str) -> Any:
    return await scheme(
        HTTPConnection({"type": "http", "headers": [(b"authorization", header.encode())]})
    )


@pytest.mark.parametrize(
    ("scheme", "header"),
    [(HTTPBearer(), "Bearer a"), (HTTPDigest(), "Digest a")],
    ids=["bearer", "digest"],
)
def test_what_is_taken_does_not_depend_on_attributes(scheme: Any, header: str) -> None:
    scheme.scheme = scheme.model.scheme = "other"
    assert asyncio.run(_of(scheme, header)).credentials == "a"
