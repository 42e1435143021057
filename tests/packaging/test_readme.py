"""The first example of the README runs, and answers what the README shows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ferroapi.testclient import TestClient

ROOT = Path(__file__).parents[2]
README = ROOT.joinpath("README.md").read_text()
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


def test_links_lead_somewhere_on_a_package_index() -> None:
    """There, relative ones lead nowhere; those into the repository name what is in it."""
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert not [link for link in links if not link.startswith("https://")]
    inside = (
        r"https://github\.com/ferroapi/ferroapi/(?:blob|tree)/main/(.+)",
        r"https://raw\.githubusercontent\.com/ferroapi/ferroapi/main/(.+)",
    )
    found = [match[1] for link in links for form in inside if (match := re.fullmatch(form, link))]
    assert found
    assert not [path for path in found if not ROOT.joinpath(path).exists()]


def test_an_item_comes_back(client: TestClient) -> None:
    item = {"name": "Plumbus", "price": 3.5}
    assert client.post("/items/", json=item).json() == item


def test_an_environment_is_made_before_something_is_installed() -> None:
    """Debian and others refuse to install into theirs (PEP 668); `.venv` is of the checkout."""
    assert -1 < README.find("python3 -m venv ../") < README.find("$ pip install")
