"""Keys that are equal for the very same object only."""

from __future__ import annotations


class Same:
    """Stands for an object, whatever that says it is equal to and whether it has a hash.

    It keeps the object: another one might get its place in memory.
    """

    __slots__ = ("_object",)

    def __init__(self, of: object) -> None:
        self._object = of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self._object is other._object

    def __hash__(self) -> int:
        return id(self._object)
