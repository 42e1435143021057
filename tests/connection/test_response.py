"""Cookies on the injected response, compared with Starlette's."""

import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from ferroapi import FastAPI
from ferroapi import Response as Injected
from ferroapi.connection import response as ours
from ferroapi.connection.response import response_to_inject
from ferroapi.testclient import TestClient


def cookies(response: Response, key: Any, options: dict[str, Any]) -> Any:
    """What is sent, or what is raised."""
    try:
        response.set_cookie(key, **options)
    except Exception as error:
        return type(error), str(error)
    return response.raw_headers[-1]


class Text(str):
    """A string that is written as another one."""

    def __str__(self) -> str:
        return "other"


CASES: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("plain", "session", {"value": "ada"}),
    ("empty value", "session", {}),
    ("empty name", "", {"value": "ada"}),
    ("quoted value", "session", {"value": 'a b;"c"'}),
    ("colon", "a:b", {"value": "c:d"}),
    ("not ASCII", "session", {"value": "é"}),
    ("not Latin-1", "session", {"value": "ł"}),
    ("line break", "session", {"value": "a\r\nset-cookie: b=c"}),
    ("line break in path", "session", {"value": "a", "path": "/\r\nset-cookie: b=c"}),
    ("semicolon in path", "session", {"value": "a", "path": "/; Domain=b"}),
    ("name of an attribute", "Path", {"value": "a"}),
    ("name that is no token", "a b", {"value": "a"}),
    ("name that is no text", 1, {"value": "a"}),
    ("value that is no text", "a", {"value": 1}),
    ("no value", "a", {"value": None}),
    ("class of text", "a", {"value": Text("b")}),
    ("all attributes", "a", {"value": "b", "max_age": 5, "path": "/c", "domain": "d.org",
                             "secure": True, "httponly": True, "samesite": "strict"}),
    ("no attributes", "a", {"value": "b", "path": None, "samesite": None}),
    ("empty attributes", "a", {"value": "b", "path": "", "domain": ""}),
    ("path that is no text", "a", {"value": "b", "path": 0}),
    ("zero seconds", "a", {"value": "b", "max_age": 0}),
    ("seconds as text", "a", {"value": "b", "max_age": "5"}),
    ("a truth for seconds", "a", {"value": "b", "max_age": True}),
    ("expiry", "a", {"value": "b", "expires": "Thu, 01 Jan 1970 00:00:00 GMT"}),
    ("another case", "a", {"value": "b", "samesite": "Lax"}),
    ("wrong site", "a", {"value": "b", "samesite": "any"}),
    ("partitions", "a", {"value": "b", "partitioned": True}),
)  # fmt: skip


@pytest.mark.parametrize(("key", "options"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_set_cookie(key: Any, options: dict[str, Any]) -> None:
    assert cookies(response_to_inject(), key, options) == cookies(Response(), key, options)


TEXTS = st.text('aZ0 -_:/.;="\\\r\né', max_size=6)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "value": TEXTS,
        "max_age": st.none() | st.integers(-5, 5),
        "path": st.none() | TEXTS,
        "domain": st.none() | TEXTS,
        "secure": st.booleans(),
        "httponly": st.booleans(),
        "samesite": st.sampled_from([None, "lax", "strict", "none", "LAX"]),
    },
)


@given(key=TEXTS, options=OPTIONS)
def test_any_cookie_is_starlettes(key: str, options: dict[str, Any]) -> None:
    assert cookies(response_to_inject(), key, options) == cookies(Response(), key, options)


def test_it_is_starlettes() -> None:
    response, expected = response_to_inject(), Response()
    assert isinstance(response, Response)
    assert vars(response) == {**vars(expected), "raw_headers": [], "status_code": None}
    response.set_cookie("a", "b")
    assert response_to_inject().raw_headers == []


def test_parameters_are_starlettes() -> None:
    own = inspect.signature(ours.Response.set_cookie).parameters.values()
    starlettes = inspect.signature(Response.set_cookie).parameters.values()
    assert [(p.name, p.default, p.kind) for p in own] == [
        (p.name, p.default, p.kind) for p in starlettes
    ]


def test_what_is_put_into_the_place_of_starlettes_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = FastAPI()

    @app.get("/")
    async def sign_in(response: Injected) -> None:
        response.set_cookie("session", "ada")

    def set_cookie(self: Response, key: str, value: str = "", *_options: Any) -> None:
        self.headers["set-cookie"] = f"{key}={value}; Signed"

    client = TestClient(app)
    assert client.get("/").headers["set-cookie"] == "session=ada; Path=/; SameSite=lax"
    monkeypatch.setattr(Response, "set_cookie", set_cookie)
    assert client.get("/").headers["set-cookie"] == "session=ada; Signed"
