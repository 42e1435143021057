"""Functions that are written as Python source when a plan is compiled."""

from __future__ import annotations

import linecache
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from types import CodeType
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
            title: what the function is for, such as `/items/{item_id} read_item`.
        """
        self._title = title
        self._lines: list[str] = []
        self._indent = ""
        self._names: dict[str, Any] = {}

    def name(self, name: str, value: Any) -> str:
        """Has `name` stand for `value`, and returns it.

        Raises:
            ValueError: it stands for something else: what was written before would mean that, too.
        """
        taken = self._names.setdefault(name, value)
        if taken is not value and taken != value:
            raise ValueError(f"{name} stands for {taken!r}, and cannot for {value!r}")
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

    def function(self, name: str, *, called: str | None = None) -> Callable[..., Any]:
        """The function of that name, compiled.

        Args:
            name: its name in the source.
            called: its name in tracebacks and profiles, instead.
        """
        text = "".join(self._lines)
        code, lines = _compiled(text)
        file_name = _kept(self._title, text, lines)
        exec(_in_file(file_name, code, {name: called or name}), self._names)
        function: Callable[..., Any] = self._names[name]
        return function


@lru_cache(maxsize=128)
def _compiled(text: str) -> tuple[CodeType, list[str]]:
    """The code and the lines of a text. Operations of one shape have the same."""
    return compile(text, "<ferroapi>", "exec"), text.splitlines(keepends=True)


def _kept(title: str, text: str, lines: list[str]) -> str:
    """The name of the file in which tools find a text; others of its title are in other files."""
    # Profilers take what is behind the last slash for the name of a file.
    title = title.replace("/", "|")
    file_name, numbers = f"<ferroapi {title}>", count(2)
    while True:
        known = linecache.cache.setdefault(file_name, (len(text), None, lines, file_name))
        if known[2:3] == (lines,):
            return file_name
        file_name = f"<ferroapi {title} {next(numbers)}>"


def _in_file(file_name: str, code: CodeType, names: dict[str, str]) -> CodeType:
    """The same code, and what is defined in it, as if it came from another file.

    What is called by one of `names` is called by what that stands for.
    """
    constants = tuple(
        _in_file(file_name, constant, names) if isinstance(constant, CodeType) else constant
        for constant in code.co_consts
    )
    name = names.get(code.co_qualname)
    return code.replace(
        co_filename=file_name,
        co_consts=constants,
        co_name=name or code.co_name,
        co_qualname=name or code.co_qualname,
    )
