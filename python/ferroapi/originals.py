"""Whether a class still has the methods it was defined with; monitoring tools replace some."""

from __future__ import annotations

import sys
from types import FunctionType


def has_own(owner: type, *names: str) -> bool:
    """Whether all of these methods are functions of the module that `owner` was defined in."""
    module = vars(sys.modules[owner.__module__])
    methods = [vars(owner)[name] for name in names]
    return all(type(method) is FunctionType and method.__globals__ is module for method in methods)
