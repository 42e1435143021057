"""What `ferroapi check` finds, and what it leaves alone."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ferroapi.cli.checks import CHECKS

Project = Callable[[dict[str, str]], None]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

HEAD = """
import time, subprocess, functools
import time as clock
from subprocess import run as start
from time import sleep
from typing import Annotated
from ferroapi import APIRouter, Depends, FastAPI, WebSocket
from pydantic import BaseModel
app = FastAPI()
"""

# name: (source below HEAD, rule and a part of the message of each finding)
FOUND: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "nothing": ("@app.get('/')\nasync def read(): ...\n", []),
    "ids": (
        "@app.get('/a', operation_id='same')\ndef a(): ...\n"
        "@app.get('/b', operation_id='same')\ndef b(): ...\n",
        [("duplicate-operation-id", "GET /b has the operation id same of GET /a")],
    ),
    "ids that are not shown": (
        "@app.get('/a', operation_id='same')\ndef a(): ...\n"
        "@app.get('/b', operation_id='same', include_in_schema=False)\ndef b(): ...\n",
        [],
    ),
    "shadowed by a parameter": (
        "@app.get('/users/{id}')\ndef one(id): ...\n@app.get('/users/me')\ndef me(): ...\n",
        [("shadowed-route", "GET /users/me is answered by module.one, whose path /users/{id} is")],
    ),
    "shadowed by itself": (
        "@app.get('/a')\ndef one(): ...\n@app.get('/a')\ndef two(): ...\n",
        [("shadowed-route", "GET /a is answered by module.one")],
    ),
    "shadowed by a path": (
        "@app.get('/{rest:path}')\ndef rest(rest): ...\n@app.get('/a/{b}')\ndef b(b): ...\n",
        [("shadowed-route", "GET /a/any-value is answered by module.rest")],
    ),
    "shadowed in a router": (
        "router = APIRouter()\n@router.get('/me')\ndef me(): ...\n"
        "@app.get('/users/{id}')\ndef one(id): ...\napp.include_router(router, prefix='/users')\n",
        [("shadowed-route", "GET /users/me is answered by module.one")],
    ),
    "shadowed by a mount": (
        "app.mount('/a', FastAPI())\n@app.get('/a/b')\ndef b(): ...\n",
        [("shadowed-route", "GET /a/b is answered by ferroapi.applications.FastAPI")],
    ),
    "shadowed WebSocket": (
        "@app.websocket('/{a}')\nasync def a(a, socket: WebSocket): ...\n"
        "@app.websocket('/b')\nasync def b(socket: WebSocket): ...\n",
        [("shadowed-route", "WebSocket /b is answered by module.a")],
    ),
    "not shadowed": (
        "@app.get('/a/{x:int}')\ndef number(x: int): ...\n@app.get('/a/{x}')\ndef text(x): ...\n"
        "@app.post('/a/{x}')\ndef post(x): ...\n@app.get('/a/{x}/b')\ndef below(x): ...\n"
        "@app.websocket('/a/{x}')\nasync def feed(x, socket: WebSocket): ...\n",
        [],
    ),
    "blocking": (
        "@app.get('/')\nasync def read():\n    time.sleep(1)\n    clock.sleep(1)\n    sleep(1)\n"
        "    start(['x'])\n    import urllib.request\n    urllib.request.urlopen('x')\n",
        [
            *[("blocking-call", "time.sleep blocks the event loop in async def module.read")] * 3,
            ("blocking-call", "subprocess.run blocks"),
            ("blocking-call", "urllib.request.urlopen blocks"),
        ],
    ),
    "blocking dependency, once": (
        "async def wait():\n    time.sleep(1)\n    yield\n"
        "@app.get('/', dependencies=[Depends(wait)])\ndef a(): ...\n"
        "@app.get('/b', dependencies=[Depends(wait)])\ndef b(): ...\n",
        [("blocking-call", "in async def module.wait")],
    ),
    "blocking in a wrapper": (
        "def wrapped(function):\n    @functools.wraps(function)\n    async def inner():\n"
        "        return await function()\n    return inner\n"
        "@app.get('/')\n@wrapped\nasync def read():\n    time.sleep(1)\n",
        [("blocking-call", "in async def module.read")],
    ),
    "blocking where it may": (
        "@app.get('/')\ndef read():\n    time.sleep(1)\n"
        "@app.get('/b')\nasync def b(time: int = 0):\n    def inner(): sleep(1)\n"
        "    app.sleep(1)\n    run(1)\n    (lambda: sleep(1))\n",
        [],
    ),
    "override": (
        "def used(): ...\ndef unused(): ...\n@app.get('/', dependencies=[Depends(used)])\n"
        "def read(): ...\napp.dependency_overrides = {used: unused, unused: used}\n",
        [("unused-override", "module.unused is in dependency_overrides, but no route")],
    ),
    "override of what another one depends on": (
        "def used(): ...\ndef below(): ...\ndef fake(value=Depends(below)): ...\n"
        "@app.get('/', dependencies=[Depends(used)])\ndef read(): ...\n"
        "app.dependency_overrides = {below: lambda: 1, used: fake}\n",
        [],
    ),
    "override of a declaration that cannot be meant": (
        "class Odd: ...\ndef used(): ...\ndef odd(q: Odd): ...\n"
        "@app.get('/', dependencies=[Depends(used)])\ndef read(): ...\n"
        "app.dependency_overrides[used] = odd\n",
        [("declaration", "/ cannot be served: FastAPIError: ")],
    ),
}


@pytest.mark.parametrize(("source", "expected"), FOUND.values(), ids=FOUND)
def test_found(source: str, expected: list[tuple[str, str]], project: Project) -> None:
    project({"module.py": HEAD + source})
    sys.path.insert(0, str(Path.cwd()))
    importlib.invalidate_caches()
    app = importlib.import_module("module").app
    found = [finding for look in CHECKS.values() for finding in look(app)]
    assert [finding.rule for finding in found] == [rule for rule, _ in expected]
    for finding, (_, part) in zip(found, expected, strict=True):
        assert part in finding.message
        assert (finding.file or "").endswith("module.py")


RECURSIVE = """
class Tree(BaseModel):
    child: "Tree | Bush | None" = None
