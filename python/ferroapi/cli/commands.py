"""The commands there are: each is a module of its name."""

from typing import Annotated

import typer

from ferroapi import __version__
from ferroapi.cli.bench import bench
from ferroapi.cli.check import check
from ferroapi.cli.explain import explain
from ferroapi.cli.new import new
from ferroapi.cli.openapi import openapi
from ferroapi.cli.routes import routes
from ferroapi.cli.serve import serve

__all__ = ["application"]

application = typer.Typer(
    help="Serves ferroapi applications, and says what is in them.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    rich_markup_mode=None,  # the help names TOML tables in brackets
    # A traceback is of the user's own module: it should look like any other.
    pretty_exceptions_enable=False,
)


def show_version(wanted: bool) -> None:
    """Prints the version and exits, if `wanted`."""
    if wanted:
        typer.echo(f"ferroapi {__version__}")
        raise typer.Exit


@application.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=show_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """The options that stand before a command."""


for _name, _help in {
    "run": "Serve an application in production.",
    "dev": "Serve an application while it is being written: on this machine only, with reload.",
}.items():
    application.command(_name, help=_help)(serve)
for _command in (routes, openapi, explain, check, new, bench):
    application.command()(_command)
