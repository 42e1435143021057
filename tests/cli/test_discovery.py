"""Which application a path, a module, an import string or the project's settings mean."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ferroapi.cli.discovery import discover
from ferroapi.cli.failure import ApplicationError, CommandError
from ferroapi.cli.place import DEFAULT_PATHS, EXAMPLES

APP = "from ferroapi import FastAPI\napp = FastAPI()\n"
NO_APP = "app = 1\n"
FACTORY = "from ferroapi import FastAPI\ndef create_app():\n    return FastAPI()\n"

REPLACED = "import sys, types; sys.modules[__name__] = types.SimpleNamespace(app=app)"
LONG = "x" * 5000
UNTOLD = "class Untold(ValueError):\n    def __str__(self): 1 / 0\nraise Untold\n"
PYTHON = f"Python: {EXAMPLES}"
DOTTED = "cannot be imported, as {} has a dot or colon: rename it"
TAKEN = f"{{}} cannot be imported, as json is another module, {json.__file__}: rename yours"

Files = dict[str, str]

PACKAGE = {"outer/__init__.py": "", "outer/inner/__init__.py": APP, "outer/inner/service.py": APP}
ENTRYPOINTS = '[tool.fastapi]\nentrypoint = "other:app"\n[tool.ferroapi]\nentrypoint = "mine:app"\n'


@pytest.mark.parametrize(
    ("files", "arguments", "found"),
    [
        *(({path: APP}, {}, re.sub("[/]", ".", path[:-3]) + ":app") for path in DEFAULT_PATHS[:3]),
        *(({path: APP}, {}, Path(path).stem + ":app") for path in DEFAULT_PATHS[3:]),
        (dict.fromkeys(reversed(DEFAULT_PATHS), APP), {}, "main:app"),
        ({"app/__init__.py": "", "app/main.py": APP}, {}, "app.main:app"),
        ({"it.py": APP}, {"target": "it.py"}, "it:app"),
        ({"it.py": APP}, {"target": "./it.py"}, "it:app"),
        ({"it.py": APP}, {"target": "it"}, "it:app"),
        ({"it.py": APP + "other = FastAPI()\n"}, {"target": "it", "name": "other"}, "it:other"),
        ({"it.py": APP}, {"target": "it.py:app"}, "it:app"),
        ({"a/b/it.py": APP}, {"target": "a/b/it.py:app"}, "it:app"),
        (PACKAGE, {"target": "outer.inner.service"}, "outer.inner.service:app"),
        (PACKAGE, {"target": "outer.inner"}, "outer.inner:app"),
        ({"it.py": FACTORY}, {"target": "it", "factory": True}, "it:create_app"),
        (
            {"it.py": FACTORY.replace("create_app", "mine")},
            {"target": "it:mine", "factory": True},
            "it:mine",
        ),
        ({"a/b/it.py": APP}, {"target": "a/b/it.py"}, "it:app"),
        (PACKAGE, {"target": "outer/inner/service.py"}, "outer.inner.service:app"),
        (PACKAGE, {"target": "outer/inner"}, "outer.inner:app"),
        (PACKAGE, {"target": "outer/inner/__init__.py"}, "outer.inner:app"),
        (PACKAGE, {"target": "outer.inner.service:app"}, "outer.inner.service:app"),
        ({"main.py": APP.replace("app", "api")}, {}, "main:api"),
        ({"main.py": APP.replace("app", "zeta") + "api = zeta\n"}, {}, "main:api"),
        ({"main.py": "app = 1\n" + APP.replace("app", "zeta")}, {}, "main:zeta"),
        ({"main.py": APP + "other = FastAPI()\n"}, {"name": "other"}, "main:other"),
        ({"main.py": APP + "async def asgi(*_): ...\n"}, {"name": "asgi"}, "main:asgi"),
        (
            {"it.py": APP + "class Apps:\n    first = app\n"},
            {"target": "it:Apps.first"},
            "it:Apps.first",
        ),
        ({"mine.py": APP, "pyproject.toml": ENTRYPOINTS, "main.py": APP}, {}, "mine:app"),
        ({"other.py": APP, "pyproject.toml": ENTRYPOINTS.split("[tool.ferro")[0]}, {}, "other:app"),
        ({"pyproject.toml": ENTRYPOINTS, "main.py": APP}, {"target": "main.py"}, "main:app"),
        (
            {"pyproject.toml": ENTRYPOINTS, "main.py": APP, "mine.py": APP + "second = app\n"},
            {"name": "second"},
            "mine:second",
        ),
        ({"pyproject.toml": ENTRYPOINTS, "it.py": APP}, {"entrypoint": "it:app"}, "it:app"),
        ({"pyproject.toml": "[project]\n", "main.py": APP}, {}, "main:app"),
        ({"elsewhere/far.py": APP}, {"target": "far"}, "far:app"),
        ({"elsewhere/far/mod.py": APP}, {"target": "far.mod"}, "far.mod:app"),
        ({"elsewhere/far.py": APP + "b = app\n"}, {"target": "far", "name": "b"}, "far:b"),
        ({"it.py": APP + f"{REPLACED}\n"}, {"target": "it.py"}, "it:app"),
        # A directory here is no module where there is one of its name.
        ({"elsewhere/far.py": APP, "far/README": ""}, {"target": "far"}, "far:app"),
        ({"elsewhere/far.py": APP, "far/README": ""}, {"target": "far:app"}, "far:app"),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(map(str, value)) or "nothing",
)
def test_an_application_is_found(
    files: Files, arguments: dict[str, Any], found: str, project: Callable[[Files], None]
) -> None:
    project(files)
    sys.path.append(str(Path("elsewhere").resolve()))  # as PYTHONPATH does
    assert discover(**arguments) == found


@pytest.mark.parametrize(
    ("files", "arguments", "message"),
    [
        (
            {},
            {},
            "Could not find an application, there is no main.py, app.py, api.py, app/main.py, "
            f"app/app.py or app/api.py: {EXAMPLES}",
        ),
        ({}, {"target": "absent.py"}, f"There is no file and no module absent.py here: {EXAMPLES}"),
        ({}, {"target": "absent"}, f"There is no file and no module absent here: {EXAMPLES}"),
        ({}, {"target": "absent.py:app"}, f"There is no file absent.py here: {EXAMPLES}"),
        ({}, {"target": "absent:app"}, f"There is no module absent here: {EXAMPLES}"),
        (
            PACKAGE,
            {"target": "outer.absent.it:app"},
            f"There is no module outer.absent here: {EXAMPLES}",
        ),
        (
            {},
            {"target": "absent:"},
            "Import string must be in the format module.submodule:app_name",
        ),
        ({}, {"target": ":app"}, "Import string must be in the format module.submodule:app_name"),
        ({}, {"entrypoint": "it"}, "Import string must be in the format module.submodule:app_name"),
        (
            {"main.py": APP},
            {"target": "main.py", "entrypoint": "main:app"},
            "Cannot use --entrypoint together with path or --app arguments",
        ),
        (
            {"main.py": APP},
            {"target": "main:app", "name": "app"},
            "Cannot use --app together with the import string main:app",
        ),
        (
            {"main.py": NO_APP},
            {},
            "Could not find an application in main: assign a FastAPI() to `app` there, or name "
            "another variable with --app",
        ),
        (
            {"main.py": FACTORY},
            {},
            "Could not find an application in main: create_app makes one with --factory",
        ),
        (
            {"main.py": APP},
            {"factory": True},
            "Could not find a factory in main, there is no function create_app, make_app or "
            "build_app: name it with --app",
        ),
        ({"main.py": APP}, {"name": "other"}, "There is no other in main: it has app"),
        ({"main.py": APP}, {"target": "main:other"}, "There is no other in main: it has app"),
        (
            {"main.py": NO_APP},
            {"target": "main:app"},
            "app in main is no application but int: assign a FastAPI() to `app` there, or name "
            "another variable with --app",
        ),
        (
            {"pyproject.toml": '[tool.ferroapi]\nentry-point = "main:app"\n'},
            {},
            "Invalid configuration in pyproject.toml: tool.ferroapi has no entry-point, only "
            "entrypoint",
        ),
        ({"my.app.py": APP}, {"target": "my.app.py"}, f"my.app.py {DOTTED.format('my.app')}"),
        ({"my.app.py": APP}, {"target": "my.app.py:app"}, f"my.app.py {DOTTED.format('my.app')}"),
        ({"a:b.py": APP}, {"target": "a:b.py"}, f"a:b.py {DOTTED.format('a:b')}"),
        (
            {"a.b/__init__.py": "", "a.b/it.py": APP},
            {"target": "a.b/it.py"},
            f"a.b/it.py {DOTTED.format('a.b')}",
        ),
        ({"it.txt": APP}, {"target": "it.txt"}, f"it.txt is no file or package of {PYTHON}"),
        ({}, {"target": "/dev/null"}, f"/dev/null is no file or package of {PYTHON}"),
        ({}, {"target": "/"}, f"/ is no file or package of {PYTHON}"),
        ({}, {"target": LONG}, f"There is no file and no module {LONG} here: {EXAMPLES}"),
        ({}, {"target": f"{LONG}.py:app"}, f"There is no file {LONG}.py here: {EXAMPLES}"),
        ({}, {"target": f"{LONG}:app"}, f"There is no module {LONG} here: {EXAMPLES}"),
        ({}, {"target": "json.absent"}, f"There is no module json.absent here: {EXAMPLES}"),
        ({}, {"target": "json.py"}, f"There is no file and no module json.py here: {EXAMPLES}"),
        ({}, {"target": "..."}, f"There is no file and no module ... here: {EXAMPLES}"),
        ({}, {"target": ".it"}, f"There is no file and no module .it here: {EXAMPLES}"),
        *(
            ({"json.py": APP}, {"target": target}, TAKEN.format("json.py"))
            for target in ("json.py", "json", "json:app", "json.py:app")
        ),
        (
            {"json/__init__.py": "", "json/it.py": APP},
            {"target": "json/it.py"},
            TAKEN.format("json/__init__.py"),
        ),
        (
            {"sys.py": APP},
            {"target": "sys.py"},
            "sys.py cannot be imported, as sys is another module, a part of Python: rename yours",
        ),
        (
            {"main.py": "def make(size): ...\n"},
            {"target": "main:make", "factory": True},
            "main:make is no factory, which is called without arguments: missing a required "
            "argument: 'size'",
        ),
        (
            {"pyproject.toml": "tool = 3\n"},
            {},
            "Invalid configuration in pyproject.toml: tool is not a table",
        ),
        (
            {"pyproject.toml": "[tool]\nferroapi = 1\n"},
            {},
            "Invalid configuration in pyproject.toml: tool.ferroapi is not a table",
        ),
        (
            {"pyproject.toml": "[tool.fastapi]\nentrypoint = 1\n"},
            {},
            "Invalid configuration in pyproject.toml: tool.fastapi.entrypoint is not a string",
        ),
        (
            {"pyproject.toml": "["},
            {},
            "Invalid configuration in pyproject.toml: Invalid initial character for a key part "
            "(at end of document)",
        ),
        (
            {"main.py": "class App: ...\nApp.__module__ = 'fastapi.applications'\nit = App()\n"},
            {},
            "main:it belongs to the installed fastapi: import ferroapi there, or add --as-fastapi",
        ),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(map(str, value)) or "nothing",
)
def test_what_cannot_be_found_is_said_in_a_line(
    files: Files, arguments: dict[str, Any], message: str, project: Callable[[Files], None]
) -> None:
    project(files)
    with pytest.raises(CommandError, match=f"^{re.escape(message)}$"):
        discover(**arguments)


@pytest.mark.parametrize("target", ["outer.it", "outer/it.py", "outer.it:app"])
@pytest.mark.parametrize("wrong", ["outer/it.py", "outer/__init__.py"])
def test_a_file_with_null_bytes_is_named(
    target: str, wrong: str, project: Callable[[Files], None]
) -> None:
    project({"outer/__init__.py": "", "outer/it.py": APP, wrong: "a = 1\0\n"})
    message = f"{wrong} is no source of Python: it has null bytes"
    with pytest.raises(CommandError, match=f"^{re.escape(message)}$"):
        discover(target)


def test_without_fastapi_the_alias_is_proposed(
    project: Callable[[Files], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fastapi", None)
    project({"main.py": APP.replace("ferroapi", "fastapi")})
    with pytest.raises(CommandError, match="not installed: import ferroapi there, or add --as-f"):
        discover()


@pytest.mark.parametrize(
    "text", ["import absent_package\n", "1 / 0\n", "import main.absent\n", UNTOLD, "int('x')\n"]
)
def test_an_error_of_the_users_module_is_the_users(
    text: str, project: Callable[[Files], None]
) -> None:
    project({"main.py": text})
    with pytest.raises(ApplicationError) as raised:
        discover()
    assert isinstance(raised.value.cause, (ArithmeticError, ImportError, ValueError))
