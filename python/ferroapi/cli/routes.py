"""`ferroapi routes`: what an application answers, in the order in which it looks."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from ferroapi.cli.output import show_table, shown_path
from ferroapi.cli.route_rows import RouteRow, route_rows
from ferroapi.cli.target import AsFastAPI, Entrypoint, Factory, Name, Target, loaded

__all__ = ["routes"]

TITLES = ("Methods", "Path", "Name", "Endpoint", "Dependencies", "Source")


def routes(
    target: Target = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: a list of objects, one a route.")
    ] = False,
    app: Name = None,
    entrypoint: Entrypoint = None,
    as_fastapi: AsFastAPI = False,
    factory: Factory = False,
) -> None:
    """List the routes of an application, in the order in which they are tried."""
    application = loaded(target, app, entrypoint, as_fastapi=as_fastapi, factory=factory)
    rows = route_rows(application)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        show_table(TITLES, [_cells(row) for row in rows])


def _cells(row: RouteRow) -> tuple[str, ...]:
    return (
        " ".join(row.methods),
        row.path,
        row.name or "",
        row.endpoint or "",
        ", ".join(row.dependencies),
        f"{shown_path(row.file)}:{row.line}" if row.file else "",
    )
