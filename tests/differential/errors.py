"""Generates exceptions and the handlers of them."""

from tests.differential.choices import Choices
from tests.differential.descriptions import Handler, Raised

HANDLED: tuple[str | int, ...] = (
    *("HTTPException", "StarletteHTTPException", "RequestValidationError", "OwnError"),
    *("DerivedError", "ValueError", "Exception", "ResponseValidationError"),
    *("WebSocketRequestValidationError", "WebSocketException", "ValidationException"),
    *(404, 405, 418, 422, 500, 401),
)
_RAISED: list[Raised] = [
    {"status": 404},
    {"status": 418, "detail": {"a": [1, None]}},
    {"status": 401, "detail": "no", "headers": {"x-why": "because"}},
    {"status": 204},
    {"status": 304, "detail": "x"},
    {"status": 500, "detail": "\u20ac"},
    {"error": "ValueError"},
    {"error": "KeyError"},
    {"error": "OwnError"},
    {"error": "DerivedError"},
    {"error": "StarletteHTTPException"},
    {"error": "RequestValidationError"},
]
_OF_SOCKETS: list[Raised] = [
    {"code": 1008, "reason": "why"},
    {"code": 4001},
    {"status": 403, "detail": "no"},
    {"error": "OwnError"},
    {"error": "RuntimeError"},
]


def raised(choices: Choices) -> Raised:
    """An exception."""
    return choices.one_of(_RAISED)


def raised_in_socket(choices: Choices) -> Raised:
    """An exception of a WebSocket endpoint."""
    return choices.one_of(_OF_SOCKETS)


def some_handlers(choices: Choices) -> list[Handler]:
    """Exception handlers, mostly none."""
    if not choices.rarely(3):
        return []
    return [
        {
            "of": of,
            "kind": choices.one_of(["async", "async", "sync"]),
            "how": choices.one_of(["answers", "answers", "default", "raises"]),
            "status": choices.one_of([200, 418, 422, 500, 204]),
        }
        for of in choices.some(HANDLED, 3, 1)
    ]
