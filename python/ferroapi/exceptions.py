"""Every error and warning class of the framework."""

import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.exceptions import WebSocketException as StarletteWebSocketException

from ferroapi.compatibility import COMPATIBLE
from ferroapi.encodable import encodable

__all__ = [
    "DependencyScopeError",
    "EndpointContext",
    "FastAPIDeprecationWarning",
    "FastAPIError",
    "HTTPException",
    "PydanticV1NotSupportedError",
    "RecursiveUnionWarning",
    "RequestBodyTooLarge",
    "RequestValidationError",
    "ResponseValidationError",
    "ValidationException",
    "WebSocketException",
    "WebSocketRequestValidationError",
]


class HTTPException(StarletteHTTPException):
    """Raised in a path operation or a dependency to answer with an error status.

    The answer's body is `{"detail": detail}`.

    Args:
        status_code: the status of the answer (RFC 9110, section 15).
        detail: anything that JSON can hold; the reason phrase of the status without it.
        headers: what is added to the answer's.
    """

    def __init__(
        self, status_code: int, detail: Any = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status_code=status_code, detail=detail, headers=headers)


class RequestBodyTooLarge(StarletteHTTPException):
    """More was sent, or declared, than the limit: 413 (RFC 9110, section 15.5.14).

    As in FastAPI a handler of its own `HTTPException` does not see it; one of Starlette's, or of
    413, does.
    """

    def __init__(self) -> None:
        super().__init__(413, "Content Too Large")


class WebSocketException(StarletteWebSocketException):
    """Raised in a WebSocket endpoint or its dependencies to close the connection.

    `code` is a close code of RFC 6455, section 7.4; `reason` is at most 123 bytes of UTF-8.
    """


class FastAPIError(RuntimeError):
    """The application is declared or used in a way that cannot work."""


class DependencyScopeError(FastAPIError):
    """A dependency depends on another one that ends before it does."""


class PydanticV1NotSupportedError(FastAPIError):
    """A model of `pydantic.v1` is used as a parameter, a body or a response."""


class EndpointContext(TypedDict, total=False):
    """Where the endpoint is that an error is about. `path` is the method and the path."""

    function: str
    path: str
    file: str
    line: int


class ValidationException(Exception):  # noqa: N818 - the name is interface
    """Data does not fit its declaration.

    `errors` are pydantic's error dictionaries (`type`, `loc`, `msg`, `input`, perhaps `ctx`).
    `endpoint_ctx` is shown in the message and split into the `endpoint_...` attributes, each `None`
    when it is not known.
    """

    is_shown = False
    """Whether the errors are what an application shows of them: bounded, without secrets."""

    def __init__(
        self, errors: Sequence[Any], *, endpoint_ctx: EndpointContext | None = None
    ) -> None:
        context = endpoint_ctx or EndpointContext()
        self._errors = self._raw_errors = errors
        self.endpoint_ctx = endpoint_ctx
        self.endpoint_function = context.get("function")
        self.endpoint_path = context.get("path")
        self.endpoint_file = context.get("file")
        self.endpoint_line = context.get("line")

    def errors(self) -> Sequence[Any]:
        """The errors as data that `json.dumps` and `JSONResponse` take, whatever is in them.

        What JSON has no form for is an `EncodableText` (`ferroapi.encodable`), whose `value` is
        it: of an exception the message, of bytes their UTF-8. Numbers that JSON does not have are
        `None`.
        """
        if not COMPATIBLE and isinstance(self._errors, (list, tuple)):
            self._errors = encodable(self._errors)
        return self._errors

    def raw_errors(self) -> Sequence[Any]:
        """The errors with the objects that they were given with."""
        return self._raw_errors

    def current_errors(self) -> Sequence[Any]:
        """What `errors()` has returned, which may have been changed since, or `raw_errors()`."""
        return self._errors

    def show(self, errors: Sequence[Any]) -> None:
        """Has these be the errors: what an application shows of them."""
        self._errors = self._raw_errors = errors
        self.is_shown = True

    def __str__(self) -> str:
        count = len(self._errors)
        lines = [f"{count} validation error{'' if count == 1 else 's'}:"]
        lines += [f"  {error}" for error in self._errors]
        lines += self._endpoint_lines()
        return "\n".join(lines).rstrip()

    def _endpoint_lines(self) -> list[str]:
        lines = []
        path_prefix = "  Endpoint: "
        if self.endpoint_file and self.endpoint_line and self.endpoint_function:
            lines = [
                "",
                f'  File "{self.endpoint_file}", line {self.endpoint_line}, '
                f"in {self.endpoint_function}",
            ]
            path_prefix = "    "
        if self.endpoint_path:
            lines = lines or [""]
            lines.append(path_prefix + self.endpoint_path)
        return lines


class _BodyValidationException(ValidationException):
    """A validation error that keeps what was validated as `body`."""

    def __init__(
        self,
        errors: Sequence[Any],
        *,
        body: Any = None,
        endpoint_ctx: EndpointContext | None = None,
    ) -> None:
        super().__init__(errors, endpoint_ctx=endpoint_ctx)
        self.body = body


class RequestValidationError(_BodyValidationException):
    """A request does not fit its declaration; by default answered with 422 and the errors.

    `body` is the body that was received, as far as it was parsed.
    """


class WebSocketRequestValidationError(ValidationException):
    """A WebSocket request does not fit its declaration; by default closed with code 1008."""


class ResponseValidationError(_BodyValidationException):
    """An endpoint's return value (`body`) does not fit its response model; a server error, 500."""


class FastAPIDeprecationWarning(UserWarning):
    """Something that still works, but has a better replacement.

    Not a `DeprecationWarning`, since Python hides those outside of `__main__`.
    """


class RecursiveUnionWarning(UserWarning):
    """Validating a parameter takes exponential time in the depth of what a client sends.

    It is a union whose members are tried one after the other, and two of them hold the union again.
    """


def warn_deprecated(message: str) -> None:
    """Emits a `FastAPIDeprecationWarning` that points at the line outside of this package."""
    warn_caller(message, FastAPIDeprecationWarning)


def warn_caller(message: str, category: type[Warning]) -> None:
    """Emits a warning that points at the line outside of this package."""
    stacklevel = 2
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__", "").startswith("ferroapi.") and frame.f_back is not None:
        stacklevel += 1
        frame = frame.f_back
    warnings.warn(message, category, stacklevel=stacklevel)


_ERROR_MODELS = {"RequestErrorModel": "Request", "WebSocketErrorModel": "WebSocket"}
"""Models without fields, and their titles: names of FastAPI that programs import."""

if not TYPE_CHECKING:  # checkers would take it for any name

    def __getattr__(name: str) -> Any:
        """Makes one of the models when it is first asked for."""
        if name not in _ERROR_MODELS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from pydantic import create_model

        model = globals()[name] = create_model(_ERROR_MODELS[name])
        return model
