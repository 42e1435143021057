"""The request object."""

from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import ImmutableMultiDict, QueryParams
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


@pytest.mark.parametrize("kind", [QueryParams, ImmutableMultiDict])
def test_a_constructor_that_somebody_has_replaced_is_called(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    construct = kind.__init__
    made: list[Any] = []

    def constructing(self: Any, *values: Any) -> None:
        made.append(self)
        construct(self, *values)

    monkeypatch.setattr(kind, "__init__", constructing)
    query = OwnRequest({"type": "http", "headers": [], "query_string": b"a=1"}).query_params
    assert made == [query]
    assert query.multi_items() == [("a", "1")]


def test_a_request_has_one_query() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(request: Request) -> list[Any]:
        assert request.query_params is request.query_params
        return [isinstance(request, StarletteRequest), request.query_params.getlist("a")]

    assert TestClient(app).get("/?a=1&a=2").json() == [True, ["1", "2"]]


# name: (fields `Host`, the host of the URL)
HOSTS: dict[str, tuple[list[bytes], str]] = {
    "name": ([b"example.com:81"], "example.com"),
    "address": ([b"[::1]:81"], "::1"),
    "two": ([b"first", b"second"], "first"),
    "none": ([], "testserver"),
    "empty": ([b""], "testserver"),
    "path": ([b"a/b"], "testserver"),
    "path_and_query": ([b"a/docs?b="], "testserver"),
    "query": ([b"a?b"], "testserver"),
    "fragment": ([b"a#b"], "testserver"),
    "user": ([b"a@b"], "testserver"),
    "space": ([b"a b"], "testserver"),
    "backslash": ([b"a\\b"], "testserver"),
    "port_and_path": ([b"a:81/b"], "testserver"),
    "no_port": ([b"a:b"], "testserver"),
    "no_ascii": ([b"a\xff"], "testserver"),
}


@pytest.mark.parametrize(("fields", "host"), HOSTS.values(), ids=HOSTS)
def test_a_host_changes_no_path(ask: Any, fields: list[bytes], host: str) -> None:
    """A malformed one is not read: the URL has the address of the server."""
    app = FastAPI()

    @app.get("/here")
    async def read(request: Request) -> list[Any]:
        return [request.url.path, request.url.hostname, request.base_url.path]

    async def once() -> Any:
        return await ask(app, path="/here", headers=[(b"host", field) for field in fields])

    assert anyio.run(once).body == f'["/here","{host}","/"]'.encode()
