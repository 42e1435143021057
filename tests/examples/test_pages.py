"""Pages of the documentation show the files in docs/examples, which answer what the pages say."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import WebSocketDenialResponse

from ferroapi.testclient import TestClient

DOCS = Path(__file__).parents[2] / "docs"
CONSOLE = re.compile(
    r"^```console\n\$ (?P<command>curl .*)\n(?P<answer>(?:.*\n)*?)```", re.MULTILINE
)
PAGES = ["error_format", "head", "layers", "query", "websocket_refusal"]
COMMANDS = [
    (page, match["command"], match["answer"].splitlines())
    for page in PAGES
    for match in CONSOLE.finditer(DOCS.joinpath(f"{page}.md").read_text())
]


def names_of(page: str) -> dict[str, Any]:
    """What is defined by the example of a page."""
    file = DOCS / "examples" / f"{page}.py"
    names: dict[str, Any] = {"__name__": page}
    exec(compile(file.read_text(), file, "exec"), names)
    return names


@pytest.mark.parametrize("page", PAGES)
def test_the_page_shows_the_example(page: str) -> None:
    example = DOCS.joinpath("examples", f"{page}.py").read_text()
    assert f"```python\n{example}```" in DOCS.joinpath(f"{page}.md").read_text()


@pytest.mark.parametrize(
    ("page", "command", "answer"), COMMANDS, ids=[f"{page}-{one[9:]}" for page, one, _ in COMMANDS]
)
def test_the_answers_are_those_shown(page: str, command: str, answer: list[str]) -> None:
    """Of the headers, those that the page shows; `...` stands for others."""
    arguments = iter(shlex.split(command)[1:])
    method, url, headers, content = "GET", "", {}, None
    for argument in arguments:
        match argument:
            case "-I":
                method = "HEAD"
            case "-i":
                pass
            case "-X":
                method = next(arguments)
            case "-H":
                name, _, headers[name] = next(arguments).partition(": ")
            case "-d":
                content = next(arguments)
            case _:
                url = argument
    client = TestClient(names_of(page)["app"], raise_server_exceptions=False)
    response = client.request(
        method, url.removeprefix("http://127.0.0.1:8000"), headers=headers, content=content
    )
    # The phrase of 422 is another one from Python 3.13 on.
    told = [f"HTTP/1.1 {response.status_code} "]
    told += [f"{name}: {value}" for name, value in response.headers.items()]
    head, body = answer, []
    if not answer[0].startswith("HTTP/1.1"):
        head, body = [], answer
    elif "" in answer:
        head, body = answer[: answer.index("")], answer[answer.index("") + 1 :]
    head = [re.sub(r"^(HTTP/1.1 \d+ ).*", r"\1", line) for line in head]
    told = [re.sub(r"(;dur=)\d+", r"\g<1>0", line) for line in told]
    assert set(head) - {"..."} <= set(told)
    assert response.text.splitlines() == body


def test_the_page_of_websocket_refusals() -> None:
    app = names_of("websocket_refusal")["app"]
    client = TestClient(app)
    with client.websocket_connect("/forecast?days=2") as session:
        assert session.receive_json() == {"day": "2026-12-01", "celsius": -1.5}
    for path, status in (("/forecast?days=few", 422), ("/nothing", 404)):
        with pytest.raises(WebSocketDenialResponse) as caught, client.websocket_connect(path):
            pass
        assert caught.value.status_code == status
