"""Declared objects are live: whoever changes one has what was compiled of it made again.

What keeps something compiled, such as the table of a router, says so by `compiled` before it looks
at what is declared, and takes what it has made by `keep`. What is declared says by `changed` that
it is not what it was, and all that was compiled is forgotten: requests need not ask. Changes are
rare, and compiling is what a first request does anyway. Other threads may compile or change
something meanwhile.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from functools import wraps
from threading import RLock
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    Protocol,
    Self,
    SupportsIndex,
    TypeVar,
    overload,
)
from weakref import WeakValueDictionary

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


class Compiled(Protocol):
    """What keeps something that was compiled of declared objects."""

    def _forget_compiled(self) -> None:
        """Drops it; it is made again by the next request."""
        ...


_compiled: WeakValueDictionary[int, Compiled] = WeakValueDictionary()
"""By identity: routers are not hashable."""


_changes = 0
"""How many there were. Who knows of one has forgotten what was compiled before it."""

_lock = RLock()


def compiled(keeper: Compiled) -> int:
    """Has `keeper` told of the next change, and gives how many there were before."""
    with _lock:
        _compiled[id(keeper)] = keeper
        return _changes


def keep(keeper: Compiled, changes: int, **made: Any) -> bool:
    """Sets attributes of `keeper`, unless something has changed since `compiled(keeper)`.

    Returns:
        whether they were set.
    """
    with _lock:
        if changes == _changes:
            vars(keeper).update(made)
        return changes == _changes


class compiled_property(Generic[T]):  # noqa: N801 - as `cached_property`, which it is like
    """An attribute that is made when it is asked for, and kept until something changes."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, keeper: None, owner: type[Any]) -> Self: ...

    @overload
    def __get__(self, keeper: Any, owner: type[Any] | None = None) -> T: ...

    def __get__(self, keeper: Any, owner: type[Any] | None = None) -> T | Self:
        if keeper is None:
            return self
        changes = compiled(keeper)
        made = self._make(keeper)
        keep(keeper, changes, **{self._name: made})
        return made


_unnoticed: ContextVar[bool] = ContextVar("unnoticed", default=False)


@contextmanager
def unnoticed() -> Iterator[None]:
    """What changes within belongs to what is being compiled: nothing is forgotten for it."""
    token = _unnoticed.set(True)
    try:
        yield
    finally:
        _unnoticed.reset(token)


def changed() -> None:
    """Has everything forgotten that was compiled of declared objects."""
    global _changes
    if _unnoticed.get():
        return
    with _lock:
        _changes += 1
        while _compiled:
            try:
                _, keeper = _compiled.popitem()
            except KeyError:
                # The garbage collector was faster.
                return
            keeper._forget_compiled()


class Live:
    """An object that tells when one of its attributes is set or deleted that plans depend on."""

    _live: ClassVar[frozenset[str]]
    """The names of these attributes."""

    _is_made = False
    """Set at the end of constructors: nothing was compiled of what is still being made."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if (name in self._live or name == "__class__") and self._is_made:
            self._was_set(name)
            changed()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if name in self._live:
            changed()

    def _was_set(self, name: str) -> None:
        """May have what was set tell of its own changes."""


class LiveClass(ABCMeta):
    """A class that tells of what is put into the place of its methods, in it and in those below.

    A class below cannot have just any metaclass of its own, which is why routers and applications,
    of which people make singletons by one, are none of these.
    """

    _live: frozenset[str]
    """See `Live`."""

    # Nobody registers subclasses: `isinstance` takes the time that it does of any class.
    __instancecheck__ = type.__instancecheck__

    def __setattr__(cls, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in cls._live:
            changed()

    def __delattr__(cls, name: str) -> None:
        super().__delattr__(name)
        if name in cls._live:
            changed()


class LiveList(list[T]):
    """A list that tells of every change."""

    def _changed(self) -> None:
        changed()

    def append(self, item: T, /) -> None:
        super().append(item)
        self._changed()

    def extend(self, items: Iterable[T], /) -> None:
        super().extend(items)
        self._changed()

    def insert(self, index: SupportsIndex, item: T, /) -> None:
        super().insert(index, item)
        self._changed()

    def remove(self, item: T, /) -> None:
        super().remove(item)
        self._changed()

    def pop(self, index: SupportsIndex = -1, /) -> T:
        item = super().pop(index)
        self._changed()
        return item

    def clear(self) -> None:
        super().clear()
        self._changed()

    def reverse(self) -> None:
        super().reverse()
        self._changed()

    def sort(self, **options: Any) -> None:
        super().sort(**options)
        self._changed()

    def __setitem__(self, index: Any, value: Any, /) -> None:
        super().__setitem__(index, value)
        self._changed()

    def __delitem__(self, index: SupportsIndex | slice, /) -> None:
        super().__delitem__(index)
        self._changed()

    def __iadd__(self, items: Iterable[T], /) -> LiveList[T]:  # type: ignore[misc,override]  # list is typed for any element
        self.extend(items)
        return self

    def __imul__(self, times: SupportsIndex, /) -> LiveList[T]:
        super().__imul__(times)
        self._changed()
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> LiveList[T]:
        copied = memo[id(self)] = type(self)()
        list.extend(copied, (deepcopy(item, memo) for item in self))
        return copied


class LiveDict(dict[K, V]):
    """A dictionary that tells of every change."""

    def _changed(self) -> None:
        changed()

    def __setitem__(self, key: K, value: V, /) -> None:
        super().__setitem__(key, value)
        self._changed()

    def __delitem__(self, key: K, /) -> None:
        super().__delitem__(key)
        self._changed()

    def clear(self) -> None:
        super().clear()
        self._changed()

    def pop(self, key: K, /, *default: Any) -> Any:
        value = super().pop(key, *default)
        self._changed()
        return value

    def popitem(self) -> tuple[K, V]:
        item = super().popitem()
        self._changed()
        return item

    def setdefault(self, key: K, value: Any = None, /) -> Any:
        result = super().setdefault(key, value)
        self._changed()
        return result

    def update(self, *others: Any, **named: Any) -> None:
        super().update(*others, **named)
        self._changed()

    def __ior__(self, other: Mapping[K, V] | Iterable[tuple[K, V]], /) -> LiveDict[K, V]:  # type: ignore[override,misc]  # dict offers overloads we need not repeat
        self.update(other)
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> LiveDict[K, V]:
        copied = memo[id(self)] = type(self)()
        dict.update(copied, {key: deepcopy(value, memo) for key, value in self.items()})
        return copied


def _telling(method: Any) -> Any:
    @wraps(method)
    def change(self: LiveSet[Any], *given: Any) -> Any:
        result = method(self, *given)
        changed()
        return result

    return change


class LiveSet(set[T]):
    """A set that tells of every change."""

    if not TYPE_CHECKING:  # they are typed as those of any set
        add, discard, remove, pop, clear = map(
            _telling, (set.add, set.discard, set.remove, set.pop, set.clear)
        )
        update, intersection_update, difference_update, symmetric_difference_update = map(
            _telling,
            (
                set.update,
                set.intersection_update,
                set.difference_update,
                set.symmetric_difference_update,
            ),
        )
        __ior__, __iand__, __isub__, __ixor__ = map(
            _telling, (set.__ior__, set.__iand__, set.__isub__, set.__ixor__)
        )

    def __repr__(self) -> str:
        return repr(set(self))
