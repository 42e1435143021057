"""Reads docstrings for the reference, where parameters that are described alike share an entry.

`python docs/docstrings.py` reads all of them, and exits with 1 where one says something else than
the signature it belongs to.
"""

import logging
import re
from pathlib import Path
from typing import Any

import griffe

_SHARED = re.compile(r"^( +)(\w+(?:,\s+\w+)+): (.*(?:\n\1 +.*)*)", re.MULTILINE)


def _apart(shared: re.Match[str]) -> str:
    indentation, names, text = shared.groups()
    return "\n".join(f"{indentation}{name}: {text}" for name in re.split(r",\s+", names))


class SharedEntries(griffe.Extension):
    """Gives each name of `name, other: what both are` an entry of its own, as griffe needs it."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = _SHARED.sub(_apart, obj.docstring.value)


class _Warnings(logging.Handler):
    """Keeps what griffe warns about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _read(entry: griffe.Object | griffe.Alias) -> None:
    """Has griffe parse the docstrings of an entry and of all within it."""
    if entry.is_alias:
        return
    if entry.docstring is not None:
        entry.docstring.parse("google")
    for member in entry.members.values():
        _read(member)


def warnings(package: str, folder: Path) -> list[str]:
    """What griffe says of the docstrings of a package in a folder."""
    handler = _Warnings()
    logger = logging.getLogger("griffe")
    logger.addHandler(handler)
    extensions = griffe.load_extensions(SharedEntries)
    _read(griffe.load(package, search_paths=[folder], extensions=extensions))
    logger.removeHandler(handler)
    return handler.messages


if __name__ == "__main__":
    found = warnings("ferroapi", Path(__file__).parents[1] / "python")
    print(*found, sep="\n", end="\n" if found else "")
    raise SystemExit(bool(found))
