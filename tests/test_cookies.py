"""The cookies of a connection."""

from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request as StarletteRequest

from ferroapi.connection.request import Request

COOKIES = st.lists(
    st.sampled_from(["a=1", "b=2", "a", "=x", " c = 3 ", '"q"="\\101"', ";", "a=3=4", ""])
)


@given(st.lists(COOKIES.map("; ".join), max_size=2))
def test_cookies_are_starlettes(headers: list[str]) -> None:
    scope = {"type": "http", "headers": [(b"cookie", text.encode()) for text in headers]}
    assert Request(scope).cookies == StarletteRequest(scope).cookies


def test_a_connection_has_one_dictionary() -> None:
    request = Request({"type": "http", "headers": [(b"cookie", b"a=1")]})
    request.cookies["b"] = "2"
    assert request.cookies == {"a": "1", "b": "2"}
