"""The examples of docs/forms.md run, and answer what the page shows."""

import re
from pathlib import Path
from typing import Any

import pytest

from ferroapi.testclient import TestClient

PAGE = Path(__file__).parents[2].joinpath("docs", "forms.md").read_text()
EXAMPLES = re.findall(
    r"^```python\n(.*?)^```\n\n^```console\n"
    r"\$ printf abc > \S+\n"
    r"\$ curl -F '(\w+)=([^']+)' -F '(\w+)=@\S+' http://127\.0\.0\.1:8000(\S+)\n(.*?)\n^```",
    PAGE,
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.parametrize(("code", "field", "text", "file", "path", "answer"), EXAMPLES)
def test_the_answer_is_the_one_shown(
    code: str, field: str, text: str, file: str, path: str, answer: str
) -> None:
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, "<forms.md>", "exec"), names)
    client = TestClient(names["app"])
    response = client.post(path, data={field: text}, files={file: b"abc"})
    assert response.text == answer


def test_every_example_is_tried() -> None:
    assert len(EXAMPLES) == PAGE.count("```python") == 2
