"""The responses of an operation: OpenAPI 3.1, section Responses Object."""

from __future__ import annotations

import inspect
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from ferroapi.content import is_body_allowed_for_status_code
from ferroapi.openapi.constants import REF_PREFIX
from ferroapi.openapi.writing.merging import merged
from ferroapi.routing.options import resolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ferroapi.openapi.writing.definitions import FieldSchemas, JSONSchema
    from ferroapi.routing import APIRoute
    from ferroapi.routing.handlers import HandledResponse

status_code_ranges = {
    "1XX": "Information",
    "2XX": "Success",
    "3XX": "Redirection",
    "4XX": "Client Error",
    "5XX": "Server Error",
    "DEFAULT": "Default Response",
}
"""How responses are described that stand for several statuses."""

_REASON_PHRASES = {status.value: status.phrase for status in HTTPStatus}

validation_error_definition: dict[str, Any] = {
    "title": "ValidationError",
    "type": "object",
    "properties": {
        "loc": {
            "title": "Location",
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        },
        "msg": {"title": "Message", "type": "string"},
        "type": {"title": "Error Type", "type": "string"},
        "input": {"title": "Input"},
        "ctx": {"title": "Context", "type": "object"},
    },
    "required": ["loc", "msg", "type"],
}
"""The schema of one error in the answer to an invalid request."""

validation_error_response_definition: dict[str, Any] = {
    "title": "HTTPValidationError",
    "type": "object",
    "properties": {
        "detail": {
            "title": "Detail",
            "type": "array",
            "items": {"$ref": f"{REF_PREFIX}ValidationError"},
        }
    },
}
"""The schema of that answer."""

VALIDATION_ERROR_RESPONSE: dict[str, Any] = {
    "description": "Validation Error",
    "content": {
        "application/json": {"schema": {"$ref": f"{REF_PREFIX}HTTPValidationError"}},
    },
}
"""The answer to an invalid request."""


def describe_responses(route: APIRoute, definitions: FieldSchemas) -> dict[str, dict[str, Any]]:
    """The response objects of an operation by status: the successful one and the declared ones.

    Raises:
        ValueError: a declared status is neither a number, a range such as `4XX` nor `default`.
    """
    status = route.status_code
    response_class: type[Response] = resolved(route.response_class)
    success: dict[str, Any] = {"description": route.response_description}
    if is_body_allowed_for_status_code(status):
        content = _success_content(route, response_class, definitions)
        if content:
            success["content"] = content
    responses = {str(_default_status(response_class) if status is None else status): success}
    for returned in route._returned_classes:
        _add_returned(responses, returned, success)
    for code, declared in (route.responses or {}).items():
        key = str(code).upper()
        key = "default" if key == "DEFAULT" else key
        existing = responses.get(key, {})
        media_type = response_class.media_type or "application/json"
        field = route.response_fields.get(code)
        schema = definitions.schema(field) if field else None
        responses[key] = _declared_response(code, declared, existing, media_type, schema)
    return responses


def describe_handled(handled: HandledResponse, definitions: FieldSchemas) -> dict[str, Any]:
    """What an exception handler answers that returns values."""
    description = _REASON_PHRASES.get(handled.status, "Additional Response")
    content = {handled.media_type: {"schema": definitions.schema(handled.field)}}
    return {"description": description, "content": content}


def invites_validation_error(responses: dict[str, dict[str, Any]]) -> bool:
    """Whether no declared response speaks for the answer to an invalid request."""
    return responses.keys().isdisjoint(("422", "4XX", "default"))


def _default_status(response_class: type[Response]) -> int:
    """The status a response has when none is given: the default of its class's parameter."""
    if response_class is JSONResponse:
        return HTTPStatus.OK
    constructors = (vars(class_).get("__init__") for class_ in response_class.__mro__)
    for constructor in filter(None, constructors):
        parameter = inspect.signature(constructor).parameters.get("status_code")
        if parameter is not None and isinstance(parameter.default, int):
            return parameter.default
    return HTTPStatus.OK


def _success_content(
    route: APIRoute, response_class: type[Response], definitions: FieldSchemas
) -> dict[str, dict[str, Any]]:
    if route.is_json_stream:
        item = route.stream_item_field
        return {"application/jsonl": {"itemSchema": definitions.schema(item) if item else {}}}
    if route.is_sse_stream:
        return {"text/event-stream": {"itemSchema": _event_schema(route, definitions)}}
    media_type = response_class.media_type
    if not media_type:
        return {}
    schema: JSONSchema
    if not issubclass(response_class, JSONResponse):
        schema = {"type": "string"}
    elif route.response_field:
        schema = definitions.schema(route.response_field)
    else:
        schema = {}
    return {media_type: {"schema": schema}}


def _add_returned(
    responses: dict[str, dict[str, Any]], returned: type[Response], success: dict[str, Any]
) -> None:
    """Adds what an endpoint may return beside its response model."""
    media_type = returned.media_type or "*/*"
    content: dict[str, Any] = {"schema": {"type": "string"}} if returned.media_type else {}
    status = _default_status(returned)
    if status == HTTPStatus.OK:
        # Whoever makes one gives it the status of the operation.
        success.setdefault("content", {}).setdefault(media_type, content)
    else:
        responses[str(status)] = {"description": _REASON_PHRASES[status]}


def _event_schema(route: APIRoute, definitions: FieldSchemas) -> JSONSchema:
    """One event of a stream; its data, when it is declared, is JSON in a string."""
    data: JSONSchema = {"type": "string"}
    event: JSONSchema = {
        "type": "object",
        "properties": {
            "data": data,
            "event": {"type": "string"},
            "id": {"type": "string"},
            "retry": {"type": "integer", "minimum": 0},
        },
    }
    if route.stream_item_field:
        data["contentMediaType"] = "application/json"
        data["contentSchema"] = definitions.schema(route.stream_item_field)
        event["required"] = ["data"]
    return event


def _declared_response(
    code: int | str,
    declared: Mapping[str, Any],
    existing: Mapping[str, Any],
    media_type: str,
    schema: JSONSchema | None,
) -> dict[str, Any]:
    response = {key: value for key, value in declared.items() if key != "model"}
    if schema is not None:
        response = merged(response, {"content": {media_type: {"schema": schema}}})
    reason = status_code_ranges.get(str(code).upper()) or _REASON_PHRASES.get(int(code))
    description = (
        response.get("description")
        or existing.get("description")
        or reason
        or "Additional Response"
    )
    return {**merged(existing, response), "description": description}
