"""Finds the application that a path, an import string or the project's settings mean."""

import importlib
import operator
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ferroapi.applications import FastAPI
from ferroapi.cli.failure import CommandError, of_application
from ferroapi.cli.settings import configured

__all__ = [
    "DEFAULT_PATHS",
    "IMPORT_STRING",
    "application_at",
    "discover",
]

IMPORT_STRING = "FERROAPI_IMPORT_STRING"
"""The environment variable by which the command tells the processes it starts what to serve."""

DEFAULT_PATHS = ("main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py")
"""Where an application is looked for when nothing says where it is, in this order."""

FACTORIES = ("create_app", "make_app", "build_app")
"""Functions that are taken for a factory when nothing says which one is, in this order."""

EXAMPLES = "give a file (main.py), a module (main) or an import string (main:app)"


@dataclass(frozen=True)
class _Place:
    """A module, the directory it is imported from, and the name in it if one was asked for."""

    module: str
    directory: Path
    name: str | None


def discover(
    target: str | None = None,
    *,
    name: str | None = None,
    entrypoint: str | None = None,
    factory: bool = False,
) -> str:
    """Returns the import string `module:name` of the application, which is imported by then.

    `target` is a path, a module or an import string, whose first half may be a path as well; `name`
    the variable to take from the module, `entrypoint` an import string. Without any of them
    `configured` decides, then `DEFAULT_PATHS`. With `factory` the name is that of a function which
    makes the application. The directory that the module has to be imported from becomes the first
    of `sys.path`.

    Raises `CommandError`, and `ApplicationError` of what the application's own module raises.
    """
    if entrypoint is not None and not (target is name is None):
        raise CommandError("Cannot use --entrypoint together with path or --app arguments")
    if target is None:
        entrypoint = entrypoint or configured(Path.cwd())
    place = _place_of_import_string(entrypoint, name) if entrypoint else _place(target, name)
    sys.path.insert(0, str(place.directory))
    with of_application():
        module = _imported(place.module)
    if place.name is not None:
        found = _checked(module, place.name)
    else:
        found = _name_of_factory(module) if factory else _name_of_application(module)
    return f"{place.module}:{found}"


def application_at(import_string: str) -> Any:
    """Imports what `module:name` means."""
    module, _, name = import_string.partition(":")
    return operator.attrgetter(name)(importlib.import_module(module))


def _place(target: str | None, name: str | None) -> _Place:
    if target is None:
        return _place_of_path(_default_path(), name)
    path = _path(target)
    if path is not None:
        return _place_of_path(path, name)
    module, colon, named = target.rpartition(":")
    if not colon:
        raise CommandError(f"There is no file and no module {target} here: {EXAMPLES}")
    if name is not None:
        raise CommandError(f"Cannot use --app together with the import string {target}")
    path = Path(module)
    if named and module.endswith(".py"):
        if not path.is_file():
            raise CommandError(f"There is no file {module} here: {EXAMPLES}")
        return _place_of_path(path, named)
    return _place_of_import_string(target)


def _path(target: str) -> Path | None:
    """The file or package that a path or the name of a module means from here."""
    path = Path(target)
    if path.exists():
        return path
    below = Path(*target.split("."))
    places = (below.with_name(f"{below.name}.py"), below / "__init__.py") if target else ()
    return next((place for place in places if place.is_file()), None)


def _place_of_import_string(import_string: str, wanted: str | None = None) -> _Place:
    module, _, name = import_string.partition(":")
    if not module or not name:
        raise CommandError("Import string must be in the format module.submodule:app_name")
    return _Place(module, Path.cwd(), wanted or name)


def _default_path() -> Path:
    for path in map(Path, DEFAULT_PATHS):
        if path.is_file():
            return path
    raise CommandError(
        f"Could not find an application, there is no {', '.join(DEFAULT_PATHS[:-1])} "
        f"or {DEFAULT_PATHS[-1]}: {EXAMPLES}"
    )


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
            raise CommandError(f"There is no module {error.name} here: {EXAMPLES}") from None
        if error.name == "fastapi":
            raise CommandError(
                f"{name} imports fastapi, which is not installed: import ferroapi there, "
                "or add --as-fastapi"
            ) from None
        raise


def _checked(module: ModuleType, wanted: str) -> str:
    """The name that was asked for, of something that can be called.

    Raises `CommandError`: it means something else, or nothing.
    """
    try:
        found = operator.attrgetter(wanted)(module)
    except AttributeError:
        raise CommandError(
            f"There is no {wanted} in {module.__name__}: {_proposal(module)}"
        ) from None
    if not callable(found):
        raise CommandError(
            f"{wanted} in {module.__name__} is no application but {type(found).__name__}: "
            f"{_proposal(module)}"
        )
    return wanted


def _name_of_application(module: ModuleType) -> str:
    names = ["app", "api", *dir(module)]
    for name in names:
        if isinstance(getattr(module, name, None), FastAPI):
            return name
    for name in names:
        if _is_of_real_fastapi(getattr(module, name, None)):
            raise CommandError(
                f"{module.__name__}:{name} belongs to the installed fastapi: "
                "import ferroapi there, or add --as-fastapi"
            )
    raise CommandError(f"Could not find an application in {module.__name__}: {_proposal(module)}")


def _name_of_factory(module: ModuleType) -> str:
    for name in FACTORIES:
        if callable(getattr(module, name, None)):
            return name
    raise CommandError(
        f"Could not find a factory in {module.__name__}, there is no function "
        f"{', '.join(FACTORIES[:-1])} or {FACTORIES[-1]}: name it with --app"
    )


def _proposal(module: ModuleType) -> str:
    """What to do where a module does not have the application that was looked for."""
    names = [name for name in dir(module) if isinstance(getattr(module, name, None), FastAPI)]
    if names:
        return f"it has {', '.join(names)}"
    factory = next((name for name in FACTORIES if callable(getattr(module, name, None))), None)
    if factory is not None:
        return f"{factory} makes one with --factory"
    return "assign a FastAPI() to `app` there, or name another variable with --app"


def _is_of_real_fastapi(value: object) -> bool:
    return any(base.__module__ == "fastapi.applications" for base in type(value).__mro__)
