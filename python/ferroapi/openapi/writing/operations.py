"""Path operations: OpenAPI 3.1, sections Path Item Object and Operation Object."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ferroapi.exceptions import RequestValidationError
from ferroapi.openapi.constants import METHODS_OF_3_2, METHODS_WITH_BODY
from ferroapi.openapi.writing.forms import composed_form
from ferroapi.openapi.writing.merging import merged, non_empty
from ferroapi.openapi.writing.parameters import declared_parameters, describe_parameters
from ferroapi.openapi.writing.request_bodies import describe_request_body
from ferroapi.openapi.writing.responses import (
    VALIDATION_ERROR_RESPONSE,
    describe_handled,
    describe_responses,
    invites_validation_error,
)
from ferroapi.openapi.writing.routes import documented_routes
from ferroapi.openapi.writing.security import describe_security
from ferroapi.routing.layers import Layer, handled_responses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ferroapi.dependencies.models import Dependant
    from ferroapi.error_format import ErrorFormat
    from ferroapi.fields import ModelField
    from ferroapi.openapi.writing.definitions import FieldSchemas
    from ferroapi.routing import APIRoute


class Operation:
    """A documented route with its dependencies laid out once."""

    __slots__ = ("body_field", "callbacks", "dependants", "handled", "parameters", "route")

    def __init__(self, route: APIRoute, validation_errors: ErrorFormat | None = None) -> None:
        """
        Args:
            route: the route.
            validation_errors: how its application answers requests that do not fit, if not as by
                default.
        """
        self.route = route
        self.dependants = list(distinct_dependants(route.dependant))
        self.parameters = list(declared_parameters(self.dependants))
        self.body_field = self._body_field()
        around = [] if validation_errors is None else [Layer(validation_errors=validation_errors)]
        self.handled = handled_responses([*around, *route._layers], route.unique_id)
        self.callbacks = [
            Operation(callback) for callback in documented_routes(route.callbacks or ())
        ]

    def _body_field(self) -> ModelField | None:
        body = self.route.body_field
        if body is None:
            return None
        params = [param for each in self.route.dependant.flat() for param in each.body_params]
        return composed_form(body, params, name=f"Body_{self.route.unique_id}")

    @property
    def reads_input(self) -> bool:
        """Whether there is anything in a request that could be invalid."""
        return self.body_field is not None or any(
            parameter.members for parameter in self.parameters
        )

    def response_fields(self) -> Iterator[ModelField]:
        """The fields of the successful response, of the declared ones and of a stream's items."""
        route = self.route
        if route.response_field is not None:
            yield route.response_field
        yield from route.response_fields.values()
        for handled in self.handled.values():
            yield handled.field
        if route.stream_item_field is not None:
            yield route.stream_item_field


def mentioned_fields(operations: Sequence[Operation]) -> Iterator[ModelField]:
    """Every field that the descriptions of operations and of their callbacks mention.

    First those of callbacks, then all bodies, all responses and all parameters: in this order
    classes that share a name get theirs.
    """
    for operation in operations:
        yield from mentioned_fields(operation.callbacks)
    for operation in operations:
        if operation.body_field is not None:
            yield operation.body_field
    for operation in operations:
        yield from operation.response_fields()
    for operation in operations:
        for parameter in operation.parameters:
            yield from parameter.members


def distinct_dependants(root: Dependant) -> Iterator[Dependant]:
    """A dependant and what is below it, depth first, what is used several times only once."""
    seen: set[tuple[int, tuple[str, ...], str]] = set()
    waiting = [root]
    while waiting:
        dependant = waiting.pop()
        # Callables need not be hashable to be described.
        _, scopes, scope = dependant.cache_key
        key = id(dependant.call), scopes, scope
        if key not in seen:
            seen.add(key)
            yield dependant
            waiting.extend(reversed(dependant.dependencies))


@dataclass
class OperationWriter:
    """Describes operations one after the other, and keeps what they ask of the whole document."""

    definitions: FieldSchemas
    openapi_version: str = "3.1.0"
    """The version of the specification. From 3.2 on it knows QUERY, and all other methods."""
    security_schemes: dict[str, Any] = field(default_factory=dict)
    """The security schemes of the operations described so far, by name."""
    refuses_invalid_requests: bool = False
    """Whether one of them refers to the answer to an invalid request."""
    operation_ids: set[str] = field(default_factory=set)

    def path_item(self, operation: Operation) -> dict[str, Any]:
        """The path item object of a route: the same operation for each of its methods.

        Warns of an operation id that was used before.
        """
        route = operation.route
        # The endpoint itself guards nothing.
        requirements, schemes = describe_security(operation.dependants[1:])
        self.security_schemes.update(schemes)
        parameters = describe_parameters(operation.parameters, self.definitions)
        callbacks = {
            callback.route.name: {callback.route.path: self.path_item(callback)}
            for callback in operation.callbacks
        }
        responses = describe_responses(route, self.definitions)
        for error, handled in operation.handled.items():
            if error is not RequestValidationError or operation.reads_input:
                described = describe_handled(handled, self.definitions)
                responses.setdefault(str(handled.status), described)
        if (
            operation.reads_input
            and RequestValidationError not in operation.handled
            and invites_validation_error(responses)
        ):
            responses["422"] = VALIDATION_ERROR_RESPONSE
            self.refuses_invalid_requests = True
        body = None
        if operation.body_field is not None:
            fields = [param for each in operation.dependants for param in each.body_params]
            body = describe_request_body(operation.body_field, fields, self.definitions)

        item: dict[str, Any] = {}
        knows_all = _minor(self.openapi_version) >= _KNOWING_ALL_METHODS
        for method in sorted(route.methods):
            has_body = method in METHODS_WITH_BODY or (knows_all and method == "QUERY")
            described = non_empty(
                tags=route.tags,
                summary=route.summary or route.name.replace("_", " ").title(),
                description=route.description,
                operationId=self._operation_id(route, method),
                deprecated=route.deprecated,
                security=requirements,
                parameters=parameters,
                requestBody=body if has_body else None,
                callbacks=callbacks,
                responses=responses,
            )
            described = merged(described, route.openapi_extra or {})
            if knows_all and method not in METHODS_OF_3_2:
                item.setdefault("additionalOperations", {})[method] = described
            else:
                item[method.lower()] = described
        return item

    def _operation_id(self, route: APIRoute, method: str) -> str:
        operation_id = route.operation_id or route._unique_id_of(method)
        if operation_id in self.operation_ids:
            _warn_duplicate(route, operation_id)
        self.operation_ids.add(operation_id)
        return operation_id


_KNOWING_ALL_METHODS = 2


def _minor(openapi_version: str) -> int:
    """The second number of a version such as 3.2.0; 0 for what is none."""
    found = re.match(r"3\.(\d+)", openapi_version)
    return int(found[1]) if found else 0


def _warn_duplicate(route: APIRoute, operation_id: str) -> None:
    endpoint = getattr(route.endpoint, "__name__", "<unnamed_endpoint>")
    message = f"Duplicate Operation ID {operation_id} for function {endpoint}"
    file_name = getattr(route.endpoint, "__globals__", {}).get("__file__")
    if file_name:
        message += f" at {file_name}"
    warnings.warn(message, stacklevel=2)
