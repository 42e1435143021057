"""The document of an application, and the routes that show it: which there are, what they know."""

from typing import Any
from unittest.mock import patch

import pytest

from ferroapi import FastAPI, applications, openapi
from ferroapi.openapi import docs
from ferroapi.responses import HTMLResponse
from ferroapi.testclient import TestClient

# name: (keywords of the application, which paths answer)
PATHS = ("/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc")
SWITCHED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "all": ({}, PATHS),
    "nothing": ({"openapi_url": None}, ()),
    "empty": ({"openapi_url": ""}, ()),
    "no_docs": ({"docs_url": None}, ("/openapi.json", "/redoc")),
    "scalar": ({"scalar_url": "/scalar"}, (*PATHS, "/scalar")),
    "no_redoc": ({"redoc_url": None}, PATHS[:3]),
    "no_redirect": ({"swagger_ui_oauth2_redirect_url": None}, ("/openapi.json", "/docs", "/redoc")),
    "only_the_document": ({"docs_url": None, "redoc_url": None}, ("/openapi.json",)),
    "elsewhere": (
        {"openapi_url": "/own.json", "docs_url": "/own-docs", "redoc_url": "/own-redoc"},
        ("/docs/oauth2-redirect", "/own.json", "/own-docs", "/own-redoc"),
    ),
}


@pytest.mark.parametrize(("keywords", "paths"), SWITCHED.values(), ids=SWITCHED)
def test_switched(keywords: dict[str, Any], paths: tuple[str, ...]) -> None:
    client = TestClient(FastAPI(**keywords))
    every = {*PATHS, "/scalar", "/own.json", "/own-docs", "/own-redoc"}
    assert {path for path in every if client.get(path).status_code == 200} == set(paths)


def test_they_are_not_in_the_document() -> None:
    assert FastAPI().openapi()["paths"] == {}


def test_kinds() -> None:
    client = TestClient(FastAPI())
    assert client.get("/openapi.json").headers["content-type"] == "application/json"
    for path in PATHS[1:]:
        assert client.get(path).headers["content-type"] == "text/html; charset=utf-8"
    assert client.head("/docs").status_code == 200
    assert client.post("/docs").status_code == 405


def test_pages_know_the_application() -> None:
    app = FastAPI(
        title="Own API",
        openapi_url="/own.json",
        swagger_ui_parameters={"deepLinking": False},
        swagger_ui_init_oauth={"clientId": "own-client"},
        swagger_ui_oauth2_redirect_url="/own-redirect",
    )
    client = TestClient(app)
    swagger, redoc = client.get("/docs").text, client.get("/redoc").text
    for text in ("Own API - Swagger UI", "/own.json", "own-client", "/own-redirect", "deepLinking"):
        assert text in swagger
    assert "Own API - ReDoc" in redoc
    assert "/own.json" in redoc
    assert client.get("/own-redirect").status_code == 200


def servers(client: TestClient) -> Any:
    return client.get("/openapi.json").json().get("servers")


# name: (keywords, the root path of the server, the servers shown)
SERVERS: dict[str, tuple[dict[str, Any], str, Any]] = {
    "none": ({}, "", None),
    "root_path": ({}, "/api", [{"url": "/api"}]),
    "slash_at_end": ({}, "/api/", [{"url": "/api"}]),
    "not_shown": ({"root_path_in_servers": False}, "/api", None),
    "beside_others": ({"servers": [{"url": "/a"}]}, "/api", [{"url": "/api"}, {"url": "/a"}]),
    "shown_already": ({"servers": [{"url": "/api"}]}, "/api", [{"url": "/api"}]),
}


@pytest.mark.parametrize(("keywords", "root_path", "shown"), SERVERS.values(), ids=SERVERS)
def test_servers(keywords: dict[str, Any], root_path: str, shown: Any) -> None:
    app = FastAPI(**keywords)
    assert servers(TestClient(app, root_path=root_path)) == shown
    # One proxy's prefix is not remembered for the next request.
    assert servers(TestClient(app)) == keywords.get("servers")


def test_pages_below_a_root_path() -> None:
    client = TestClient(FastAPI(), root_path="/api")
    assert "/api/openapi.json" in client.get("/docs").text
    assert "/api/docs/oauth2-redirect" in client.get("/docs").text
    assert "/api/openapi.json" in client.get("/redoc").text


PAGES = {
    "get_swagger_ui_html": "/docs",
    "get_redoc_html": "/redoc",
    "get_swagger_ui_oauth2_redirect_html": "/docs/oauth2-redirect",
}


@pytest.mark.parametrize(("name", "path"), PAGES.items(), ids=PAGES)
def test_what_makes_a_page_may_be_replaced(name: str, path: str) -> None:
    """In `applications`, as for pages that load no script from another host."""
    client = TestClient(FastAPI())
    original = getattr(docs, name)

    def mine(**options: Any) -> HTMLResponse:
        page = getattr(docs, name)(**options)
        return HTMLResponse(page.body + b"<!-- mine -->")

    with patch.object(applications, name, mine):
        assert getattr(applications, name) is mine
        assert client.get(path).text.endswith("<!-- mine -->")
    assert getattr(applications, name) is original is getattr(docs, name)
    assert not client.get(path).text.endswith("<!-- mine -->")


def test_what_makes_the_document_may_be_replaced() -> None:
    def mine(**options: Any) -> dict[str, Any]:
        return {**openapi.utils.get_openapi(**options), "x-mine": True}

    with patch("ferroapi.applications.get_openapi", mine):
        assert FastAPI().openapi()["x-mine"]
    assert "x-mine" not in FastAPI().openapi()


def test_the_document_is_kept_until_routes_change() -> None:
    app = FastAPI()
    app.get("/a")(lambda: 1)
    first = app.openapi()
    assert app.openapi() is first
    app.get("/b")(lambda: 1)
    assert list(app.openapi()["paths"]) == ["/a", "/b"]
    app.webhooks.post("hook")(lambda: 1)
    assert list(app.openapi()["webhooks"]) == ["hook"]


def test_a_document_of_the_users() -> None:
    """By replacing the method, as the documentation of FastAPI shows."""
    app = FastAPI()
    app.openapi = lambda: {"openapi": "own"}  # type: ignore[method-assign]  # people do it
    assert TestClient(app).get("/openapi.json").json() == {"openapi": "own"}
