"""Where pages load from: what is found, what is served, and what may be chosen."""

import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ferroapi import FastAPI, applications
from ferroapi.docs_assets import assets_folder
from ferroapi.responses import HTMLResponse
from ferroapi.testclient import TestClient

FILES = (
    "swagger-ui-bundle.js",
    "swagger-ui.css",
    "redoc.standalone.js",
    "scalar.standalone.js",
    "favicon.png",
)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of assets that has little in it."""
    package = tmp_path / "ferroapi_docs_assets"
    (package / "static").mkdir(parents=True)
    package.joinpath("__init__.py").write_text("")
    for name in (*FILES, "swagger-ui.LICENSE.txt"):
        package.joinpath("static", name).write_text(f"the file {name}")
    monkeypatch.syspath_prepend(tmp_path)
    return package / "static"


def test_they_are_found_where_they_are_installed(installed: Path) -> None:
    assert assets_folder(None) == assets_folder("local") == installed
    assert assets_folder("cdn") is None
    assert "ferroapi_docs_assets" not in sys.modules


@pytest.mark.parametrize(
    ("chosen", "error", "message"),
    [
        ("local", RuntimeError, "docs_assets='local' needs the package ferroapi-docs-assets"),
        ("elsewhere", ValueError, "docs_assets is 'local', 'cdn' or None, not 'elsewhere'"),
    ],
)
def test_what_cannot_be_is_refused_at_once(
    chosen: Any, error: type[Exception], message: str
) -> None:
    assert assets_folder(None) is None
    with pytest.raises(error, match=message):
        FastAPI(docs_assets=chosen)


# name: (keywords, where the assets are)
PLACES: dict[str, tuple[dict[str, Any], str]] = {
    "default": ({}, "/docs/assets"),
    "local": ({"docs_assets": "local"}, "/docs/assets"),
    "elsewhere": ({"docs_url": "/own/"}, "/own/assets"),
    "only redoc": ({"docs_url": None}, "/redoc/assets"),
    "only scalar": ({"docs_url": None, "redoc_url": None, "scalar_url": "/s"}, "/s/assets"),
    "with scalar": ({"scalar_url": "/scalar"}, "/docs/assets"),
}


@pytest.mark.parametrize(("keywords", "place"), PLACES.values(), ids=PLACES)
def test_pages_load_from_the_application(
    keywords: dict[str, Any], place: str, installed: Path
) -> None:
    app = FastAPI(**keywords)
    client = TestClient(app)
    for name in FILES:
        answer = client.get(f"{place}/{name}")
        assert answer.text == f"the file {name}"
        assert "etag" in answer.headers
    for name in ("swagger-ui.js", "oauth2-redirect.js"):
        assert client.get(f"{place}/{name}").headers["content-type"].startswith("text/javascript")
    for page in filter(None, (app.docs_url, app.redoc_url, app.scalar_url)):
        text = client.get(page).text
        assert f'"{place}/' in text
        assert "https:" not in text
    assert app.openapi()["paths"] == {}


@pytest.mark.parametrize("name", ["absent.js", "swagger-ui.LICENSE.txt", "..%2f__init__.py", ""])
def test_nothing_else_is_served(name: str, installed: Path) -> None:
    assert TestClient(FastAPI()).get(f"/docs/assets/{name}").status_code == 404


def test_from_a_cdn_the_pages_are_as_ever(installed: Path) -> None:
    client = TestClient(FastAPI(docs_assets="cdn", scalar_url="/scalar"))
    for page in ("/docs", "/redoc", "/scalar"):
        assert "https://cdn.jsdelivr.net/" in client.get(page).text
    assert client.get("/docs/assets/swagger-ui.css").status_code == 404


def test_a_page_of_the_users_comes_first(installed: Path) -> None:
    client = TestClient(FastAPI())
    with patch.object(applications, "get_redoc_html", lambda **_: HTMLResponse("mine")):
        assert client.get("/redoc").text == "mine"
        assert "/docs/assets/" in client.get("/docs").text
    assert "/docs/assets/" in client.get("/redoc").text


def test_behind_a_prefix(installed: Path) -> None:
    client = TestClient(FastAPI(scalar_url="/scalar"), root_path="/api")
    for page in ("/docs", "/redoc", "/scalar", "/docs/oauth2-redirect"):
        assert 'src="/api/docs/assets/' in client.get(page).text
    for page in ("/docs", "/redoc", "/scalar"):
        assert "/api/openapi.json" in client.get(page).text
