"""Applications and requests as data: what both frameworks are given, and what they give back.

Everything here is JSON, so that a counter-example can be printed, kept and sent through a pipe.
"""

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

from typing_extensions import TypeIs

Type: TypeAlias = Any
"""A type: the name of a scalar, or a list of a constructor and its operands.

`["list", "int"]`, `["optional", T]`, `["union", T, T]`, `["constrained", T, {"ge": 1}]`,
`["checked", T, "after"]`, `["model", "M0"]` and so on; `annotations.py` has them all.
"""

Location: TypeAlias = Literal["path", "query", "header", "cookie", "body", "form", "file"]
Injected: TypeAlias = Literal[
    "request", "connection", "response", "background", "websocket", "scopes"
]


class Field(TypedDict):
    """A field of a model."""

    name: str
    type: Type
    default: NotRequired[Any]
    options: NotRequired[dict[str, Any]]


class Model(TypedDict):
    """A pydantic model. Models are in an order in which they only use those before them."""

    name: str
    fields: list[Field]
    config: NotRequired[dict[str, Any]]
    base: NotRequired[str]


# The key "in" is a keyword of Python.
Parameter = TypedDict(
    "Parameter",
    {
        "name": str,
        "in": str,
        "type": NotRequired[Type],
        "default": NotRequired[Any],
        "options": NotRequired[dict[str, Any]],
        "style": NotRequired["Style"],
        "dependency": NotRequired[str],
        "use_cache": NotRequired[bool],
        "scope": NotRequired[Literal["function", "request"]],
        "scheme": NotRequired[str],
        "scopes": NotRequired[list[str]],
    },
)
"""A parameter of a function; `in` is a `Location`, an `Injected`, "dependency" or "security".

Security has either a `scheme` or a `dependency`. A list as `validation_alias` stands for
`AliasChoices`.
"""


class Raised(TypedDict):
    """An exception: with a status of HTTP, with a code of a WebSocket, else by its name."""

    code: NotRequired[int]
    reason: NotRequired[str]
    status: NotRequired[int]
    detail: NotRequired[Any]
    headers: NotRequired[dict[str, str]]
    error: NotRequired[str]


Neutral: TypeAlias = dict[str, Any]
"""Options that FastAPI does not have, by name (`neutral.py`)."""

Kind: TypeAlias = Literal["async", "sync", "async_generator", "generator"]
Style: TypeAlias = Literal["annotated", "default", "bare"]


class Function(TypedDict):
    """What dependencies and endpoints have in common."""

    kind: Kind
    parameters: list[Parameter]
    sets_header: NotRequired[tuple[str, str]]
    sets_cookie: NotRequired[tuple[str, str]]
    sets_status: NotRequired[int]
    raises: NotRequired[Raised]


class Dependency(Function):
    """A dependency; generators may also raise at their end, or replace or swallow an error."""

    raises_at_end: NotRequired[Raised]
    raises_instead: NotRequired[Raised]
    swallows: NotRequired[bool]


class Returns(TypedDict):
    """What an endpoint returns.

    `echo` is the text of all arguments, `arguments` the arguments themselves, `argument` one of
    them, `value` a JSON value (of which `made_as` makes an object of a type), `rich` what `rich`
    describes, `response` a response made by the endpoint. Streams yield each item of a list.
    """

    how: Literal["echo", "arguments", "argument", "value", "rich", "response"]
    argument: NotRequired[str]
    value: NotRequired[Any]
    made_as: NotRequired[Type]
    rich: NotRequired[Any]
    response_class: NotRequired[str]
    status: NotRequired[int]
    headers: NotRequired[dict[str, str]]
    background: NotRequired[bool]
    raises_after: NotRequired[int]


class Operation(Function):
    """A path operation."""

    path: str
    methods: list[str]
    returns: Returns
    dependencies: NotRequired[list[str]]
    neutral: NotRequired["Neutral"]
    type: NotRequired[Type]
    annotated: NotRequired[bool]
    options: NotRequired[dict[str, Any]]
    response_class: NotRequired[str]
    response_types: NotRequired[dict[str, Type]]


class Socket(Function):
    """A WebSocket endpoint: steps that it takes one after the other."""

    socket: str
    script: list[list[Any]]
    dependencies: NotRequired[list[str]]
    neutral: NotRequired["Neutral"]


class Router(TypedDict):
    """A router, or the application itself, with what it includes in order of declaration."""

    prefix: NotRequired[str]
    included_with: NotRequired[dict[str, Any]]
    dependencies: NotRequired[list[str]]
    neutral: NotRequired["Neutral"]
    response_class: NotRequired[str]
    options: NotRequired[dict[str, Any]]
    members: list["Operation | Socket | Router"]


def is_router(member: Operation | Socket | Router) -> TypeIs[Router]:
    """Whether a member is a router."""
    return "members" in member


def is_socket(member: Operation | Socket) -> TypeIs[Socket]:
    """Which of the two a member is."""
    return "socket" in member


class Handler(TypedDict):
    """An exception handler: of a class by its name, or of a status."""

    of: str | int
    kind: Literal["async", "sync"]
    how: Literal["answers", "default", "raises"]
    status: int


class Middleware(TypedDict):
    """A middleware: a class of Starlette with its options, or one of `stack.py`."""

    name: str
    options: dict[str, Any]


class Application(TypedDict):
    """A whole application."""

    models: list[Model]
    dependencies: dict[str, Dependency]
    router: Router
    handlers: NotRequired[list[Handler]]
    middleware: NotRequired[list[Middleware]]


class Sent(TypedDict):
    """A request, or with `messages` a WebSocket session. Bytes are written as Latin-1 text."""

    method: str
    path: str
    root_path: NotRequired[str]
    query: str
    headers: list[tuple[str, str]]
    body: list[str]
    messages: NotRequired[list[list[Any]]]
    subprotocols: NotRequired[list[str]]
    denial: NotRequired[bool]


class Answer(TypedDict):
    """A response, what was called in which order, and the exception that came out with it.

    What is sent to a WebSocket is in `messages`.
    """

    status: int | None
    headers: list[tuple[str, str]]
    body: str
    complete: bool
    messages: list[Any]
    calls: list[str]
    error: str | None
