"""Pages without a script of their own: what they are given stays in its place, and they work."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ferroapi.openapi.local_docs import (
    POLICY,
    oauth2_redirect_page,
    redoc_page,
    swagger_ui_page,
)
from ferroapi.openapi.scalar import POLICY as SCALAR_POLICY
from ferroapi.openapi.scalar import scalar_page

CHECKOUT = Path(__file__).parents[2]
HOSTILE = "'\"><script>alert(1)</script>&<!-- {x} \\ \u2028"
PAGES = {
    "swagger ui": swagger_ui_page(
        openapi_url=HOSTILE,
        assets="/assets",
        title=HOSTILE,
        oauth2_redirect_url=HOSTILE,
        init_oauth={"clientId": HOSTILE},
        swagger_ui_parameters={HOSTILE: HOSTILE, "layout": "Own"},
    ),
    "redoc": redoc_page(openapi_url=HOSTILE, assets="/assets", title=HOSTILE),
    "scalar": scalar_page(openapi_url=HOSTILE, assets="/assets", title=HOSTILE),
    "scalar of a CDN": scalar_page(openapi_url=HOSTILE, assets=None, title=HOSTILE),
    "redirect": oauth2_redirect_page(assets="/assets"),
    "hostile assets": redoc_page(openapi_url="/", assets=HOSTILE, title=""),
}


TAGS = {"html", "head", "meta", "title", "link", "body", "div", "redoc", "script", "noscript"}


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text in its scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inline = ""
        self._within = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._within = tag

    def handle_data(self, data: str) -> None:
        if self._within in ("script", "style"):
            self.inline += data.strip()


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_nothing_in_a_page_is_run(page: Any) -> None:
    elements = Elements(page.body.decode())
    assert elements.inline == ""
    for tag, attributes in elements.found:
        assert tag in TAGS
        assert not any(name.startswith("on") or name == "style" for name in attributes)


def test_the_settings_are_what_was_given() -> None:
    found = dict(Elements(PAGES["swagger ui"].body.decode()).found)
    settings = json.loads(str(found["div"]["data-settings"]))
    assert settings["oauth2RedirectUrl"] == HOSTILE
    assert settings["initOAuth"] == {"clientId": HOSTILE}
    parameters = settings["parameters"]
    assert parameters.pop("url") == parameters[HOSTILE] == HOSTILE
    assert (parameters["layout"], parameters["deepLinking"]) == ("Own", True)
    assert dict(Elements(PAGES["redoc"].body.decode()).found)["redoc"]["spec-url"] == HOSTILE
    found = dict(Elements(PAGES["scalar"].body.decode()).found)
    assert json.loads(str(found["div"]["data-configuration"]))["url"] == HOSTILE


CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FETCHED = CHECKOUT / "docs-assets/ferroapi_docs_assets/static/scalar.standalone.js"
# What pages write to the console where all is well.
TOLD = {
    "cdn.redoc.ly/redoc/logo-mini.svg",  # the mark of ReDoc's makers, which is not shown then
    "'script-src' was not explicitly set",  # Scalar has asked whether it may compile, and does not
    "@scalar/api-reference@",
}
SERVICE = """
from ferroapi import FastAPI
app = FastAPI(scalar_url="/scalar")

@app.get("/shown/{{number}}", summary="Shown in the page")
async def shown(number: int): ...

@app.middleware("http")
async def guard(request, call_next):
    response = await call_next(request)
    response.headers["content-security-policy"] = {policy!r}
    return response
"""


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.skipif(not FETCHED.exists(), reason="`python docs-assets/fetch.py` was not run")
@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/docs", POLICY),
        ("/redoc", POLICY),
        ("/scalar", SCALAR_POLICY),
        ("/docs", "default-src 'self'; script-src 'self'; img-src 'self' data:"),
    ],
    ids=["docs", "redoc", "scalar", "docs, the strictest"],
)
def test_a_page_works_in_a_browser_without_a_network(
    path: str, policy: str, tmp_path: Path, start_server: Callable[..., Any]
) -> None:
    tmp_path.joinpath("main.py").write_text(SERVICE.format(policy=policy))
    arguments = ["-m", "ferroapi", "run", "main.py", "--host", "127.0.0.1", "--port", "0"]
    assets = str(CHECKOUT / "docs-assets")
    server = start_server(arguments, cwd=tmp_path, PYTHONPATH=assets)
    port = server.wait_for(r"running on http://127\.0\.0\.1:(\d+)").group(1)
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += [f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=20000"]
    command += ["--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*"]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Shown in the page" in done.stdout, done.stderr
    told = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert [line for line in told if not any(expected in line for expected in TOLD)] == []


def test_a_wrong_file_stops_the_build(tmp_path: Path) -> None:
    folder = tmp_path / "docs-assets"
    shutil.copytree(CHECKOUT / "docs-assets", folder, ignore=shutil.ignore_patterns("static"))
    program = "import verify; verify.verify()"

    def verified() -> str:
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stderr

    assert "swagger-ui-bundle.js is missing: run `python docs-assets/fetch.py`" in verified()
    static = folder / "ferroapi_docs_assets/static"
    static.mkdir()
    static.joinpath("swagger-ui-bundle.js").write_text("another one")
    assert "swagger-ui-bundle.js is not the file whose digest is in" in verified()
