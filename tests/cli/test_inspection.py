"""The commands that say what is in an application: `routes`, `openapi`, `explain`."""

import json
import re
import subprocess
from collections.abc import Callable

import pytest

Project = Callable[[dict[str, str]], None]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

MAIN = """
from typing import Annotated
from ferroapi import APIRouter, Depends, FastAPI, WebSocket

print("imported")
app = FastAPI(title="Own", docs_url=None, redoc_url=None)
router = APIRouter(prefix="/items", tags=["items"])

def session(): ...

def user(session: Annotated[None, Depends(session)]): ...

@router.get("/{item_id}")
async def read_item(item_id: int, user: Annotated[None, Depends(user)]): ...

@app.websocket("/feed")
async def feed(socket: WebSocket): ...

app.include_router(router, prefix="/v1")
below = FastAPI(openapi_url=None)
below.add_api_route("/inner", session, methods=["PUT", "POST"])
app.mount("/below", below)
"""


def test_routes_are_a_table_in_the_order_they_are_tried(project: Project, command: Command) -> None:
    project({"main.py": MAIN})
    result = command("routes")
    assert (result.returncode, result.stderr) == (0, "imported\n")
    titles, *rows = (re.split(r"\s{2,}", line) for line in result.stdout.splitlines())
    assert titles == ["METHOD", "PATH", "NAME", "ENDPOINT", "DEPENDENCIES", "DECLARED AT"]
    assert [row[:2] for row in rows] == [
        ["WEBSOCKET", "/feed"],
        ["GET", "/v1/items/{item_id}"],
        ["POST", "/below/inner"],
        ["PUT", "/below/inner"],
    ]
    assert rows[0][2:] == ["feed", "main.feed", "main.py:16"]
    assert rows[1][2:] == ["read_item", "main.read_item", "main.session, main.user", "main.py:13"]


def test_routes_are_json(project: Project, command: Command) -> None:
    project({"main.py": MAIN})
    rows = json.loads(command("routes", "main:app", "--json").stdout)
    document, _, socket, item, *_ = rows
    assert document["path"] == "/openapi.json"
    assert item == {
        "method": "GET",
        "path": "/v1/items/{item_id}",
        "name": "read_item",
        "endpoint": "main.read_item",
        "dependencies": ["main.session", "main.user"],
        "tags": ["items"],
        "include_in_schema": True,
        "file": item["file"],
        "line": 13,
    }
    assert item["file"].endswith("main.py")
    assert (socket["method"], socket["tags"]) == ("WEBSOCKET", [])


def test_explain_prints_what_runs(project: Project, command: Command) -> None:
    project({"main.py": MAIN})
    result = command("explain", "get", "/v1/items/3")
    assert result.returncode == 0
    compile(result.stdout, "answer", "exec")
    assert "await endpoint(" in result.stdout
    absent = command("explain", "GET", "/absent", "main.py")
    assert absent.returncode == 1
    assert absent.stderr == (
        "imported\nferroapi: No path operation answers GET /absent: `ferroapi routes` lists those "
        "there are\n"
    )
    relative = command("explain", "GET", "v1/items/3")
    assert relative.returncode == 2
    assert "v1/items/3 is no path: it begins with a slash" in relative.stderr


def test_a_document_is_written_and_checked(project: Project, command: Command) -> None:
    project({"main.py": MAIN, "broken.json": "{"})
    printed = command("openapi").stdout
    assert json.loads(printed)["info"]["title"] == "Own"
    assert command("openapi", "--output", "known.json").returncode == 0
    same = command("openapi", "--check", "known.json")
    assert (same.returncode, same.stdout) == (0, "")
    project({"known.json": json.dumps(json.loads(printed))})
    assert command("openapi", "--check", "known.json").returncode == 0
    project({"main.py": MAIN.replace('"Own"', '"Other"')})
    other = command("openapi", "--check", "known.json")
    assert other.returncode == 1
    assert other.stdout.startswith("--- known.json\n+++ the application\n@@ ")
    assert '-    "title": "Own",\n+    "title": "Other",\n' in other.stdout
    assert other.stderr == (
        "imported\nferroapi: known.json is another document: write this one with "
        "--output known.json\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--check", "a", "--output", "b"], "Cannot use --check together with --output"),
        (
            ["--check", "absent.json"],
            "Cannot read absent.json: No such file .*; write it with --output absent.json",
        ),
        (["--check", "broken.json"], "broken.json is no JSON: Expecting property name .*"),
        (["--output", "absent/file.json"], "Cannot write absent/file.json: No such file .*"),
        (["main:session"], "main:session is no application of ferroapi but function; if it .*"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_the_document_cannot_be_is_said_in_a_line(
    arguments: list[str], message: str, project: Project, command: Command
) -> None:
    project({"main.py": MAIN, "broken.json": "{"})
    result = command("openapi", *arguments)
    assert result.returncode == 1
    assert re.fullmatch(f"(imported\n)?ferroapi: {message}\n", result.stderr)


def test_a_factory_is_called(project: Project, command: Command) -> None:
    project(
        {"main.py": "from ferroapi import FastAPI\ndef create_app(): return FastAPI(title='Made')"}
    )
    document = json.loads(command("openapi", "--factory").stdout)
    assert document["info"]["title"] == "Made"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_is_told_how_to_complete(shell: str, command: Command) -> None:
    result = command("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert result.returncode == 0
    assert "_FERROAPI_COMPLETE" in result.stdout
    completed = command(
        _FERROAPI_COMPLETE="complete_bash", COMP_WORDS="ferroapi ro", COMP_CWORD="1"
    )
    assert completed.stdout.split() == ["routes"]
