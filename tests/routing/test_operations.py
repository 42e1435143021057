"""The decorators of path operations, on applications and on routers."""

import inspect
from typing import Any

import pytest

from ferroapi import APIRouter, FastAPI
from ferroapi.testclient import TestClient

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
OWNERS = (FastAPI, APIRouter)


def served(owner: Any) -> TestClient:
    if isinstance(owner, FastAPI):
        return TestClient(owner)
    app = FastAPI()
    app.include_router(owner)
    return TestClient(app)


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("method", METHODS)
def test_method(owner: Any, method: str) -> None:
    """The function is returned unchanged, and answers its method only."""

    async def endpoint() -> dict[str, int]:
        return {"a": 1}

    made = owner()
    assert getattr(made, method)("/x")(endpoint) is endpoint
    client = served(made)
    response = client.request(method.upper(), "/x")
    assert (response.status_code, response.headers["content-length"]) == (200, "7")
    assert response.content == (b"" if method == "head" else b'{"a":1}')
    others = {"get", "put", "head"} - {method}
    assert {client.request(other.upper(), "/x").status_code for other in others} == {405}


@pytest.mark.parametrize("owner", OWNERS)
def test_api_route(owner: Any) -> None:
    """Any methods in any case; GET without them."""
    made = owner()
    made.api_route("/some", methods=["get", "Query"])(lambda: "some")
    made.api_route("/default")(lambda: "default")
    made.add_api_route("/added", lambda: "added", methods={"PUT"})
    client = served(made)
    assert client.request("QUERY", "/some").json() == client.get("/some").json() == "some"
    assert client.get("/default").json() == "default"
    assert client.put("/added").json() == "added"
    assert client.post("/some").status_code == 405


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("function", [*METHODS, "api_route", "add_api_route"])
def test_unknown_keywords_are_refused(owner: Any, function: str) -> None:
    arguments = ("/x", len) if function == "add_api_route" else ("/x",)
    with pytest.raises(TypeError, match=f"{function}.*unexpected keyword argument 'respones'"):
        getattr(owner(), function)(*arguments, respones={})


@pytest.mark.parametrize("method", METHODS)
def test_all_methods_take_the_same_keywords(method: str) -> None:
    wanted = inspect.signature(FastAPI.get).parameters
    for owner in OWNERS:
        found = inspect.signature(getattr(owner, method)).parameters
        assert found.keys() == wanted.keys()


def test_several_operations_on_one_function() -> None:
    app = FastAPI()

    @app.get("/a")
    @app.post("/b", status_code=201)
    async def both() -> str:
        return "both"

    client = TestClient(app)
    assert (client.get("/a").status_code, client.post("/b").status_code) == (200, 201)
