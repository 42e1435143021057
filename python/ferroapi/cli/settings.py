"""What `pyproject.toml` says about the application."""

import tomllib
from pathlib import Path
from typing import Any

from ferroapi.cli.failure import CommandError

__all__ = ["configured"]

KEYS = ("entrypoint",)
"""What the table `tool.ferroapi` may have."""


def configured(directory: Path) -> str | None:
    """The import string under `entrypoint` in the `pyproject.toml` of `directory`, if there is one.

    The table `tool.ferroapi` comes before `tool.fastapi`. Raises `CommandError`: the file or the
    import string cannot be read, or `tool.ferroapi` has a key that means nothing.
    """
    path = directory / "pyproject.toml"
    if not path.is_file():
        return None
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _invalid(str(error)) from None
    tool = _table(document, "tool")
    ours = _table(tool, "ferroapi", "tool.")
    for key in ours:
        if key not in KEYS:
            raise _invalid(f"tool.ferroapi has no {key}, only {', '.join(KEYS)}")
    for name, table in (("ferroapi", ours), ("fastapi", _table(tool, "fastapi", "tool."))):
        entrypoint = table.get("entrypoint")
        if isinstance(entrypoint, str):
            return entrypoint
        if entrypoint is not None:
            raise _invalid(f"tool.{name}.entrypoint is not a string")
    return None


def _table(tables: dict[str, Any], name: str, around: str = "") -> dict[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise _invalid(f"{around}{name} is not a table")
    return table


def _invalid(reason: str) -> CommandError:
    return CommandError(f"Invalid configuration in pyproject.toml: {reason}")
