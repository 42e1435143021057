"""The pages about what FastAPI does not have: their examples can be declared, and their links lead
somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("cancellation", "dependencies", "lifespan", "read_body", "threads")
ALL_PAGES = (
    *PAGES,
    *("controllers", "error_format", "forms", "head", "introspection", "layers", "query"),
    *("testing", "websocket_refusal"),
)


def _examples(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (DOCS / f"{page}.md").read_text(), re.M | re.S)


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_can_be_declared(page: str) -> None:
    """One after the other: each may use what those before it have declared."""
    names: dict[str, Any] = {"__name__": "page"}
    examples = _examples(page)
    for code in examples:
        exec(compile(code, f"<{page}.md>", "exec"), names)
    assert names["app"].openapi()["openapi"]
    assert examples


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (DOCS / f"{page}.md").read_text()
    for target in re.findall(r"\]\((?!https:)([^)#]+)", text):
        assert DOCS.joinpath(target).exists(), target


@pytest.mark.parametrize("name", ["ferroapi", "fastapi"])
def test_the_examples_can_be_declared_under_both_names(name: str) -> None:
    """In a process that has the alias and answers as FastAPI does, each page by itself."""
    pages = [
        "".join(_examples(page)).replace("from ferroapi import", f"from {name} import")
        for page in ALL_PAGES
    ]
    program = f"""
import ferroapi.alias

ferroapi.alias.install()
for number, code in enumerate({pages!r}):
    names = {{"__name__": "page"}}
    exec(code, names)
    assert names["app"].openapi()["openapi"]
    print(number)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "FERROAPI_COMPAT": "1"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    assert len(done.stdout.splitlines()) == len(ALL_PAGES)
