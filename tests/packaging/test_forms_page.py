"""The example of docs/forms.md runs, and answers what the page shows."""

import re
from pathlib import Path
from typing import Any

from ferroapi.testclient import TestClient

PAGE = Path(__file__).parents[2].joinpath("docs", "forms.md").read_text()
(EXAMPLE,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
((SENT, ANSWER),) = re.findall(
    r"^\$ curl -F 'album=(.*)' -F 'cover=@cover.png' http://127\.0\.0\.1:8000/albums\n(.*)$",
    PAGE,
    re.MULTILINE,
)


def test_the_answer_is_the_one_shown() -> None:
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(EXAMPLE, "<forms.md>", "exec"), names)
    client = TestClient(names["app"])
    response = client.post("/albums", data={"album": SENT}, files={"cover": b"png"})
    assert response.text == ANSWER
