"""The classes of answers: Starlette's own, and the two deprecated ones."""

import re
import sys
from http.cookies import CookieError, SimpleCookie
from types import SimpleNamespace

import pytest
import starlette.responses

from ferroapi import responses
from ferroapi.exceptions import FastAPIDeprecationWarning
from ferroapi.sse import EventSourceResponse

DEPRECATED = {"ORJSONResponse": "orjson", "UJSONResponse": "ujson"}


@pytest.mark.parametrize(
    "name", sorted({*responses.__all__} - {*DEPRECATED} - {"EventSourceResponse"})
)
def test_a_response_is_starlettes(name: str) -> None:
    assert getattr(responses, name) is getattr(starlette.responses, name)


def test_the_class_of_event_streams_is_here_too() -> None:
    assert responses.EventSourceResponse is EventSourceResponse


@pytest.mark.parametrize(("name", "library"), DEPRECATED.items())
def test_a_deprecated_response_warns_and_names_the_missing_library(
    name: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with (
        pytest.warns(FastAPIDeprecationWarning, match=f"{name} is deprecated") as warnings,
        pytest.raises(AssertionError, match=f"{library} must be installed to use {name}"),
    ):
        getattr(responses, name)({"a": 1})
    assert warnings[0].filename == __file__


@pytest.mark.parametrize(("name", "library"), DEPRECATED.items())
def test_a_deprecated_response_uses_its_library(
    name: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[object, dict[str, object]]] = []

    def dumps(content: object, **options: object) -> bytes | str:
        calls.append((content, options))
        return b"{}" if library == "orjson" else "{}"

    monkeypatch.setitem(
        sys.modules,
        library,
        SimpleNamespace(dumps=dumps, OPT_NON_STR_KEYS=4, OPT_SERIALIZE_NUMPY=16),
    )
    with pytest.warns(FastAPIDeprecationWarning):
        response = getattr(responses, name)({"a": 1})
    options = {"option": 20} if library == "orjson" else {"ensure_ascii": False}
    assert calls == [({"a": 1}, options)]
    assert response.body == b"{}"
    assert response.media_type == "application/json"


HOSTILE = [
    "a; Domain=b",
    "a\r\nSet-Cookie: b=c",
    'a"; Path=/b',
    'a\\"; Path=/b',
    "a, b",
    "\x00\x0b\x1c\x7f",
    *map(chr, range(256)),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cookie_is_one_cookie_whatever_its_value(text: str) -> None:
    """It comes back as it was, and its attributes are those that were asked for."""
    response = responses.Response()
    try:
        response.set_cookie("name", text, path="/p")
    except CookieError:
        assert not text.isprintable(), "newer versions of Python refuse control characters"
        return
    field = response.raw_headers[-1][1].decode("latin-1")
    assert re.fullmatch(r'name=([!#-+\--:<-\[\]-~]*|"[^\r\n;]*"); Path=/p; SameSite=lax', field)
    assert SimpleCookie(field)["name"].value == text


@pytest.mark.parametrize("text", HOSTILE[:6])
def test_what_is_no_name_of_a_cookie_is_refused(text: str) -> None:
    response = responses.Response()
    with pytest.raises(CookieError):
        response.set_cookie(text, "value")
    assert all(name != b"set-cookie" for name, _ in response.raw_headers)


@pytest.mark.parametrize("text", [*HOSTILE, "\u20ac\u2028"])
def test_a_file_name_stays_in_its_option(text: str) -> None:
    """As a token or percent-encoded (RFC 6266, section 4)."""
    response = responses.FileResponse(__file__, filename=text)
    disposition = response.headers["content-disposition"]
    assert re.fullmatch(r"attachment; filename(\*=utf-8''[\w.~%/-]*|=\"[\w.~/-]*\")", disposition)
