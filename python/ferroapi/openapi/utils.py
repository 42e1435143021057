"""The names under which FastAPI's users import the generation of OpenAPI documents.

The functions for a part of a document take what `ferroapi._compat.get_definitions` returns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ferroapi.forwarding import forward
from ferroapi.openapi.writing.definitions import FieldSchemas
from ferroapi.openapi.writing.document import get_openapi as get_openapi
from ferroapi.openapi.writing.document import validation_error_schemas
from ferroapi.openapi.writing.operations import (
    Operation,
    OperationWriter,
    distinct_dependants,
    mentioned_fields,
)
from ferroapi.openapi.writing.parameters import declared_parameters, describe_parameters
from ferroapi.openapi.writing.responses import status_code_ranges as status_code_ranges
from ferroapi.openapi.writing.responses import (
    validation_error_definition as validation_error_definition,
)
from ferroapi.openapi.writing.responses import (
    validation_error_response_definition as validation_error_response_definition,
)
from ferroapi.openapi.writing.routes import documented_routes
from ferroapi.routing import RouteContext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute

    from ferroapi.dependencies.models import Dependant
    from ferroapi.fields import Mode, ModelField
    from ferroapi.openapi.writing.definitions import JSONSchema
    from ferroapi.routing import APIRoute

forward(
    __name__,
    {
        "ferroapi.openapi.writing.responses": (
            "status_code_ranges",
            "validation_error_definition",
            "validation_error_response_definition",
        )
    },
)


def get_fields_from_routes(routes: Sequence[BaseRoute | RouteContext]) -> list[ModelField]:
    """Every field that the descriptions of the documented routes and their callbacks mention."""
    return list(mentioned_fields([Operation(route) for route in documented_routes(routes)]))


def get_openapi_path(
    *,
    route: APIRoute | RouteContext,
    operation_ids: set[str],
    model_name_map: Mapping[Any, str],
    field_mapping: Mapping[tuple[ModelField, Mode], JSONSchema],
    separate_input_output_schemas: bool = True,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The path item of one route, with the security schemes and the definitions it refers to.

    Args:
        route: a route, or its context.
        operation_ids: the ids used so far; those of the route are added.
        model_name_map: not used.
        field_mapping: the schemas of at least the fields of the route.
        separate_input_output_schemas: what the schemas were made with.

    Raises:
        KeyError: there is no schema of a field.
    """
    described: Any = route.effective_route if isinstance(route, RouteContext) else route
    if not described.include_in_schema:
        return {}, {}, {}
    writer = OperationWriter(
        FieldSchemas(field_mapping, separate_input_output=separate_input_output_schemas),
        operation_ids=operation_ids,
    )
    path = writer.path_item(Operation(described))
    return path, writer.security_schemes, validation_error_schemas(writer)


@dataclass
class _OpenAPIDependencyData:
    """The parameters of a dependant and of those below it, and what guards it with its scopes."""

    path_params: list[ModelField] = field(default_factory=list)
    query_params: list[ModelField] = field(default_factory=list)
    header_params: list[ModelField] = field(default_factory=list)
    cookie_params: list[ModelField] = field(default_factory=list)
    security_dependencies: list[tuple[Dependant, list[str]]] = field(default_factory=list)


def _get_openapi_dependency_data(dependant: Dependant) -> _OpenAPIDependencyData:
    """What a document says of a dependant, each dependency below it once."""
    data = _OpenAPIDependencyData()
    for each in distinct_dependants(dependant):
        data.path_params += each.path_params
        data.query_params += each.query_params
        data.header_params += each.header_params
        data.cookie_params += each.cookie_params
        if each is not dependant and each.security_scheme is not None:
            data.security_dependencies.append((each, list(each.oauth_scopes)))
    return data


def _get_openapi_operation_parameters(
    *,
    dependency_data: _OpenAPIDependencyData,
    model_name_map: Mapping[Any, str],
    field_mapping: Mapping[tuple[ModelField, Mode], JSONSchema],
    separate_input_output_schemas: bool = True,
) -> list[dict[str, Any]]:
    """The parameter objects of what was found of a dependant, each name and location once.

    Raises:
        KeyError: there is no schema of a parameter.
    """
    schemas = FieldSchemas(field_mapping, separate_input_output=separate_input_output_schemas)
    return describe_parameters(declared_parameters([dependency_data]), schemas)
