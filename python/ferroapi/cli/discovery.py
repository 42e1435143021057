"""Finds the application that a path, an import string or the project's settings mean."""

import importlib
import operator
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ferroapi.applications import FastAPI

__all__ = [
    "DEFAULT_PATHS",
    "IMPORT_STRING",
    "DiscoveryError",
    "application_at",
    "configured",
    "discover",
]

IMPORT_STRING = "FERROAPI_IMPORT_STRING"
"""The environment variable by which the command tells the processes it starts what to serve."""

DEFAULT_PATHS = ("main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py")
"""Where an application is looked for when nothing says where it is, in this order."""


class DiscoveryError(Exception):
    """There is no application where one was expected; the message is one line for the user."""


@dataclass(frozen=True)
class _Place:
    """A module, the directory it is imported from, and the name in it if one was asked for."""

    module: str
    directory: Path
    name: str | None


def discover(
    target: str | None = None, *, name: str | None = None, entrypoint: str | None = None
) -> str:
    """Returns the import string `module:name` of the application, which is imported by then.

    `target` is a path or an import string, `name` the variable to take from the module of a path,
    `entrypoint` an import string. Without any of them `configured` decides, then `DEFAULT_PATHS`.
    The directory that the module has to be imported from becomes the first of `sys.path`.

    Raises `DiscoveryError`, and whatever the application's own module raises.
    """
    if target is None and name is None:
        entrypoint = entrypoint or configured(Path.cwd())
    elif entrypoint is not None:
        raise DiscoveryError("Cannot use --entrypoint together with path or --app arguments")
    place = _place_of_import_string(entrypoint) if entrypoint else _place(target, name)
    sys.path.insert(0, str(place.directory))
    module = _imported(place.module)
    return f"{place.module}:{_name_of_application(module, place.name)}"


def application_at(import_string: str) -> Any:
    """Imports what `module:name` means."""
    module, _, name = import_string.partition(":")
    return operator.attrgetter(name)(importlib.import_module(module))


def configured(directory: Path) -> str | None:
    """The import string under `entrypoint` in the `pyproject.toml` of `directory`, if there is one.

    The table `tool.ferroapi` comes before `tool.fastapi`. Raises `DiscoveryError`.
    """
    path = directory / "pyproject.toml"
    if not path.is_file():
        return None
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except ValueError as error:
        raise DiscoveryError(f"Invalid configuration in pyproject.toml: {error}") from None
    for table in ("ferroapi", "fastapi"):
        entrypoint = tables.get(table, {}).get("entrypoint")
        if isinstance(entrypoint, str):
            return entrypoint
        if entrypoint is not None:
            raise DiscoveryError(
                f"Invalid configuration in pyproject.toml: tool.{table}.entrypoint is not a string"
            )
    return None


def _place(target: str | None, name: str | None) -> _Place:
    if target is None:
        return _place_of_path(_default_path(), name)
    path = Path(target)
    if path.exists():
        return _place_of_path(path, name)
    if ":" not in target:
        raise DiscoveryError(f"Path does not exist {target}")
    if name is not None:
        raise DiscoveryError(f"Cannot use --app together with the import string {target}")
    return _place_of_import_string(target)


def _place_of_import_string(import_string: str) -> _Place:
    module, _, name = import_string.partition(":")
    if not module or not name:
        raise DiscoveryError("Import string must be in the format module.submodule:app_name")
    return _Place(module, Path.cwd(), name)


def _default_path() -> Path:
    for path in map(Path, DEFAULT_PATHS):
        if path.is_file():
            return path
    raise DiscoveryError("Could not find a default file to run, please provide an explicit path")


def _place_of_path(path: Path, name: str | None) -> _Place:
    """A file is a module of the outermost package around it; packages have an `__init__.py`."""
    path = path.resolve()
    if path.name == "__init__.py":
        path = path.parent
    names = [path.stem if path.is_file() else path.name]
    directory = path.parent
    while (directory / "__init__.py").is_file():
        names.insert(0, directory.name)
        directory = directory.parent
    return _Place(".".join(names), directory, name)


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise DiscoveryError(f"No module named {error.name}") from None
        if error.name == "fastapi":
            raise DiscoveryError(
                f"{name} imports fastapi, which is not installed: import ferroapi there, "
                "or add --as-fastapi"
            ) from None
        raise


def _name_of_application(module: ModuleType, wanted: str | None) -> str:
    if wanted is not None:
        try:
            found = operator.attrgetter(wanted)(module)
        except AttributeError:
            raise DiscoveryError(f"Could not find app name {wanted} in {module.__name__}") from None
        if not callable(found):
            raise DiscoveryError(
                f"The app name {wanted} in {module.__name__} doesn't seem to be a FastAPI app"
            )
        return wanted
    names = ["app", "api", *dir(module)]
    for name in names:
        if isinstance(getattr(module, name, None), FastAPI):
            return name
    for name in names:
        if _is_of_real_fastapi(getattr(module, name, None)):
            raise DiscoveryError(
                f"{module.__name__}:{name} belongs to the installed fastapi: "
                "import ferroapi there, or add --as-fastapi"
            )
    raise DiscoveryError("Could not find FastAPI app in module, try using --app")


def _is_of_real_fastapi(value: object) -> bool:
    return any(base.__module__ == "fastapi.applications" for base in type(value).__mro__)
