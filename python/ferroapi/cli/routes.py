"""`ferroapi routes`: what an application serves, as a table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ferroapi.dependencies.callables import callable_name

if TYPE_CHECKING:
    from ferroapi.routing import RouteEntry

__all__ = ["lines"]

_COLUMNS = ("METHOD", "PATH", "NAME", "DEPENDENCIES", "DECLARED AT")


def lines(entries: Sequence[RouteEntry]) -> Iterator[str]:
    """The table, without a blank at the end of its lines."""
    rows = [_COLUMNS, *map(_row, entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _row(entry: RouteEntry) -> tuple[str, ...]:
    place = "" if entry.file is None else f"{os.path.relpath(entry.file)}:{entry.line}"
    dependencies = ", ".join(map(callable_name, entry.dependencies))
    return entry.method or "*", entry.path, entry.name or "", dependencies, place
