"""The request object."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request as StarletteRequest

from ferroapi import FastAPI, Request
from ferroapi.connection.request import Request as OwnRequest
from ferroapi.testclient import TestClient


@given(st.binary() | st.lists(st.sampled_from([b"a", b"=", b"&", b"%41", b"+", b"\xe4"])))
def test_query_params_are_starlettes(query: Any) -> None:
    scope = {
        "type": "http",
        "headers": [],
        "query_string": query if isinstance(query, bytes) else b"".join(query),
    }
    own, starlette = OwnRequest(scope).query_params, StarletteRequest(scope).query_params
    assert own == starlette
    assert own.multi_items() == starlette.multi_items()
    assert str(own) == str(starlette)


def test_a_request_has_one_query() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(request: Request) -> list[Any]:
        assert request.query_params is request.query_params
        return [isinstance(request, StarletteRequest), request.query_params.getlist("a")]

    assert TestClient(app).get("/?a=1&a=2").json() == [True, ["1", "2"]]
