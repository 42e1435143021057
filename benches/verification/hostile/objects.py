"""Objects that change what they are in, or lie, when somebody only looks at them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn


class Trap:
    """What a hostile object is put into, and spoils when it is touched."""

    def __init__(self) -> None:
        self.containers: list[Any] = []
        self._number = itertools.count()

    def spring(self) -> None:
        """Empties every container, or fills it, by turns."""
        for container in self.containers:
            if next(self._number) % 3 == 2:
                _fill(container)
            else:
                container.clear()

    def holding(self, container: Any) -> Any:
        """The container, which is spoiled from now on."""
        self.containers.append(container)
        return container


def _fill(container: Any) -> None:
    if isinstance(container, dict):
        container.update((str(number), number) for number in range(100))
    elif isinstance(container, bytearray):
        container.extend(bytes(100))
    elif isinstance(container, list):
        container.extend([None] * 100)


def _methods(trap: Trap, *names: str, then: Callable[..., Any]) -> dict[str, Any]:
    def method(self: Any, *arguments: Any, **options: Any) -> Any:
        trap.spring()
        return then(self, *arguments, **options)

    return dict.fromkeys(names, method)


def _raising(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*arguments: Any, **options: Any) -> NoReturn:
        raise error

    return fail


def _subclass(base: type, value: Any) -> Callable[[Trap], Any]:
    """An instance of a subclass whose every method spoils the trap, and then does as the base."""
    names = set(dir(base)) - set(dir(object)) | {"__eq__", "__hash__", "__str__", "__repr__"}
    names -= {"__new__", "__init__", "__class_getitem__", "__getnewargs__"}

    def make(trap: Trap) -> Any:
        attributes = {}
        for name in names:
            own = getattr(base, name)
            if callable(own):
                attributes |= _methods(trap, name, then=own)
        return type(f"Hostile{base.__name__}", (base,), attributes)(value)

    return make


def _failing(base: type, value: Any, error: BaseException) -> Callable[[Trap], Any]:
    """An instance of a subclass whose methods all raise."""
    names = set(dir(base)) - set(dir(object)) | {"__eq__", "__hash__", "__str__"}
    names -= {"__new__", "__init__", "__class_getitem__"}

    def make(trap: Trap) -> Any:
        attributes = dict.fromkeys(names, _raising(error))
        return type(f"Failing{base.__name__}", (base,), attributes)(value)

    return make


def _sequence_of_length(length: int) -> Callable[[Trap], Any]:
    class Lying(Sequence[Any]):
        def __len__(self) -> int:
            return length

        def __getitem__(self, index: Any) -> Any:
            if index > 3:
                raise IndexError
            return ("a", ["a"], "first")

    return lambda trap: Lying()


def _endless(trap: Trap) -> Any:
    class Growing(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            for number in range(10_000):
                trap.spring()
                yield number

    return Growing([1, 2, 3])


def _dying(trap: Trap) -> Any:
    class Dying:
        def __del__(self) -> None:
            trap.spring()

    return Dying()


def _mapping(trap: Trap) -> Any:
    class Changing(Mapping[Any, Any]):
        def __len__(self) -> int:
            trap.spring()
            return 2**40

        def __iter__(self) -> Iterator[Any]:
            trap.spring()
            return iter([1, None, self])

        def __getitem__(self, key: Any) -> Any:
            trap.spring()
            return self

    return Changing()


def _disguised(trap: Trap) -> Any:
    class Disguised:
        @property
        def __class__(self) -> Any:
            trap.spring()
            return str

        def __getattr__(self, name: str) -> Any:
            trap.spring()
            return self

        def __call__(self, *arguments: Any, **options: Any) -> Any:
            trap.spring()
            return self

        def __bool__(self) -> bool:
            raise ValueError("neither true nor false")

    return Disguised()


def _released(trap: Trap) -> Any:
    view = memoryview(bytearray(b"text"))
    view.release()
    return view


def _circle(trap: Trap) -> Any:
    circle: list[Any] = []
    circle.append({"a": circle})
    return circle


def _nested(trap: Trap) -> Any:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    return value


OBJECTS: dict[str, Callable[[Trap], Any]] = {
    **{
        f"{base.__name__} that spoils": _subclass(base, value)
        for base, value in (
            (str, "text"),
            (bytes, b"text"),
            (bytearray, b"text"),
            (int, 7),
            (float, 1.5),
            (list, [1, "a", b"b"]),
            (tuple, ("a", ["a"], "first")),
            (dict, {"a": 1}),
            (set, {"a"}),
            (frozenset, {"a"}),
        )
    },
    **{
        f"{base.__name__} that raises {type(error).__name__}": _failing(base, value, error)
        for base, value in ((str, "text"), (list, [1]), (dict, {"a": 1}), (int, 3), (bytes, b"a"))
        for error in (ValueError("hostile"), KeyboardInterrupt(), RecursionError())
    },
    "sequence of length 2^62": _sequence_of_length(2**62),
    "sequence of length -1": _sequence_of_length(-1),
    "sequence of length 2^31": _sequence_of_length(2**31),
    "list that is longer than it says": _endless,
    "object whose end spoils": _dying,
    "mapping that spoils": _mapping,
    "object that is said to be text": _disguised,
    "released view": _released,
    "view": lambda trap: memoryview(trap.holding(bytearray(b"text"))),
    "view of every second byte": lambda trap: memoryview(b"texttext")[::2],
    "view of doubles": lambda trap: memoryview(bytes(16)).cast("d"),
    "circle": _circle,
    "100,000 lists in each other": _nested,
    "lone surrogate": lambda trap: "\ud800",
    "NUL": lambda trap: "\x00",
    "2^70": lambda trap: 2**70,
    "-1": lambda trap: -1,
    "not a number": lambda trap: float("nan"),
    "infinity": lambda trap: float("inf"),
    "type": lambda trap: type,
    "generator": lambda trap: (trap.spring() for _ in range(3)),
    "nothing": lambda trap: None,
    "function": lambda trap: lambda *arguments, **options: trap.spring(),
    "function that raises": lambda trap: _raising(ValueError("hostile")),
    "function that interrupts": lambda trap: _raising(KeyboardInterrupt()),
}
"""By what they do; each is made anew for each place it is put into."""
