"""Writes the project of `ferroapi-fastapi-stubs`: python packaging/fastapi_stubs.py DIRECTORY.

Where only ferroapi is installed, `import fastapi` is known to the alias when a program runs, and to
nobody before. The stub package (PEP 561) tells editors and type checkers that `fastapi.x` is
`ferroapi.x`; `make wheel` builds it. It is not for environments that have FastAPI itself.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "python/ferroapi"
PROGRAMS = {"__main__", "_core", "alias", "cli"}
"""What is no module of FastAPI under the alias either, or does something when it is imported."""
PROJECT = '''\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "ferroapi-fastapi-stubs"
description = "Types of `fastapi` for projects that run on ferroapi"
readme = {{ content-type = "text/markdown", text = """
Editors and type checkers know `import fastapi` by this package where only ferroapi is installed,
whose alias gives programs the name when they run. It is not for environments with FastAPI itself.
""" }}
version = "{version}"
license = "MIT"
requires-python = "{python}"
dependencies = ["ferroapi=={version}"]
classifiers = ["Typing :: Stubs Only"]

[tool.hatch.build.targets.wheel]
packages = ["fastapi-stubs"]
'''


def private_names(module: Path) -> Iterator[str]:
    """The names with an underscore that a module binds: `import *` leaves them out."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names = [node.name]
            case ast.Assign(targets=targets):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case ast.ImportFrom(names=imported):
                names = [alias.name for alias in imported if alias.name == alias.asname]
            case _:
                names = []
        yield from (name for name in names if name.startswith("_") and not name.endswith("__"))


def stub(module: Path) -> str:
    """The stub of one file of ferroapi, as the module of FastAPI."""
    parts = ["ferroapi", *module.relative_to(SOURCES).with_suffix("").parts]
    source = ".".join(parts).removesuffix(".__init__")
    lines = [f"from {source} import *"]
    lines += [f"from {source} import {name} as {name}" for name in sorted({*private_names(module)})]
    if source == "ferroapi":
        lines.append("from ferroapi import __version__ as __version__")
    return "\n".join(lines) + "\n"


def write_project(directory: Path) -> None:
    """A project that any build front end makes a wheel of; `directory` is made.

    Raises:
        FileExistsError: there is something already.
    """
    package = directory / "fastapi-stubs"
    package.mkdir(parents=True)
    for module in sorted(SOURCES.rglob("*.py")):
        path = module.relative_to(SOURCES)
        if path.with_suffix("").parts[0] not in PROGRAMS:
            target = package / path.with_suffix(".pyi")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(stub(module), encoding="utf-8")
    project = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text())["project"]
    version = tomllib.loads(ROOT.joinpath("Cargo.toml").read_text())["workspace"]["package"][
        "version"
    ]
    text = PROJECT.format(version=version, python=project["requires-python"])
    directory.joinpath("pyproject.toml").write_text(text)


if __name__ == "__main__":
    write_project(Path(sys.argv[1]))