class Bush(BaseModel):
    child: Tree | Bush | None = None
@app.post("/")
def write(tree: Tree | Bush): ...
"""


def test_a_recursive_union_is_found(project: Project, command: Command) -> None:
    source = "from __future__ import annotations\n" + HEAD + RECURSIVE
    project({"main.py": source})
    result = command("check")
    assert result.returncode == 1
    assert re.fullmatch(
        r"main\.py:\d+: recursive-union: The parameter 'tree' of write \(.*\n", result.stdout
    )


def test_a_declaration_that_raises_is_found(project: Project, command: Command) -> None:
    project({"main.py": HEAD + "\n@app.get('/')\ndef read(a: FastAPI): ...\n"})
    result = command("check", "--json")
    assert result.returncode == 1
    (finding,) = json.loads(result.stdout)
    assert finding["rule"] == "declaration"
    assert finding["message"].startswith("FastAPIError: ")
    assert "in the declaration of read" in finding["message"]
    assert finding["file"].endswith("main.py")
    assert finding["line"] == 11


def test_a_file_that_is_no_python_is_found(project: Project, command: Command) -> None:
    project({"main.py": HEAD + "\ndef read(:\n"})
    result = command("check")
    assert result.returncode == 1
    assert re.fullmatch(r"main\.py:11: declaration: SyntaxError: .*\n", result.stdout)


def test_without_a_finding_it_ends_with_0(project: Project, command: Command) -> None:
    project({"main.py": HEAD})
    result = command("check")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.startswith("Nothing found: declarations, duplicate operation ids, ")
    missing = command("check", "absent.py")
    assert missing.returncode == 1
    assert missing.stderr.startswith("ferroapi: There is no file and no module absent.py")
