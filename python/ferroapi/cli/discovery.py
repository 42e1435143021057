"""Finds the application that a path, an import string or the project's settings mean."""

import importlib
import importlib.util
import inspect
import operator
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ferroapi.applications import FastAPI
from ferroapi.cli.failure import CommandError, of_application
from ferroapi.cli.output import shown_path
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
        module = _imported(place)
    if place.name is not None:
        found = _checked(module, place.name)
    else:
        found = _name_of_factory(module) if factory else _name_of_application(module)
    import_string = f"{place.module}:{found}"
    if factory:
        _check_factory(import_string, operator.attrgetter(found)(module))
    return import_string


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
        if not _is_importable(target):
            raise CommandError(f"There is no file and no module {target} here: {EXAMPLES}")
        return _Place(target, Path.cwd(), name)
    if name is not None:
        raise CommandError(f"Cannot use --app together with the import string {target}")
    if named and module.endswith(".py"):
        if not os.path.isfile(module):
            raise CommandError(f"There is no file {module} here: {EXAMPLES}")
        return _place_of_path(Path(module), named)
    return _place_of_import_string(target)


def _path(target: str) -> Path | None:
    """The file or package that a path or the name of a module means from here."""
    # Other than the methods of a path, these functions take any text.
    if os.path.exists(target):
        return Path(target)
    return next(_files(Path(*target.split("."))), None)


def _files(module: Path) -> Iterator[Path]:
    """The files that a module or package of this path and name has."""
    if module.name:
        places = (module.with_name(f"{module.name}.py"), module / "__init__.py")
        yield from filter(os.path.isfile, places)


def _is_importable(module: str) -> bool:
    """Whether there is a module outside of the current directory; its packages may lack it."""
    if module.endswith(".py"):
        return False
    try:
        return importlib.util.find_spec(module.partition(".")[0]) is not None
    except ValueError:  # no name, or of a program that is no module
        return False


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
    given, path = path, path.resolve()
    if path.name == "__init__.py":
        path = path.parent
    own = path.name if path.is_dir() else inspect.getmodulename(path)
    if not own:
        raise CommandError(f"{given} is no file or package of Python: {EXAMPLES}")
    names = [own]
    directory = path.parent
    while (directory / "__init__.py").is_file():
        names.insert(0, directory.name)
        directory = directory.parent
    for part in names:
        if "." in part or ":" in part:
            raise CommandError(
                f"{given} cannot be imported, as {part} has a dot or colon: rename it"
            )
    return _Place(".".join(names), directory, name)


def _imported(place: _Place) -> ModuleType:
    name = place.module
    try:
        _check_name_is_free(place)
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
    except (SyntaxError, ValueError):
        _check_sources(place)
        raise


def _check_name_is_free(place: _Place) -> None:
    """Raises `CommandError` where another module has the name of the outermost module or package.

    That is one of Python's own, or one that the command has imported.
    """
    name = place.module.partition(".")[0]
    own = place.directory / name
    file = next(_files(own), None)
    if file is None:
        return
    try:
        spec = importlib.util.find_spec(name)
    except ValueError:  # of a program that is no module
        spec = None
    if spec is None or not spec.has_location or _directory(spec.origin) not in (own, own.parent):
        other = getattr(sys.modules.get(name), "__file__", None) or "a part of Python"
        raise CommandError(
            f"{shown_path(str(file))} cannot be imported, as {name} is another module, {other}: "
            "rename yours"
        )


def _directory(file: str | None) -> Path:
    return Path(file or "").parent.resolve()


def _check_sources(place: _Place) -> None:
    """Raises `CommandError` where there are null bytes, of which Python does not say the file."""
    path = place.directory
    for part in place.module.split("."):
        path /= part
        for file in _files(path):
            if b"\0" in file.read_bytes():
                raise CommandError(
                    f"{shown_path(str(file))} is no source of Python: it has null bytes"
                )


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


def _check_factory(import_string: str, factory: Callable[..., object]) -> None:
    """Raises `CommandError` where a factory cannot be called as it is: without arguments."""
    try:
        signature = inspect.signature(factory)
    except ValueError:  # what is written in C may have none
        return
    try:
        signature.bind()
    except TypeError as error:
        raise CommandError(
            f"{import_string} is no factory, which is called without arguments: {error}"
        ) from None


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
