"""How a callable is named to people, and where it is written."""

from typing import Any

from ferroapi.dependencies.callables import unwrapped

__all__ = ["place_of", "title_of"]


def title_of(call: Any) -> str:
    """Module and name of a callable, or of the class of one without a name."""
    inner = unwrapped(call)
    named = inner if hasattr(inner, "__qualname__") else type(inner)
    return f"{named.__module__}.{named.__qualname__}"


def place_of(call: Any) -> tuple[str | None, int | None]:
    """File and first line of a callable; `None` for what is not written in Python."""
    inner = unwrapped(call)
    method = getattr(type(inner), "__call__", None)  # noqa: B004  the method itself is examined
    code = getattr(inner, "__code__", None) or getattr(method, "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code else (None, None)
