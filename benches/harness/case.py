"""What is measured: one application, written for each contender, and the requests it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Literal, TypeAlias

Scope: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]
ASGIApp: TypeAlias = Callable[..., Any]

Contender: TypeAlias = Literal["floor", "starlette", "fastapi", "ferroapi"]
CONTENDERS: tuple[Contender, ...] = ("floor", "starlette", "fastapi", "ferroapi")

JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a server hands it to an ASGI application."""

    path: str
    query: bytes = b""
    method: str = "GET"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    def __post_init__(self) -> None:
        common = (
            (b"host", b"127.0.0.1"),
            (b"user-agent", b"bench"),
            (b"accept", b"*/*"),
        )
        length = ((b"content-length", b"%d" % len(self.body)),) if self.body else ()
        object.__setattr__(self, "headers", (*common, *self.headers, *length))


@dataclass(frozen=True, slots=True)
class Expected:
    """What every contender has to answer.

    `value` is the JSON value of the body; for `jsonl` the list of the lines' values, for `events`
    the list of the events' fields, `data` read as JSON.
    """

    value: Any
    status: int = 200
    form: Literal["json", "jsonl", "events"] = "json"
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))


@dataclass(frozen=True, slots=True)
class Goal:
    """At most `factor` times what `against` takes: a contender, or ferroapi in another row."""

    against: str
    factor: float

    def __str__(self) -> str:
        if self.factor < 1:
            return f"{self.against} / {1 / self.factor:.0f}"
        return f"{self.factor:g} x {self.against}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    title: str
    request: Request
    expected: Expected
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One application and the rows it answers.

    Attributes:
        rows: the requests.
        app: the application, of FastAPI's or ferroapi's module.
        starlette: the same by Starlette alone.
        floor: the same by hand.
    """

    rows: tuple[Row, ...]
    app: Callable[[ModuleType], ASGIApp]
    starlette: Callable[[], ASGIApp]
    floor: Callable[[], ASGIApp]
