"""From described exceptions and exception handlers to those of a framework."""

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.exceptions import WebSocketException
from tests.differential.descriptions import Handler, Raised
from tests.differential.echo import text_of
from tests.differential.frameworks import Framework


class OwnError(Exception):
    """An exception of the application."""


class DerivedError(OwnError):
    """One that handlers of its base are for."""


_ERRORS: dict[str, Callable[[str], Exception]] = {
    "ValueError": ValueError,
    "KeyError": KeyError,
    "RuntimeError": RuntimeError,
    "OwnError": OwnError,
    "DerivedError": DerivedError,
    "StarletteHTTPException": lambda text: StarletteHTTPException(418, text),
}
_VALIDATION = {"loc": ["body", "x"], "msg": "m", "type": "t"}


def exception_of(framework: Framework, raised: Raised) -> Exception:
    """A described exception."""
    if "code" in raised:
        return WebSocketException(raised["code"], raised.get("reason"))
    if "status" in raised:
        exception: Exception = framework.module.HTTPException(
            raised["status"], raised.get("detail"), raised.get("headers")
        )
        return exception
    if raised["error"] == "RequestValidationError":
        cls = framework.part("exceptions").RequestValidationError
        refused: Exception = cls([_VALIDATION], body={"a": 1})
        return refused
    return _ERRORS[raised["error"]]("raised")


def handled_by(framework: Framework, of: str | int) -> Any:
    """What a handler is registered for."""
    known: dict[str, Any] = {
        "HTTPException": framework.module.HTTPException,
        "StarletteHTTPException": StarletteHTTPException,
        "WebSocketException": WebSocketException,
        "OwnError": OwnError,
        "DerivedError": DerivedError,
        "ValueError": ValueError,
        "Exception": Exception,
    }
    if isinstance(of, int) or of in known:
        return known.get(of, of) if isinstance(of, str) else of
    return getattr(framework.part("exceptions"), of)


def handler_of(
    framework: Framework, described: Handler, called: Callable[[str], None]
) -> Callable[..., Any]:
    """An exception handler that says what it sees."""

    def answer(connection: Any, error: Exception) -> Any:
        if described["how"] == "raises":
            raise RuntimeError("raised in a handler")
        content = {"of": described["of"], "error": _seen(error)}
        return framework.part("responses").JSONResponse(content, described["status"])

    async def handle(connection: Any, error: Exception) -> Any:
        handlers = framework.part("exception_handlers")
        # The frameworks differ in which of their names are private.
        called(f"handler of {described['of']} sees {type(error).__name__.lstrip('_')}")
        if connection.scope["type"] == "websocket":
            called(_seen(error))
            await connection.close(4000, "handled")
            return None
        if described["how"] == "default":
            if isinstance(error, StarletteHTTPException):
                return await handlers.http_exception_handler(connection, error)
            if hasattr(error, "errors"):
                return await handlers.request_validation_exception_handler(connection, error)
        return answer(connection, error)

    def handle_in_thread(connection: Any, error: Exception) -> Any:
        called(f"handler of {described['of']} sees {type(error).__name__.lstrip('_')}")
        return answer(connection, error)

    return handle if described["kind"] == "async" else handle_in_thread


def _seen(error: Any) -> str:
    """What handlers look at."""
    if isinstance(error, StarletteHTTPException):
        return text_of([error.status_code, error.detail, error.headers])
    if hasattr(error, "errors"):
        # Ours has the objects in another place than the errors that can be sent.
        errors = getattr(error, "raw_errors", error.errors)()
        return text_of([errors, getattr(error, "body", None)])
    return f"{type(error).__name__}: {error}"
