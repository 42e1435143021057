"""Functions that are written as Python source when a plan is compiled."""

from __future__ import annotations

import linecache
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Source:
    """The source of one function, and what its global names stand for.

    Debuggers, profilers and tracebacks find it under its title.
    """

    def __init__(self, title: str) -> None:
        """
        Args:
            title: what the function does, such as `GET /items/{item_id}`.
        """
        self._file_name = f"<ferroapi {title}>"
        self._lines: list[str] = []
        self._indent = ""
        self._names: dict[str, Any] = {}

    def name(self, name: str, value: Any) -> str:
        """Has `name` stand for `value`, and returns it."""
        self._names[name] = value
        return name

    def line(self, text: str) -> None:
        """Adds a line to the block that is being written."""
        self._lines.append(f"{self._indent}{text}\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Adds lines to the block that is being written."""
        for text in texts:
            self.line(text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Adds `head` and what is written meanwhile below it."""
        self.line(head)
        outer, self._indent = self._indent, self._indent + "    "
        yield
        self._indent = outer

    def function(self, name: str) -> Callable[..., Any]:
        """The function of that name, compiled."""
        text = "".join(self._lines)
        linecache.cache[self._file_name] = (len(text), None, self._lines, self._file_name)
        exec(compile(text, self._file_name, "exec"), self._names)
        function: Callable[..., Any] = self._names[name]
        return function
