"""What monitoring tools put into the place of a function, by the package wrapt for one."""

from collections.abc import Callable
from typing import Any


class Proxy:
    """Tells `told` of each call of what it stands for, and answers all else as that does."""

    def __init__(self, wrapped: Any, told: Callable[[], object]) -> None:
        self._wrapped = wrapped
        self._told = told

    @property
    def __class__(self) -> Any:
        return self._wrapped.__class__

    @__class__.setter
    def __class__(self, kind: Any) -> None:
        raise TypeError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    def __eq__(self, other: object) -> bool:
        return bool(self._wrapped == other)

    def __hash__(self) -> int:
        return hash(self._wrapped)

    def __get__(self, instance: object, owner: type) -> "Proxy":
        return Proxy(self._wrapped.__get__(instance, owner), self._told)

    def __call__(self, *args: Any, **options: Any) -> Any:
        self._told()
        return self._wrapped(*args, **options)
