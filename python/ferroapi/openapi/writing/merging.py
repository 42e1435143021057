"""Building JSON objects out of others."""

from collections.abc import Mapping
from typing import Any


def merged(base: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """A new object with the keys of both.

    Where both have a key, objects are merged, lists joined, and else `extra` wins.
    """
    result = dict(base)
    for key, value in extra.items():
        present = result.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            result[key] = merged(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            result[key] = present + value
        else:
            result[key] = value
    return result


def non_empty(**members: Any) -> dict[str, Any]:
    """An object without the members that say nothing: `None`, false and empty ones."""
    return {name: value for name, value in members.items() if value}
