"""The path under which a proxy serves an application, as the command takes it."""

from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.cli.serving import SERVICE, serving

from ferroapi.cli.root_path import root_path_of


@pytest.mark.parametrize(
    ("given", "root_path"),
    [
        ("", ""),
        ("/", ""),
        ("//", ""),
        ("/shop", "/shop"),
        ("shop", "/shop"),
        ("/shop/", "/shop"),
        ("//shop", "/shop"),
        ("a b/é/", "/a b/é"),
    ],
)
def test_it_begins_with_one_slash_and_ends_with_none(given: str, root_path: str) -> None:
    """A browser looks for `shop/openapi.json` below the page, and takes `//shop` for a host."""
    assert root_path_of(given) == root_path


def test_the_pages_of_the_document_have_it(
    project: Callable[[dict[str, str]], None], tmp_path: Path
) -> None:
    project({"main.py": SERVICE.format(name="ferroapi")})
    with serving("run", "--root-path", "shop/", directory=tmp_path) as server:
        server.facts()
        with urlopen(f"{server.url}/docs", timeout=5) as page:
            assert '"/shop/openapi.json"' in page.read().decode().replace("'", '"')
