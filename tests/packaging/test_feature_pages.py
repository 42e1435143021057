"""The pages about what FastAPI does not have: their examples can be declared, and their links lead
somewhere."""

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("cancellation", "dependencies", "lifespan", "read_body", "threads")


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
