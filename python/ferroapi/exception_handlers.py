"""How errors are answered when the application has no handler of its own for them."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket, WebSocketState

from ferroapi._core import encode_json
from ferroapi.connection.websocket import close_reason
from ferroapi.content import is_body_allowed
from ferroapi.exceptions import RequestValidationError, WebSocketRequestValidationError


async def http_exception_handler(request: Request, exc: HTTPException) -> Response:
    """The status and headers of the error, and `{"detail": ...}` where a body is allowed."""
    if not is_body_allowed(exc.status_code):
        return Response(status_code=exc.status_code, headers=exc.headers)
    return JSONResponse({"detail": exc.detail}, exc.status_code, exc.headers)


async def request_validation_exception_handler(
    request: Request, exc: RequestValidationError
) -> JSONResponse:
    """422 and the errors."""
    return _ErrorsResponse(exc.errors(), 422)


async def websocket_request_validation_exception_handler(
    websocket: WebSocket, exc: WebSocketRequestValidationError
) -> None:
    """Closes with code 1008; the reason is the errors as JSON, cut to what a close frame holds."""
    reason = _render(exc.errors()).decode()
    if websocket.application_state is WebSocketState.CONNECTED:
        reason = close_reason(reason)
    await websocket.close(WS_1008_POLICY_VIOLATION, reason)


class _ErrorsResponse(JSONResponse):
    def render(self, content: Any) -> bytes:
        return errors_as_json(content)


def errors_as_json(errors: Sequence[Any]) -> bytes:
    """The content of the default answer to these errors."""
    return b'{"detail":%b}' % _render(errors)


def _as_text(data: bytes) -> str:
    return data.decode(errors="replace")


def _render(errors: Sequence[Any]) -> bytes:
    """JSON for any input that a client can send, also what it echoes of non-standard JSON.

    Numbers that JSON does not have, or Python refuses to write, become null; half a surrogate pair
    is written as its escape.
    """
    # Most errors are plain data.
    encoded = encode_json(errors)
    if encoded is not None:
        return encoded
    try:
        return _render_any(errors)
    except RecursionError:
        # The rejected input is nested too deep to walk through.
        return _render_any([{**error, "input": None} for error in errors])


def _render_any(errors: Sequence[Any]) -> bytes:
    from ferroapi.encoders import jsonable_encoder

    # The rejected input may be a body that is no text.
    content = jsonable_encoder(errors, custom_encoder={bytes: _as_text})
    try:
        text = _dumps(content)
    except ValueError:
        text = _dumps(_without_unwritable_numbers(content))
    return text.encode(errors="backslashreplace")


def _dumps(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _without_unwritable_numbers(content: Any) -> Any:
    match content:
        case dict():
            return {key: _without_unwritable_numbers(value) for key, value in content.items()}
        case list():
            return [_without_unwritable_numbers(value) for value in content]
        case int() | float():
            try:
                _dumps(content)
            except ValueError:
                return None
    return content
