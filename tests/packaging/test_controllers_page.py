"""The example of docs/controllers.md runs, and answers what the page shows."""

import re
from pathlib import Path
from typing import Any

import pytest

from ferroapi.testclient import TestClient

PAGE = Path(__file__).parents[2].joinpath("docs", "controllers.md").read_text()
(EXAMPLE,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SHOWN = re.findall(
    r"^\$ curl -H 'x-shop: (\w+)' http://127\.0\.0\.1:8000(\S+)\n(.+)$", PAGE, re.MULTILINE
)


@pytest.mark.parametrize(("shop", "path", "answer"), SHOWN)
def test_the_answers_are_those_shown(shop: str, path: str, answer: str) -> None:
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(EXAMPLE, "<controllers.md>", "exec"), names)
    client = TestClient(names["app"])
    assert client.get(path, headers={"x-shop": shop}).text == answer
