"""Walking what a core schema of pydantic is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_VALUES = ("default", "expected")
"""Keys of a schema that hold values of a user's: they may be anything, and contain themselves."""


def schema_parts(schema: Any, *, without: Collection[str] = ()) -> Iterator[dict[Any, Any]]:
    """Every dictionary that a core schema is made of, each once.

    Args:
        schema: the schema.
        without: keys of schemas that are not followed. Fields may have such names, and are.
    """
    waiting, known = [schema], set[int]()
    while waiting:
        part = waiting.pop()
        if not isinstance(part, (dict, list, tuple)) or id(part) in known:
            continue
        known.add(id(part))
        if not isinstance(part, dict):
            waiting.extend(part)
            continue
        yield part
        is_schema = isinstance(part.get("type"), str)
        waiting.extend(
            value
            for key, value in part.items()
            if not is_schema or (key not in _VALUES and key not in without)
        )
