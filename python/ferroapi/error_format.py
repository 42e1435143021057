"""How an application or a router answers requests that do not fit, in its own form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.status import HTTP_422_UNPROCESSABLE_CONTENT

from ferroapi.encodable import EncodableText, encodable
from ferroapi.exceptions import RequestValidationError
from ferroapi.fields import create_field
from ferroapi.validation_errors import as_shown


@dataclass(frozen=True, kw_only=True)
class ErrorFormat:
    """What a request that does not fit is answered with, and documented by.

    `model` is the type of the answer, as pydantic has it, and `media_type` its media type. `render`
    makes a value of it: it is called with the errors and the request. The errors are those that
    `RequestValidationError.errors()` has, bounded and masked, as data that `json.dumps` takes.
    `status` is the status, 400 to 499.

    Raises:
        FastAPIError: pydantic has no schema for the model.
        TypeError: `render` is no function, or one that has to be awaited.
        ValueError: the status is none of a client's errors.
    """

    model: Any
    render: Callable[[Sequence[dict[str, Any]], Request], Any]
    status: int = HTTP_422_UNPROCESSABLE_CONTENT
    media_type: str = "application/json"

    def __post_init__(self) -> None:
        if not callable(self.render) or iscoroutinefunction(self.render):
            raise TypeError(f"ErrorFormat: render is no function to be called: {self.render!r}")
        if type(self.status) is not int or self.status not in range(400, 500):
            raise ValueError(f"ErrorFormat: the status is not 400 to 499: {self.status!r}")
        field = create_field("ErrorFormat", self.model, mode="serialization")
        object.__setattr__(self, "_adapter", field.type_adapter)

    async def respond(self, request: Request, error: RequestValidationError) -> Response:
        """The exception handler that answers in this form."""
        errors = as_shown(error, request.scope).current_errors()
        value = self.render(as_data(errors), request)
        adapter: Any = vars(self)["_adapter"]
        content = adapter.dump_json(adapter.validate_python(value, from_attributes=True))
        return Response(content, self.status, media_type=self.media_type)


def as_data(errors: Sequence[Any]) -> list[dict[str, Any]]:
    """Errors as data that `json.dumps` takes; an exception in them becomes its text."""
    # It is imported when the first request does not fit.
    from ferroapi.encoders import jsonable_encoder

    def message_or_data(text: EncodableText) -> Any:
        return str(text) if isinstance(text.value, Exception) else jsonable_encoder(text)

    data: list[dict[str, Any]] = jsonable_encoder(
        encodable(errors), custom_encoder={EncodableText: message_or_data}
    )
    return data
