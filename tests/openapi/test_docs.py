"""The pages that show a document, and that nothing they are given leaves its place in them."""

import inspect
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferroapi.openapi.docs import (
    get_redoc_html,
    get_swagger_ui_html,
    get_swagger_ui_oauth2_redirect_html,
    swagger_ui_default_parameters,
)

HOSTILE = "'\"><script>alert(1)</script>&<!-- \\ \u2028"
SWAGGER_URLS = ("swagger_js_url", "swagger_css_url", "swagger_favicon_url")
REDOC_URLS = ("redoc_js_url", "redoc_favicon_url")


class Page(HTMLParser):
    """The elements of a page as a browser would see them."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.inside = ""
        self.attributes: list[str | None] = []
        self.text: dict[str, str] = {}
        self.feed(bytes(response.body).decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.inside = tag
        self.attributes += [value for _, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.text[self.inside] = self.text.get(self.inside, "") + data


def script_strings(script: str) -> list[str]:
    """The values of the strings of a script that stand in apostrophes."""
    literals = re.findall(r"'((?:[^'\\]|\\.)*)'", script)
    return [json.loads(f'"{literal}"') for literal in literals]


@pytest.mark.parametrize("name", SWAGGER_URLS)
def test_swagger_ui_is_loaded_from_where_it_is_said_to_be(name: str) -> None:
    default = inspect.signature(get_swagger_ui_html).parameters[name].default
    option: dict[str, Any] = {name: "/own?a=1&b=2"}
    standard = Page(get_swagger_ui_html(openapi_url="/o", title="t"))
    own = Page(get_swagger_ui_html(openapi_url="/o", title="t", **option))

    assert default in standard.attributes
    assert "/own?a=1&b=2" in own.attributes
    assert default not in own.attributes


@pytest.mark.parametrize("name", REDOC_URLS)
def test_redoc_is_loaded_from_where_it_is_said_to_be(name: str) -> None:
    default = inspect.signature(get_redoc_html).parameters[name].default
    option: dict[str, Any] = {name: "/own?a=1&b=2"}
    standard = Page(get_redoc_html(openapi_url="/o", title="t"))
    own = Page(get_redoc_html(openapi_url="/o", title="t", **option))

    assert default in standard.attributes
    assert "/own?a=1&b=2" in own.attributes
    assert default not in own.attributes


@pytest.mark.parametrize("fonts", [True, False])
def test_redoc_fonts_can_be_switched_off(fonts: bool) -> None:
    page = get_redoc_html(openapi_url="/o", title="t", with_google_fonts=fonts)

    assert (b"fonts.googleapis.com" in bytes(page.body)) is fonts


SWAGGER_OPTIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "defaults": (
        {},
        [f'"{key}": {json.dumps(value)},' for key, value in swagger_ui_default_parameters.items()],
    ),
    "document": ({}, ["url: '/openapi.json',"]),
    "presets": ({}, ["presets: [", "SwaggerUIBundle.presets.apis,"]),
    "redirect": (
        {"oauth2_redirect_url": "/docs/oauth2-redirect"},
        ["oauth2RedirectUrl: window.location.origin + '/docs/oauth2-redirect',"],
    ),
    "parameters": (
        {"swagger_ui_parameters": {"deepLinking": False, "theme": {"a": None}}},
        ['"deepLinking": false,', '"theme": {"a": null},', '"layout": "BaseLayout",'],
    ),
    "OAuth2": (
        {"init_oauth": {"clientId": "c", "appName": "My App"}},
        ['ui.initOAuth({"clientId": "c", "appName": "My App"});'],
    ),
}


@pytest.mark.parametrize(
    ("options", "expected"), SWAGGER_OPTIONS.values(), ids=SWAGGER_OPTIONS.keys()
)
def test_swagger_ui_is_configured(options: dict[str, Any], expected: list[str]) -> None:
    page = Page(get_swagger_ui_html(openapi_url="/openapi.json", title="t", **options))

    assert [part for part in expected if part not in page.text["script"]] == []


def test_swagger_ui_is_not_given_what_is_not_there() -> None:
    script = Page(get_swagger_ui_html(openapi_url="/o", title="t")).text["script"]

    assert "oauth2RedirectUrl" not in script
    assert "initOAuth" not in script


def hostile_pages(text: str) -> tuple[Page, Page]:
    swagger_urls: dict[str, Any] = dict.fromkeys(SWAGGER_URLS, text)
    redoc_urls: dict[str, Any] = dict.fromkeys(REDOC_URLS, text)
    swagger = get_swagger_ui_html(
        openapi_url=text,
        title=text,
        oauth2_redirect_url=text,
        init_oauth={text: text},
        swagger_ui_parameters={text: text},
        **swagger_urls,
    )
    return Page(swagger), Page(get_redoc_html(openapi_url=text, title=text, **redoc_urls))


@given(st.text(alphabet=st.sampled_from("'\"<>&/!-\\ ascript\u2028\n$é"), min_size=1))
def test_nothing_leaves_its_place(text: str) -> None:
    """Whatever the title, the URLs and the parameters are, the pages have the same elements."""
    swagger, redoc = hostile_pages(text)
    plain_swagger, plain_redoc = hostile_pages("x")

    assert swagger.tags == plain_swagger.tags
    assert redoc.tags == plain_redoc.tags
    assert swagger.attributes.count(text) == plain_swagger.attributes.count("x")
    assert redoc.attributes.count(text) == plain_redoc.attributes.count("x")
    assert swagger.text["title"] == redoc.text["title"] == text
    strings = script_strings(swagger.text["script"])
    assert strings[0] == strings[1] == text


def test_markup_is_escaped_in_scripts() -> None:
    swagger, _ = hostile_pages(HOSTILE)

    assert "\\u003c/script\\u003e" in swagger.text["script"]


def test_redirect_page_hands_the_answer_to_the_window_that_asked() -> None:
    page = Page(get_swagger_ui_oauth2_redirect_html())

    assert "window.opener.swaggerUIRedirectOauth2" in page.text["script"]
