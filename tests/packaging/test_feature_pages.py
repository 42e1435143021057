"""The pages about what FastAPI does not have: their examples can be declared, and their links lead
somewhere."""

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("cancellation", "lifespan")
EXAMPLES = [
    (page, number, code)
    for page in PAGES
    for number, code in enumerate(
        re.findall(r"^```python\n(.*?)^```", (DOCS / f"{page}.md").read_text(), re.M | re.S)
    )
]


@pytest.mark.parametrize(
    ("page", "number", "code"), EXAMPLES, ids=[f"{page}-{number}" for page, number, _ in EXAMPLES]
)
def test_an_example_can_be_declared(page: str, number: int, code: str) -> None:
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, f"<{page}.md>", "exec"), names)
    if "app" in names:
        assert names["app"].openapi()["openapi"]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (DOCS / f"{page}.md").read_text()
    for target in re.findall(r"\]\((?!https:)([^)#]+)", text):
        assert DOCS.joinpath(target).exists(), target
