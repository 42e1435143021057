"""Classes whose constructors do no more than to keep what they are given."""

from __future__ import annotations

import dis
import inspect
from types import FunctionType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from types import CodeType

_NEW, _SETATTR = inspect.getattr_static(object, "__new__"), object.__setattr__
_ARGUMENT = frozenset({"LOAD_FAST", "LOAD_FAST_BORROW"})
_TWO_ARGUMENTS = frozenset({"LOAD_FAST_BORROW_LOAD_FAST_BORROW", "LOAD_FAST_LOAD_FAST"})
_CONSTANT = frozenset({"LOAD_CONST", "LOAD_SMALL_INT"})
_EMPTY = frozenset({"BUILD_LIST", "BUILD_MAP"})
_IDLE = frozenset({"CACHE", "NOP", "RESUME", "RETURN_CONST", "RETURN_VALUE"})


def only_keeps(call: Any) -> TypeGuard[type[Any]]:
    """Whether `call` is a class that keeps its arguments as attributes, and calls nothing.

    Its constructor cannot wait then, and cannot see in which thread it runs.
    """
    if not isinstance(call, type) or type(call).__call__ is not type.__call__:
        return False
    init, new, setattr_ = (
        inspect.getattr_static(call, name) for name in ("__init__", "__new__", "__setattr__")
    )
    if type(init) is not FunctionType or new is not _NEW or setattr_ is not _SETATTR:
        return False
    names = _names_kept(init.__code__)
    return names is not None and not any(_is_set_by_its_own(call, name) for name in names)


def _names_kept(code: CodeType) -> list[str] | None:
    """The attributes of its first argument that a function sets; `None` if it does more."""
    if not code.co_argcount:
        return None
    names: list[str] = []
    stack: list[str | None] = []
    for instruction in dis.get_instructions(code):
        name, value = instruction.opname, instruction.argval
        if name in _ARGUMENT:
            stack.append(value)
        elif name in _TWO_ARGUMENTS:
            stack.extend(value)
        elif name in _CONSTANT or (name in _EMPTY and value == 0):
            stack.append(None)
        elif name == "STORE_ATTR":
            if stack.pop() != code.co_varnames[0]:
                return None
            stack.pop()
            names.append(value)
        elif name not in _IDLE:
            return None
    return names


def _is_set_by_its_own(kind: type[Any], name: str) -> bool:
    """Whether an attribute is set by a property, or another descriptor, of the user's."""
    attribute = inspect.getattr_static(kind, name, None)
    return hasattr(type(attribute), "__set__") and not isinstance(attribute, MemberDescriptorType)
