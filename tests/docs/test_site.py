"""The documentation site: every page is found, every link leads somewhere, nothing is foreign."""

import ast
import importlib
import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest

import ferroapi

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CONFIGURATION = ROOT / "zensical.toml"
PAGES = sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))
# Attributes by which a page loads something, those of `link` by what it is for.
LOADED = {"src", "srcset", "poster", "data"}
LOADED_LINKS = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "preconnect"}
HOST = "http://site"
BLOCK = re.compile(r"^```python\n((?!--8).*?)^```", re.MULTILINE | re.DOTALL)
# What says by `__all__` what is public, but for the command, and what does so by its names.
PUBLIC = [
    "ferroapi",
    "ferroapi.encoders",
    "ferroapi.exception_handlers",
    *(
        f"ferroapi.{module.name}"
        for module in pkgutil.iter_modules(ferroapi.__path__)
        if module.name not in ("__main__", "_core", "cli")
        and hasattr(importlib.import_module(f"ferroapi.{module.name}"), "__all__")
    ),
]


class Page(HTMLParser):
    """What a page loads, links to, and may be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.loaded += [value for name, value in values.items() if name in LOADED]
        if tag == "link" and LOADED_LINKS.intersection(values.get("rel", "").split()):
            self.loaded.append(values["href"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.anchors.update(value for name, value in values.items() if name in ("id", "name"))


def _navigation(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        for target in entry.values():
            yield from [target] if isinstance(target, str) else _navigation(target)


def _printed(program: str) -> str:
    """What a program of the documentation prints."""
    command = [sys.executable, DOCS / program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site that was built now, as `make docs` does it."""
    pytest.importorskip("zensical", reason="the dependency group docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(DOCS, folder / "docs")
    folder.joinpath("docs", "changelog.md").write_text(_printed("changelog.py"))
    shutil.copy(CONFIGURATION, folder)
    for name in ("examples", "python"):
        folder.joinpath(name).symlink_to(ROOT / name)
    built = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    """The pages by their paths: `guides/bodies/`."""
    return {
        str(file.relative_to(site)).removesuffix("index.html"): Page(file.read_text())
        for file in site.rglob("*.html")
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_in_the_navigation(page: str) -> None:
    """Otherwise: add a line to `nav` in zensical.toml."""
    nav = tomllib.loads(CONFIGURATION.read_text())["project"]["nav"]
    assert page in [*_navigation(nav)]


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[str, Page]) -> None:
    loaded = [url for page in pages.values() for url in page.loaded]
    for sheet in site.rglob("*.css"):
        loaded += re.findall(r"url\(['\"]?([^'\")]+)", sheet.read_text())
    foreign = [url for url in loaded if urlsplit(url).netloc]
    assert loaded
    assert not foreign


def test_examples_are_included(site: Path) -> None:
    assert not [page for page in site.rglob("index.html") if "--8" in page.read_text()]


def test_links_lead_somewhere(site: Path, pages: dict[str, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for link in page.links:
            if link.startswith(("http:", "https:", "mailto:")) or path == "404.html":
                continue
            target = urlsplit(urljoin(f"{HOST}/{path}", link))
            where = unquote(target.path).lstrip("/")
            if where == "llms.txt":  # printed by docs/llms.py
                continue
            if where in pages:
                found = not target.fragment or unquote(target.fragment) in pages[where].anchors
            else:
                found = (site / where).is_file()
            if not found:
                broken.append((path, link))
    assert pages
    assert not broken


def _missing(names: Iterable[tuple[str, str]], pages: dict[str, Page]) -> list[str]:
    """The classes and functions of ours that no page describes; of modules and names."""
    anchors = {anchor for page in pages.values() for anchor in page.anchors}
    missing = []
    for module, name in names:
        value = getattr(importlib.import_module(module), name)
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        home = value.__module__
        if home.startswith("ferroapi") and not anchors.intersection(
            (f"{module}.{name}", f"{home}.{name}")
        ):
            missing.append(f"{module}.{name}")
    return missing


def test_the_reference_has_every_public_name(pages: dict[str, Page]) -> None:
    public = []
    for module in PUBLIC:
        namespace = importlib.import_module(module)
        names = getattr(namespace, "__all__", None) or [
            name
            for name, value in vars(namespace).items()
            if not name.startswith("_") and getattr(value, "__module__", "") == module
        ]
        public += [(module, name) for name in names]
    assert not _missing(public, pages)


def _imported(code: str) -> Iterator[tuple[str, str]]:
    """What an example imports of ours: module and name."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ferroapi":
            yield from ((str(node.module), name.name) for name in node.names)


@pytest.mark.filterwarnings("ignore:starlette.middleware.wsgi is deprecated")
def test_the_reference_has_what_the_pages_import(pages: dict[str, Page]) -> None:
    """Also what `__all__` does not have, since FastAPI does not."""
    examples = [
        *(code for page in PAGES for code in BLOCK.findall(DOCS.joinpath(page).read_text())),
        *(file.read_text() for file in DOCS.joinpath("examples").rglob("*.py")),
    ]
    imported = {names for code in examples for names in _imported(code)}
    assert imported
    assert not _missing(imported, pages)


def test_programs_find_every_page() -> None:
    listed = set(re.findall(r"\]\(([^)]+)/\)", _printed("llms.py"))) | {"index"}
    assert {page.removesuffix(".md").removesuffix("/index") for page in PAGES} <= listed
