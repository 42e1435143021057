"""What is measured: one application, written for each contender, and the requests it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Literal, TypeAlias

Scope: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]
ASGIApp: TypeAlias = Callable[..., Any]

Contender: TypeAlias = Literal[
    "floor",
    "ferroapi",
    "fastapi",
    "starlette",
    "litestar",
    "blacksheep",
    "falcon",
    "granian",
    "ferroapi_granian",
    "robyn",
    "limit",
    "rsgi",
    "h2corn",
    "bolt",
]
NAMES: dict[Contender, str] = {
    "floor": "floor",
    "ferroapi": "ferroapi",
    "fastapi": "FastAPI",
    "starlette": "Starlette",
    "litestar": "Litestar",
    "blacksheep": "BlackSheep",
    "falcon": "Falcon",
    "granian": "floor, Granian",
    "ferroapi_granian": "ferroapi, Granian",
    "robyn": "Robyn",
    "limit": "limit",
    "rsgi": "floor, RSGI",
    "h2corn": "floor, h2corn",
    "bolt": "django-bolt",
}
CONTENDERS: tuple[Contender, ...] = (
    "floor",
    "ferroapi",
    "fastapi",
    "starlette",
    "litestar",
    "blacksheep",
    "falcon",
)
"""Who is called in process, and served by uvicorn."""
OTHER_SERVERS: tuple[Contender, ...] = ("granian", "ferroapi_granian", "robyn")
"""Who is served by something else: the floor and ferroapi by Granian, Robyn by itself."""
PEERS: tuple[Contender, ...] = ("litestar", "blacksheep", "falcon", *OTHER_SERVERS)
"""Who has an environment that a run can do without."""
SHAPED: tuple[Contender, ...] = ("floor", "ferroapi", "fastapi")
"""Who answers the ordinary shapes."""

LOOPBACK = "127.0.0.1"
"""The address that servers listen on."""

JSON = {"content-type": "application/json"}
"""What an answer says of its body."""
JSON_BODY = ((b"content-type", b"application/json"),)
"""What a request says of its body."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a server hands it to an ASGI application."""

    path: str
    query: bytes = b""
    method: str = "GET"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    texts: tuple[str, ...] = ()
    """What a WebSocket sends; with none, the request is one of HTTP."""

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
    the list of the events' fields, `data` read as JSON, for `bytes` the body itself, for `texts`
    the list of the messages of a WebSocket.
    """

    value: Any
    status: int = 200
    form: Literal["json", "jsonl", "events", "bytes", "texts"] = "json"
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))


@dataclass(frozen=True, slots=True)
class Within:
    """At most `factor` times what `against` takes: a contender, or ferroapi in another row."""

    against: str
    factor: float

    def __str__(self) -> str:
        if self.factor < 1:
            return f"{self.against} / {1 / self.factor:g}"
        return f"{self.factor:.3g} x {self.against}"


@dataclass(frozen=True, slots=True)
class Over:
    """At most so many microseconds over another row of ferroapi, for each of `parts`."""

    row: str
    microseconds: float
    parts: int

    def __str__(self) -> str:
        return f"{self.row} + {self.parts} x {self.microseconds:g} us"


@dataclass(frozen=True, slots=True)
class Added:
    """What ferroapi takes over its other row: at most `factor` times what the floor does."""

    row: str
    factor: float

    def __str__(self) -> str:
        return f"over {self.row}: {self.factor:g} x the floor's"


Goal: TypeAlias = Within | Over | Added


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `wrong` is its request with a value that has to be refused."""

    name: str
    title: str
    request: Request
    expected: Expected
    goals: tuple[Goal, ...] = ()
    wrong: Request | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One application and the rows it answers.

    Attributes:
        rows: the requests.
        app: the application, of FastAPI's or ferroapi's module.
        floor: the same by hand.
        others: the same by other frameworks, of those that can.
    """

    rows: tuple[Row, ...]
    app: Callable[[ModuleType], ASGIApp]
    floor: Callable[[], ASGIApp]
    others: Mapping[Contender, Callable[[], Any]] = field(default_factory=dict)

    def has(self, contender: Contender) -> bool:
        """Whether it has an application of `contender`."""
        return contender.removesuffix("_granian") in _WRITTEN or contender in self.others


_WRITTEN = ("floor", "granian", "h2corn", "ferroapi", "fastapi", "limit")
"""Who is made of `app`, `floor` or the rows."""
