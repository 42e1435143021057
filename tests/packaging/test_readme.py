"""The first example of the README runs, and answers what the README shows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ferroapi.testclient import TestClient

README = Path(__file__).parents[2].joinpath("README.md").read_text()
(EXAMPLE,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHOWN = re.findall(r"^\$ curl http://127\.0\.0\.1:8000(\S+)\n(.+)$", README, re.MULTILINE)


@pytest.fixture(scope="module")
def client() -> TestClient:
    """A client of the example."""
    names: dict[str, Any] = {}
    exec(compile(EXAMPLE, "<README>", "exec"), names)
    return TestClient(names["app"])


@pytest.mark.parametrize(("path", "answer"), SHOWN)
def test_the_answers_are_those_shown(path: str, answer: str, client: TestClient) -> None:
    assert client.get(path).json() == json.loads(answer)


def test_an_item_comes_back(client: TestClient) -> None:
    item = {"name": "Plumbus", "price": 3.5}
    assert client.post("/items/", json=item).json() == item
