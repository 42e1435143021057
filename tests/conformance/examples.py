"""Imports every example of FastAPI's documentation and writes those that fail, as JSON.

    python examples.py DIRECTORY

DIRECTORY has `docs_src`. Each example is imported in a process and a directory of its own, in which
are the files that examples open.
"""

import contextlib
import importlib
import io
import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

import ferroapi.alias

FILES = ("static/logo.png", "templates/item.html", "dist/index.html", "dist/404.html")
VARIABLES = {"ADMIN_EMAIL": "admin@example.com"}


def examples(directory: Path) -> list[str]:
    """The names of all modules below `docs_src`."""
    paths = sorted(directory.glob("docs_src/**/*.py"))
    modules = [path.relative_to(directory).with_suffix("") for path in paths]
    return [".".join(module.parts) for module in modules if module.name != "__init__"]


def fault(name: str) -> str:
    """Why a module cannot be imported; empty when it can."""
    for file in FILES:
        Path(file).parent.mkdir(exist_ok=True)
        Path(file).touch()
    Path("openapi.json").write_text('{"paths": {}}')
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            importlib.import_module(name)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def fault_in_a_process(name: str) -> str:
    """The same, with nothing left behind."""
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory() as directory:
        child = os.fork()
        if child == 0:
            os.chdir(directory)
            os.write(writing, fault(name).encode()[:4000])
            os._exit(0)
        os.close(writing)
        with open(reading, encoding="utf-8", errors="replace") as result:
            said = result.read()
        status = os.waitpid(child, 0)[1]
    return said or ("the process ended" if status else "")


def main(directory: Path) -> None:
    ferroapi.alias.install()
    for name in ("fastapi.openapi.models", "fastapi.testclient"):
        importlib.import_module(name)  # once, before the processes that need it
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(directory))
    os.environ.update(VARIABLES)
    faults = {name: fault_in_a_process(name) for name in examples(directory)}
    json.dump(faults, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
