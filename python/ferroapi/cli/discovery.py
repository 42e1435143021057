"""Finds the application that a path, an import string or the project's settings mean."""

import importlib
import inspect
import operator
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from ferroapi.applications import FastAPI
from ferroapi.cli.failure import CommandError, of_application
from ferroapi.cli.place import imported, place_of, place_of_import_string
from ferroapi.cli.settings import configured

__all__ = ["IMPORT_STRING", "application_at", "discover"]

IMPORT_STRING = "FERROAPI_IMPORT_STRING"
"""The environment variable by which the command tells the processes it starts what to serve."""

FACTORIES = ("create_app", "make_app", "build_app")
"""Functions that are taken for a factory when nothing says which one is, in this order."""


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
    `configured` decides, then `place.DEFAULT_PATHS`. With `factory` the name is that of a function
    which makes the application. The directory that the module has to be imported from becomes the
    first of `sys.path`.

    Raises `CommandError`, and `ApplicationError` of what the application's own module raises.
    """
    if entrypoint is not None and not (target is name is None):
        raise CommandError("Cannot use --entrypoint together with path or --app arguments")
    if target is None:
        entrypoint = entrypoint or configured(Path.cwd())
    place = place_of_import_string(entrypoint, name) if entrypoint else place_of(target, name)
    sys.path.insert(0, str(place.directory))
    with of_application():
        module = imported(place)
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
