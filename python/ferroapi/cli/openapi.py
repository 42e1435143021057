"""`ferroapi openapi`: the OpenAPI document as a file, and whether a file still is it."""

import difflib
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ferroapi.cli.failure import CommandError
from ferroapi.cli.target import AsFastAPI, Entrypoint, Factory, Name, Target, loaded

__all__ = ["openapi"]

COLOURS = {"+": typer.colors.GREEN, "-": typer.colors.RED, "@": typer.colors.CYAN}


def openapi(
    target: Target = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The file to write, instead of printing.", show_default=False
        ),
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            help="A file that has to have this document: print the difference, and exit with 1 "
            "where there is one.",
            show_default=False,
        ),
    ] = None,
    app: Name = None,
    entrypoint: Entrypoint = None,
    as_fastapi: AsFastAPI = False,
    factory: Factory = False,
) -> None:
    """Print the OpenAPI document, write it to a file, or compare it with one."""
    if check is not None and output is not None:
        raise CommandError("Cannot use --check together with --output")
    application = loaded(target, app, entrypoint, as_fastapi=as_fastapi, factory=factory)
    text = _text(application.openapi())
    if check is not None:
        _compare(check, text)
    elif output is None:
        typer.echo(text, nl=False)
    else:
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"Cannot write {output}: {error.strerror}") from None


def _text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _compare(path: Path, text: str) -> None:
    """Prints how a file differs from a document; how the file is indented is no difference."""
    try:
        known = _text(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise CommandError(
            f"Cannot read {path}: {error.strerror}; write it with --output {path}"
        ) from None
    except ValueError as error:
        raise CommandError(f"{path} is no JSON: {error}") from None
    lines = list(
        difflib.unified_diff(
            known.splitlines(), text.splitlines(), str(path), "the application", lineterm=""
        )
    )
    for line in lines:
        typer.secho(line, fg=COLOURS.get(line[:1]))
    if lines:
        raise CommandError(f"{path} is another document: write this one with --output {path}")
