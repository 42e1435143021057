"""The examples of docs/streaming.md run, and answer what it shows."""

import re
from pathlib import Path
from typing import Any

import pytest

from ferroapi.testclient import TestClient

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS.joinpath("streaming.md").read_text()
EXAMPLE = re.compile(
    r"^```python\n(?P<code>.*?)^```\n\n"
    r"^```console\n\$ curl (?:-H '(?P<header>[^':]+): (?P<value>[^']+)' )?"
    r"(?:--data-binary '(?P<body>[^']+)' )?"
    r"'?http://127\.0\.0\.1:8000(?P<path>[^\s']+)'?\n(?P<answer>.*?)(?P<broken>^curl: .*?)?^```",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES = [match.groupdict() for match in EXAMPLE.finditer(PAGE)]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["path"] for example in EXAMPLES])
def test_the_answers_are_those_shown(example: dict[str, str | None]) -> None:
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(str(example["code"]), "<streaming.md>", "exec"), names)
    client = TestClient(names["app"], raise_server_exceptions=False)
    headers = {example["header"]: str(example["value"])} if example["header"] else {}
    method = "POST" if example["body"] else "GET"
    response = client.request(
        method, str(example["path"]), headers=headers, content=example["body"]
    )
    assert response.status_code == 200
    assert response.text.splitlines() == str(example["answer"]).splitlines()


def test_every_example_is_tried() -> None:
    assert len(EXAMPLES) == PAGE.count("```python") > 0


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https:)([^)#]+)", PAGE):
        assert DOCS.joinpath(target).exists(), target
