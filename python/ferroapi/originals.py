"""Whether classes still have the methods they were defined with; monitoring tools replace some.

What stands in the place of a function may be a proxy that answers as the function does, such as
those of wrapt: it is equal to it, and has its attributes and its class. Only `is` and `type` tell.
"""

from __future__ import annotations

import sys
from operator import is_
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType


def function_of(method: object) -> Any:
    """The function that a method of an object calls; `None` for whatever is no such method."""
    return method.__func__ if type(method) is MethodType else None


def is_same(one: Any, other: Any) -> bool:
    """Whether two are one object, or methods of one function and one object."""
    if one is other:
        return True
    function = function_of(one)
    return (
        function is not None and function is function_of(other) and one.__self__ is other.__self__
    )


def are_same(some: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether two sequences have the very same objects, whatever these are equal to."""
    return len(some) == len(others) and all(map(is_, some, others))


def has_own(owner: type, *names: str) -> bool:
    """Whether all of these methods are functions of the module that `owner` was defined in."""
    module = vars(sys.modules[owner.__module__])
    methods = [vars(owner)[name] for name in names]
    return all(type(method) is FunctionType and method.__globals__ is module for method in methods)


def methods_unreplaced(owner: type, name: str, *names: str) -> Callable[[], bool]:
    """What says the same whenever it is asked, in a fraction of the time if nothing has changed."""
    unchanged: Callable[[], bool] | None = None
    own = False

    def unreplaced() -> bool:
        nonlocal unchanged, own
        if unchanged is None or not unchanged():
            unchanged, own = _unchanged(vars(owner), name, *names), has_own(owner, name, *names)
        return own

    return unreplaced


def names_unreplaced(module: ModuleType, name: str, *names: str) -> Callable[[], bool]:
    """What says whether a module has under these names what it has now."""
    return _unchanged(vars(module), name, *names)


def class_unchanged(owner: type) -> Callable[[], bool]:
    """What says whether a class has all that it has now, and nothing more."""
    place = vars(owner)
    number, unchanged = len(place), _unchanged(place, *place)
    return lambda: len(place) == number and unchanged()


def _unchanged(place: Mapping[str, Any], *names: str) -> Callable[[], bool]:
    # One expression, written for these names, takes a third of the time of a loop.
    numbered = list(enumerate(names))
    same = " and ".join(f"place[{name!r}] is _{number}" for number, name in numbered)
    parameters = ", ".join(f"_{number}" for number, _ in numbered)
    made = eval(f"lambda place, {parameters}: lambda: {same}")
    unchanged: Callable[[], bool] = made(place, *(place[name] for name in names))
    return unchanged
