"""`ferroapi explain`: what runs for a request."""

import sys
from typing import Annotated

import typer

from ferroapi.cli.failure import CommandError
from ferroapi.cli.target import AsFastAPI, Entrypoint, Factory, Name, Target, loaded

__all__ = ["explain"]


def explain(
    method: Annotated[str, typer.Argument(help="The method of a request, such as GET.")],
    path: Annotated[str, typer.Argument(help="Its path, such as /items/3.")],
    target: Target = None,
    *,
    app: Name = None,
    entrypoint: Entrypoint = None,
    as_fastapi: AsFastAPI = False,
    factory: Factory = False,
) -> None:
    """Print the Python source that answers a request."""
    if not path.startswith("/"):
        raise typer.BadParameter(f"{path} is no path: it begins with a slash")
    application = loaded(target, app, entrypoint, as_fastapi=as_fastapi, factory=factory)
    try:
        source = application.explain(path, method.upper())
    except LookupError as error:
        raise CommandError(f"{error.args[0]}: `ferroapi routes` lists those there are") from None
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.syntax import Syntax

        Console().print(Syntax(source, "python", background_color="default", word_wrap=True))
    else:
        typer.echo(source, nl=not source.endswith("\n"))
