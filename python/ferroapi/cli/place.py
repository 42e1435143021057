"""Where the module of an application is: its name, the directory, and how it is imported."""

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from ferroapi.cli.failure import CommandError
from ferroapi.cli.output import shown_path

__all__ = ["DEFAULT_PATHS", "EXAMPLES", "Place", "imported", "place_of", "place_of_import_string"]

DEFAULT_PATHS = ("main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py")
"""Where an application is looked for when nothing says where it is, in this order."""

EXAMPLES = "give a file (main.py), a module (main) or an import string (main:app)"


@dataclass(frozen=True)
class Place:
    """A module, the directory it is imported from, and the name in it if one was asked for."""

    module: str
    directory: Path
    name: str | None


def place_of(target: str | None, name: str | None) -> Place:
    """The place of a path, a module or an import string; without any, of a file in `DEFAULT_PATHS`.

    `name` is what was asked for beside it. Raises `CommandError` where there is no such place.
    """
    if target is None:
        return _place_of_path(_default_path(), name)
    path = _path(target)
    if path is not None:
        return _place_of_path(path, name)
    module, colon, named = target.rpartition(":")
    if not colon:
        if not _is_importable(target):
            raise CommandError(f"There is no file and no module {target} here: {EXAMPLES}")
        return Place(target, Path.cwd(), name)
    if name is not None:
        raise CommandError(f"Cannot use --app together with the import string {target}")
    if named and module.endswith(".py"):
        if not os.path.isfile(module):
            raise CommandError(f"There is no file {module} here: {EXAMPLES}")
        return _place_of_path(Path(module), named)
    return place_of_import_string(target)


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


def place_of_import_string(import_string: str, wanted: str | None = None) -> Place:
    """The place that `module:name` means, or `wanted` in that module.

    Raises `CommandError` for what has another form.
    """
    module, _, name = import_string.partition(":")
    if not module or not name:
        raise CommandError("Import string must be in the format module.submodule:app_name")
    return Place(module, Path.cwd(), wanted or name)


def _default_path() -> Path:
    for path in map(Path, DEFAULT_PATHS):
        if path.is_file():
            return path
    raise CommandError(
        f"Could not find an application, there is no {', '.join(DEFAULT_PATHS[:-1])} "
        f"or {DEFAULT_PATHS[-1]}: {EXAMPLES}"
    )


def _place_of_path(path: Path, name: str | None) -> Place:
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
    return Place(".".join(names), directory, name)


def imported(place: Place) -> ModuleType:
    """The module of a place, which the first directory of `sys.path` is that of.

    Raises `CommandError` where it is missing or cannot be imported, and what it raises itself.
    """
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


def _check_name_is_free(place: Place) -> None:
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


def _check_sources(place: Place) -> None:
    """Raises `CommandError` where there are null bytes, of which Python does not say the file."""
    path = place.directory
    for part in place.module.split("."):
        path /= part
        for file in _files(path):
            if b"\0" in file.read_bytes():
                raise CommandError(
                    f"{shown_path(str(file))} is no source of Python: it has null bytes"
                )
