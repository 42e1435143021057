"""`ferroapi check`: mistakes that can be told without a request."""

import json
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ferroapi.cli.checks import CHECKS
from ferroapi.cli.checks.finding import Finding
from ferroapi.cli.failure import ApplicationError, text_of
from ferroapi.cli.output import shown_path
from ferroapi.cli.target import AsFastAPI, Entrypoint, Factory, Name, Target, loaded
from ferroapi.exceptions import RecursiveUnionWarning

__all__ = ["check"]


def check(
    target: Target = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: a list of objects, one a finding.")
    ] = False,
    app: Name = None,
    entrypoint: Entrypoint = None,
    as_fastapi: AsFastAPI = False,
    factory: Factory = False,
) -> None:
    """Look for mistakes in an application; exit with 1 where there are any.

    Found are declarations that cannot be served, duplicate operation ids, routes that an earlier
    one shadows, recursive unions, calls that block the event loop, and overrides of dependencies
    that no route has.
    """
    found: list[Finding] = []
    application = None
    try:
        with _recursive_unions(found):
            application = loaded(target, app, entrypoint, as_fastapi=as_fastapi, factory=factory)
    except ApplicationError as error:
        found.append(_of_import(error.cause))
    if application is not None:
        found += [finding for look in CHECKS.values() for finding in look(application)]
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        _show(found)
    if found:
        raise typer.Exit(1)


@contextmanager
def _recursive_unions(found: list[Finding]) -> Iterator[None]:
    """Adds the recursive unions that are declared meanwhile; other warnings go their way."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RecursiveUnionWarning)
        try:
            yield
        finally:
            others = []
            for warning in caught:
                if issubclass(warning.category, RecursiveUnionWarning):
                    found.append(
                        Finding(
                            "recursive-union",
                            str(warning.message),
                            warning.filename,
                            warning.lineno,
                        )
                    )
                else:
                    others.append(warning)
    for warning in others:
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def _of_import(error: Exception) -> Finding:
    """What the module of the application raised, at the line that was being run."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno) for frame in frames if _is_users(frame.filename)]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
    file, line = places[-1] if places else (None, None)
    notes = "".join(f", {note}" for note in getattr(error, "__notes__", ()))
    text = f"{type(error).__name__}: {text_of(error)}{notes}"
    return Finding("declaration", " ".join(text.split()), file, line)


def _is_users(file: str) -> bool:
    path = Path(file)
    ours = path.is_relative_to(Path(__file__).parents[1])
    return not (ours or file.startswith("<") or "site-packages" in path.parts)


def _show(found: list[Finding]) -> None:
    for finding in found:
        place = f"{shown_path(finding.file)}:{finding.line}: " if finding.file else ""
        typer.secho(place, bold=True, nl=False)
        typer.secho(f"{finding.rule}: ", fg=typer.colors.RED, nl=False)
        typer.echo(finding.message)
    if not found:
        typer.echo(
            f"Nothing found: {', '.join(CHECKS)}, recursive unions.", err=not sys.stdout.isatty()
        )
