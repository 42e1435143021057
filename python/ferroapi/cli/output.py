"""What people read: tables with colours on a terminal, plain columns where output is piped."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

__all__ = ["show_table", "shown_path", "working"]


def show_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints rows under their titles on standard output.

    A terminal gets a table that fits into its width; whatever else reads it gets a line for each
    row, whose columns stand below each other and are never shortened.
    """
    if sys.stdout.isatty():
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*titles, box=SIMPLE_HEAD, header_style="bold")
        for row in rows:
            table.add_row(*map(Text, row))
        Console().print(table)
        return
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    for row in (titles, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def shown_path(file: str) -> str:
    """The path of a file from here, where it is below."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


@contextmanager
def working(doing: str) -> Iterator[None]:
    """Shows on a terminal that something is being done, for as long as it is."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(doing):
        yield
