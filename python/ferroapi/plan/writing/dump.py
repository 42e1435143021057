"""Writing how a value of a declared type becomes JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ferroapi.plan.reply.serialization import TypedValue
    from ferroapi.plan.writing.source import Source


def write_dump(source: Source, typed: TypedValue, value: str) -> str:
    """The expression that gives the JSON of a validated value, itself an expression."""
    if typed.encoder is not None:
        source.name("dump", typed.encoder.encode)
        return f"dump({value})"
    source.name("dump", typed.serializer.to_json)
    options = "".join(
        f", {name}={source.name(f'dump_{name}', option)}" for name, option in typed.options.items()
    )
    return f"dump({value}{options})"
