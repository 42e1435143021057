"""Which application a command is about: its arguments, and what they mean."""

import sys
from contextlib import redirect_stdout
from typing import Annotated, TypeAlias

import typer

from ferroapi import alias
from ferroapi.applications import FastAPI
from ferroapi.cli.discovery import application_at, discover
from ferroapi.cli.failure import CommandError, of_application

__all__ = ["AsFastAPI", "Entrypoint", "Factory", "Name", "Target", "loaded"]

Target: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="[PATH | MODULE | MODULE:APP]",
        show_default=False,
        help="The file, package or module of the application, or its import string. Otherwise what "
        "`entrypoint` says in `[tool.ferroapi]` or `[tool.fastapi]` of pyproject.toml, or the "
        "first of main.py, app.py, api.py here, or these in app/.",
    ),
]
Name: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--app",
        help="The variable that holds the application. Otherwise what `entrypoint` says, then "
        "`app`, `api`, or the first.",
        show_default=False,
    ),
]
Entrypoint: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--entrypoint", "-e", help="An import string, instead of a path.", show_default=False
    ),
]
AsFastAPI: TypeAlias = Annotated[
    bool,
    typer.Option("--as-fastapi", help="Let `import fastapi` mean ferroapi in the application."),
]
Factory: TypeAlias = Annotated[
    bool,
    typer.Option("--factory", help="The name is that of a function which makes the application."),
]


def loaded(
    target: str | None,
    name: str | None,
    entrypoint: str | None,
    *,
    as_fastapi: bool,
    factory: bool,
) -> FastAPI:
    """The application that the arguments of a command mean.

    What its module prints goes to standard error, since standard output has the answer.

    Raises `CommandError`: there is none, or it is another framework's; and `ApplicationError` of
    what its own code raises.
    """
    if as_fastapi:
        alias.install()
    with redirect_stdout(sys.stderr):
        import_string = discover(target, name=name, entrypoint=entrypoint, factory=factory)
        found = application_at(import_string)
        with of_application():
            app = found() if factory else found
    if not isinstance(app, FastAPI):
        hint = "" if factory else "; if it makes one, add --factory"
        raise CommandError(
            f"{import_string} is no application of ferroapi but {type(app).__name__}{hint}"
        )
    return app
