"""Whether a route handler of the user's may put something on the exit stacks of its request.

They are in the scope of the request, so that whoever is given neither cannot.
"""

from __future__ import annotations

import dis
import inspect
from types import FunctionType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ferroapi.dependencies.models import Dependant
    from ferroapi.plan.order.steps import Step

_planned: WeakKeyDictionary[Callable[..., Any], Dependant] = WeakKeyDictionary()


def keep_planned(handler: Callable[..., Any], endpoint: Dependant) -> None:
    """Takes note of a handler that has the plan of an endpoint answer, and does nothing else."""
    _planned[handler] = endpoint


def may_open(handler: Callable[..., Any], steps: Sequence[Step]) -> bool:
    """Whether something may be put on the exit stacks by a handler, or by what it has answer.

    `False` where that is sure: the handler reads what a request says and hands it to the next
    handler, and no step is given it.
    """
    return not _only_reads(handler, steps[-1].dependant) or any(
        kind in _CONNECTIONS for step in steps for _, kind in step.injected
    )


_CONNECTIONS = frozenset({"request", "websocket", "connection"})


def _only_reads(handler: Any, endpoint: Dependant) -> bool:
    if type(handler) is not FunctionType:
        return False
    if handler in _planned:
        return _planned[handler] is endpoint
    code = handler.__code__
    name = next(iter(code.co_varnames), "")
    if (
        (code.co_argcount, code.co_kwonlyargcount) != (1, 0)
        or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
        or name in code.co_cellvars
        or not _REFLECTING.isdisjoint(code.co_names)
    ):
        return False
    found = [each for each in dis.get_instructions(code) if each.opname not in _SILENT]
    for before, used, after in zip(found, found[1:], found[2:], strict=False):
        if name not in _locals(used):
            continue
        is_read = after.opname in _ATTRIBUTE and after.argval in _READ
        is_given = after.opname == "CALL" and after.arg == 1
        is_kept = is_read or (is_given and _only_reads(_held(handler, before), endpoint))
        if used.opname not in _LOADS or not is_kept:
            return False
    return True


def _locals(instruction: dis.Instruction) -> tuple[Any, ...]:
    """The names of local variables that an instruction is about."""
    if "_FAST" not in instruction.opname:
        return ()
    value = instruction.argval
    return value if isinstance(value, tuple) else (value,)


def _held(handler: FunctionType, instruction: dis.Instruction) -> Any:
    """What a function has of the one around it, where an instruction loads that."""
    names = handler.__code__.co_freevars
    if instruction.opname != "LOAD_DEREF" or instruction.argval not in names:
        return None
    try:
        return (handler.__closure__ or ())[names.index(instruction.argval)].cell_contents
    except ValueError:
        # Nothing was assigned to it yet.
        return None


_SILENT = frozenset({"COPY_FREE_VARS", "EXTENDED_ARG", "NOP", "PRECALL", "PUSH_NULL", "RESUME"})
_LOADS = frozenset({"LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK"})
_ATTRIBUTE = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_READ = frozenset(
    {
        *("base_url", "client", "cookies", "headers", "method", "path_params", "query_params"),
        *("body", "form", "json", "state", "stream", "url"),
    }
)
"""What of a request does not lead back to it or to its scope."""
_REFLECTING = frozenset({"_getframe", "currentframe", "eval", "exec", "locals", "vars"})
"""What may give a function its variables in other ways."""
