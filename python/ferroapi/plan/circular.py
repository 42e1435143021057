"""Types that lead back to themselves without a step into a value, as `type A = A | None` does.

No value ends what reads or writes them. pydantic's validators of Python values and its serializers
find that out; its validators of JSON text run on until the stack is full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def is_circular(definitions: Mapping[str, Any]) -> bool:
    """Whether one of the definitions of a schema leads to itself in the same place of a value.

    Args:
        definitions: schemas by their references.
    """
    left = {reference: set(_same_place(part)) for reference, part in definitions.items()}
    while ending := [name for name, followed in left.items() if left.keys().isdisjoint(followed)]:
        for reference in ending:
            del left[reference]
    return bool(left)


def _same_place(schema: Any) -> Iterator[str]:
    """The references to what a schema hands its whole value to."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if part["type"] == "definition-ref":
            yield part["schema_ref"]
        elif part["type"] == "union":
            # A choice may have a label.
            waiting.extend(each[0] if isinstance(each, tuple) else each for each in part["choices"])
        elif part["type"] == "tagged-union":
            waiting.extend(part["choices"].values())
        elif "schema" in part:
            waiting.append(part["schema"])
