"""Whether classes still have the methods they were defined with; monitoring tools replace some."""

from __future__ import annotations

import sys
from operator import itemgetter
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def has_own(owner: type, *names: str) -> bool:
    """Whether all of these methods are functions of the module that `owner` was defined in."""
    module = vars(sys.modules[owner.__module__])
    methods = [vars(owner)[name] for name in names]
    return all(type(method) is FunctionType and method.__globals__ is module for method in methods)


def methods_unreplaced(owner: type, name: str, *names: str) -> Callable[[], bool]:
    """What says the same whenever it is asked, in a fraction of the time if nothing has changed."""
    found = itemgetter(name, *names)
    seen: Any = None
    own = False

    def unreplaced() -> bool:
        nonlocal seen, own
        methods = found(vars(owner))
        if methods != seen:
            seen, own = methods, has_own(owner, name, *names)
        return own

    return unreplaced


def names_unreplaced(module: ModuleType, name: str, *names: str) -> Callable[[], bool]:
    """What says whether a module has under these names what it has now."""
    found = itemgetter(name, *names)
    first = found(vars(module))

    def unreplaced() -> bool:
        return bool(found(vars(module)) == first)

    return unreplaced
