"""How errors are answered when the application has no handler of its own for them."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.types import Scope
from starlette.websockets import WebSocket

from ferroapi.content import is_body_allowed
from ferroapi.exceptions import (
    RequestValidationError,
    ValidationException,
    WebSocketRequestValidationError,
)
from ferroapi.validation_errors import as_shown, errors_as_json, render_errors, shown_errors
from ferroapi.websocket_refusal import refuse


async def http_exception_handler(request: Request, exc: HTTPException) -> Response:
    """The status and headers of the error, and `{"detail": ...}` where a body is allowed."""
    if not is_body_allowed(exc.status_code):
        return Response(status_code=exc.status_code, headers=exc.headers)
    return JSONResponse({"detail": exc.detail}, exc.status_code, exc.headers)


async def request_validation_exception_handler(
    request: Request, exc: RequestValidationError | ValidationError
) -> JSONResponse:
    """422 and the errors; of pydantic's own exception, too, which a user's handler may hand on."""
    return _ErrorsResponse(_errors_of(exc, request.scope), 422)


async def websocket_request_validation_exception_handler(
    websocket: WebSocket, exc: WebSocketRequestValidationError | ValidationError
) -> None:
    """Closes with code 1008; the reason is the errors as JSON, cut to what a close frame holds.

    Where the application refuses by responses: 422 and the errors.
    """
    errors = _errors_of(exc, websocket.scope)
    reason = render_errors(errors).decode()
    await refuse(websocket, _ErrorsResponse(errors, 422), WS_1008_POLICY_VIOLATION, reason)


def _errors_of(error: ValidationException | ValidationError, scope: Scope) -> Sequence[Any]:
    if isinstance(error, ValidationException):
        return as_shown(error, scope).current_errors()
    return shown_errors(error.errors(), scope)


class _ErrorsResponse(JSONResponse):
    def render(self, content: Any) -> bytes:
        return errors_as_json(content)
