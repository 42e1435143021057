"""How a callable has to be called: awaited, run in a thread, or entered as a generator."""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from ferroapi.identity import Same

if sys.version_info >= (3, 13):
    from inspect import iscoroutinefunction
else:
    # Older interpreters mark wrapped coroutine functions in a way only asyncio's test sees.
    from asyncio import iscoroutinefunction

if TYPE_CHECKING:
    from collections.abc import Callable


class CallableKind(Enum):
    """The ways to call a dependency or an endpoint."""

    COROUTINE = "coroutine"
    THREAD = "thread"
    INLINE = "inline"
    """A function that is called in the event loop, since it was declared not to block."""
    GENERATOR = "generator"
    ASYNC_GENERATOR = "async generator"

    @property
    def is_generator(self) -> bool:
        """Whether calling it gives a generator, sync or async."""
        return self in (CallableKind.GENERATOR, CallableKind.ASYNC_GENERATOR)


def without_partials(call: Any) -> Any:
    """The callable inside any number of `functools.partial`."""
    while isinstance(call, partial):
        call = call.func
    return call


def unwrapped(call: Any) -> Any:
    """The innermost callable below partials and `functools.wraps`."""
    return inspect.unwrap(without_partials(call))


def _implementations(call: Any) -> Iterator[Any]:
    """The functions that tell what calling `call` gives: itself, what it wraps, its `__call__`."""
    inner = unwrapped(call)
    yield without_partials(call)
    yield inner
    if inspect.isclass(inner):
        return
    for owner in (without_partials(call), inner):
        method = getattr(owner, "__call__", None)  # noqa: B004  the method itself is examined
        if method is not None:
            yield without_partials(method)
            yield unwrapped(method)


def _function_kind(function: FunctionType) -> CallableKind:
    """What `callable_kind` says of a function that nobody has wrapped or marked."""
    flags = function.__code__.co_flags
    if flags & inspect.CO_ASYNC_GENERATOR:
        return CallableKind.ASYNC_GENERATOR
    if flags & inspect.CO_GENERATOR:
        return CallableKind.GENERATOR
    return CallableKind.COROUTINE if flags & inspect.CO_COROUTINE else CallableKind.THREAD


def callable_kind(call: Callable[..., Any]) -> CallableKind:
    """How `call` has to be called, seen through partials, wrappers and `__call__` methods."""
    if type(call) is FunctionType and not call.__dict__:
        return _function_kind(call)
    tests = (
        (inspect.isasyncgenfunction, CallableKind.ASYNC_GENERATOR),
        (inspect.isgeneratorfunction, CallableKind.GENERATOR),
        (iscoroutinefunction, CallableKind.COROUTINE),
    )
    implementations = list(_implementations(call))
    for test, kind in tests:
        if any(test(implementation) for implementation in implementations):
            return kind
    return CallableKind.THREAD


def may_wait(call: Callable[..., Any]) -> bool:
    """Whether what `call` runs may have to wait; `False` for what has no `await` of any form."""
    return type(call) is not FunctionType or code_may_wait(call.__code__)


def code_may_wait(code: CodeType) -> bool:
    """Whether there is an `await` of any form in it."""
    known = _known_codes.get(id(code))
    if known is None:
        if len(_known_codes) >= _MOST_CODES:
            _known_codes.clear()
        waits = any(instruction.opname == "SEND" for instruction in dis.get_instructions(code))
        known = _known_codes[id(code)] = code, waits
    return known[1]


_MOST_CODES = 1024
# By what they are: what they say takes longer to hash than most streams to begin.
_known_codes: dict[int, tuple[CodeType, bool]] = {}


# FastAPI's names for what `callable_kind` says, which injectors ask.


def _is_gen_callable(call: Callable[..., Any] | None) -> bool:
    return call is not None and callable_kind(call) is CallableKind.GENERATOR


def _is_async_gen_callable(call: Callable[..., Any] | None) -> bool:
    return call is not None and callable_kind(call) is CallableKind.ASYNC_GENERATOR


def _is_coroutine_callable(call: Callable[..., Any] | None) -> bool:
    return call is not None and callable_kind(call) is CallableKind.COROUTINE


@contextmanager
def declaring(call: Any) -> Iterator[None]:
    """Adds name, file and line of a callable to what its declaration raises."""
    try:
        yield
    except Exception as error:
        place = _place(unwrapped(call))
        note = f"in the declaration of {callable_name(call)}, {place}"
        if place is not None and note not in getattr(error, "__notes__", ()):
            error.add_note(note)
        raise


def _place(call: Any) -> str | None:
    """File and line of a function or class; `None` for what is not written in Python."""
    code = getattr(call, "__code__", None)
    if code is not None:
        return f"{code.co_filename}, line {code.co_firstlineno}"
    if not isinstance(call, type):
        return None
    try:
        return f"{inspect.getfile(call)}, line {inspect.findsource(call)[1] + 1}"
    except (OSError, TypeError):
        return None


def hashable(call: Any) -> Any:
    """The callable as a key: itself, unless it has no hash, as instances of most dataclasses."""
    try:
        hash(call)
    except TypeError:
        return Same(call)
    return call


def callable_name(call: Any) -> str:
    """The name of a function or class, or of the class of another callable."""
    name = getattr(call, "__name__", None)
    return name if isinstance(name, str) else type(call).__name__
