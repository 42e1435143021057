"""Writing how the items of a stream become frames, where their type is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi._core import FrameBuffer
from ferroapi.plan.writing.dump import write_dump
from ferroapi.plan.writing.source import Source
from ferroapi.streaming import jsonl, sse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Scope

    from ferroapi.plan.reply.serialization import TypedValue
    from ferroapi.streaming.encoder import Due, Encode


class TypedItems:
    """How items of a declared type are checked and become frames."""

    __slots__ = ("_around", "_encode_with", "_typed")

    def __init__(self, typed: TypedValue, *, is_sse: bool) -> None:
        self._typed = typed
        self._encode_with = sse.encode_with if is_sse else jsonl.encode_with
        append = FrameBuffer.sse if is_sse else FrameBuffer.jsonl
        self._around = None if typed.unchanged is None else self._write(typed.unchanged, append)

    def _write(self, unchanged: type, append: Callable[..., Due]) -> Callable[[Encode], Encode]:
        """The short way of items that need no validation, around the way of the others."""
        source = Source(f"items of {unchanged.__qualname__}")
        source.name("unchanged", unchanged)
        source.name("append", append)
        with source.block("def around(encode_other):"):
            with source.block("def encode(frames, item):"):
                with source.block("if type(item) is unchanged:"):
                    dumped = write_dump(source, self._typed, "item")
                    source.line(f"return append(frames, {dumped})")
                source.line("return encode_other(frames, item)")
            source.line("return encode")
        return source.function("around")

    def encode_in(self, scope: Scope) -> Encode:
        """The function for the answer to the request in `scope`, which errors name."""
        encode = self._encode_with(self._typed.dumper(scope))
        return encode if self._around is None else self._around(encode)
