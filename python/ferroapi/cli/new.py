"""`ferroapi new`: a small service with its tests, a Dockerfile and a workflow."""

import keyword
import re
import sys
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from ferroapi import __version__
from ferroapi.cli.failure import CommandError

__all__ = ["new"]

OTHERS = ("test", "tests", "ferroapi", "fastapi")
"""Packages that a service finds beside its own."""

SUFFIX = ".template"
"""Ends the name of each file of the template: it is no file of this package."""


def new(
    name: Annotated[
        str,
        typer.Argument(
            help="The name of the service: small letters, digits and hyphens, such as shop."
        ),
    ],
    *,
    directory: Annotated[
        Path | None,
        typer.Option(
            "--directory",
            "-d",
            help="Where the files go: a directory that is empty or not there yet.",
            show_default="NAME",
        ),
    ] = None,
) -> None:
    """Write a small service with tests, a Dockerfile and a workflow for continuous integration."""
    if not re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise CommandError(
            f"{name} is no name for a service: use small letters, digits and hyphens, such as shop"
        )
    package = name.replace("-", "_")
    if keyword.iskeyword(package) or package in {*OTHERS, *sys.stdlib_module_names}:
        raise CommandError(f"{name} means something else in Python: choose another name")
    folder = directory or Path(name)
    values = {"name": name, "package": package, "version": __version__}
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(f"{folder} is there already: choose another name or --directory")
        written = _write(files("ferroapi.cli") / "template", folder, values)
    except OSError as error:
        raise CommandError(f"Cannot write {folder}: {error.strerror}") from None
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(f"\nNext: {folder}/README.md says how to install, test and serve it.")


def _write(template: Traversable, folder: Path, values: dict[str, str]) -> list[Path]:
    """Writes a folder of the template; returns the paths of its files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for source in sorted(template.iterdir(), key=lambda source: source.name):
        # A name that begins with a dot would be left out of the wheel.
        name = source.name.replace("dot_", ".").replace("package", values["package"])
        if source.is_dir():
            written += _write(source, folder / name, values)
        elif name.endswith(SUFFIX):
            path = folder / name.removesuffix(SUFFIX)
            text = Template(source.read_text(encoding="utf-8")).substitute(values)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written
