"""`ferroapi routes`: what an application serves, in the order in which it looks."""

import json
from typing import Annotated, Any

import typer

from ferroapi.cli.naming import title_of
from ferroapi.cli.output import show_table, shown_path
from ferroapi.cli.target import AsFastAPI, Entrypoint, Factory, Name, Target, loaded
from ferroapi.routing import RouteEntry

__all__ = ["routes"]

TITLES = ("METHOD", "PATH", "NAME", "ENDPOINT", "DEPENDENCIES", "DECLARED AT")


def routes(
    target: Target = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: a list of objects, one a row.")
    ] = False,
    app: Name = None,
    entrypoint: Entrypoint = None,
    as_fastapi: AsFastAPI = False,
    factory: Factory = False,
) -> None:
    """List what an application serves, in the order in which it is tried.

    The document and its pages are in what --json prints only.
    """
    application = loaded(target, app, entrypoint, as_fastapi=as_fastapi, factory=factory)
    entries = application.route_table()
    if as_json:
        typer.echo(json.dumps([_object(entry) for entry in entries], indent=2))
    else:
        shown = [entry for entry in entries if not _is_documentation(entry)]
        show_table(TITLES, [_cells(entry) for entry in shown])


def _is_documentation(entry: RouteEntry) -> bool:
    return getattr(entry.endpoint, "__module__", None) == "ferroapi.documentation"


def _object(entry: RouteEntry) -> dict[str, Any]:
    return {
        "method": entry.method,
        "path": entry.path,
        "name": entry.name,
        "endpoint": title_of(entry.endpoint),
        "dependencies": [title_of(call) for call in entry.dependencies],
        "tags": list(entry.tags),
        "include_in_schema": entry.include_in_schema,
        "file": entry.file,
        "line": entry.line,
    }


def _cells(entry: RouteEntry) -> tuple[str, ...]:
    return (
        entry.method or "*",
        entry.path,
        entry.name or "",
        title_of(entry.endpoint),
        ", ".join(title_of(call) for call in entry.dependencies),
        f"{shown_path(entry.file)}:{entry.line}" if entry.file else "",
    )
