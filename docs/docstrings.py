"""Reads docstrings for the reference, where parameters that are described alike share an entry.

`python docs/docstrings.py` reads all of them, and exits with 1 where one says something else than
the signature it belongs to.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe

_SHARED = re.compile(r"^( +)(\w+(?:,\s+\w+)+): (.*(?:\n\1 +.*)*)", re.MULTILINE)


_POINTER = re.compile(r"see `(\w+Options)`")


def _apart(shared: re.Match[str]) -> str:
    indentation, names, text = shared.groups()
    return "\n".join(f"{indentation}{name}: {text}" for name in re.split(r",\s+", names))


def _entries(entry: griffe.Object) -> Iterator[griffe.Object]:
    """An entry and all within it, each where it is written."""
    yield entry
    for member in entry.members.values():
        if not isinstance(member, griffe.Alias):
            yield from _entries(member)


class SharedEntries(griffe.Extension):
    """Gives each name of `name, other: what both are` an entry of its own, as griffe needs it.

    What is to be seen elsewhere is linked.
    """

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        paths = {entry.name: entry.path for entry in _entries(pkg) if entry.is_class}

        def link(pointer: re.Match[str]) -> str:
            return f"see [`{pointer[1]}`][{paths[pointer[1]]}]"

        for entry in _entries(pkg):
            if entry.docstring is not None:
                apart = _SHARED.sub(_apart, entry.docstring.value)
                entry.docstring.value = _POINTER.sub(link, apart)


class _Warnings(logging.Handler):
    """Keeps what griffe warns about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def warnings(package: str, folder: Path) -> list[str]:
    """What griffe says of the docstrings of a package in a folder."""
    handler = _Warnings()
    logger = logging.getLogger("griffe")
    logger.addHandler(handler)
    extensions = griffe.load_extensions(SharedEntries)
    loaded = griffe.load(package, search_paths=[folder], extensions=extensions)
    assert isinstance(loaded, griffe.Module)
    for entry in _entries(loaded):
        if entry.docstring is not None:
            entry.docstring.parse("google")
    logger.removeHandler(handler)
    return handler.messages


if __name__ == "__main__":
    found = warnings("ferroapi", Path(__file__).parents[1] / "python")
    print(*found, sep="\n", end="\n" if found else "")
    raise SystemExit(bool(found))
