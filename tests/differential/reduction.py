"""Makes a counter-example small: takes away what it differs without."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, TypeAlias

Place: TypeAlias = tuple[Any, ...]


def reduced(value: Any, still: Callable[[Any], bool], attempts: int = 2000) -> Any:
    """The smallest value found, beginning with `value`, for which `still` holds."""
    left = attempts
    smaller = True
    while smaller:
        smaller = False
        for candidate in _simpler(value):
            left -= 1
            if left < 0:
                return value
            if still(candidate):
                value = candidate
                smaller = True
                break
    return value


def _simpler(value: Any) -> Iterator[Any]:
    """Values with something taken away, large parts first; what is at the top stays."""
    for place, part in sorted(_parts(value, ()), key=lambda found: -len(repr(found[1]))):
        if len(place) > 1:
            yield _without(value, place)
        replacements: list[Any] = []
        if isinstance(part, list):
            if "type" in place:
                # The operands of a type are types.
                replacements = [item for item in part if isinstance(item, (list, str))]
        elif isinstance(part, str) and part:
            middle = len(part) // 2
            replacements = ["", part[middle:], part[:middle], part[1:], part[:-1]]
            replacements = [item for item in dict.fromkeys(replacements) if item != part]
        for replacement in replacements:
            yield _with(value, place, replacement)


def _parts(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    yield place, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _parts(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _parts(item, (*place, index))


def _without(value: Any, place: Place) -> Any:
    copy = deepcopy(value)
    parent = copy
    for key in place[:-1]:
        parent = parent[key]
    del parent[place[-1]]
    return copy


def _with(value: Any, place: Place, replacement: Any) -> Any:
    copy = deepcopy(value)
    parent = copy
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = replacement
    return copy
