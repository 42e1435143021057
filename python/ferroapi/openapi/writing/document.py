"""The OpenAPI document of an application."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ferroapi.openapi.models import OpenAPI
from ferroapi.openapi.writing import responses
from ferroapi.openapi.writing.definitions import SchemaDefinitions
from ferroapi.openapi.writing.merging import non_empty
from ferroapi.openapi.writing.operations import Operation, OperationWriter, mentioned_fields
from ferroapi.openapi.writing.routes import documented_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import BaseRoute

    from ferroapi.error_format import ErrorFormat
    from ferroapi.routing import RouteContext


def get_openapi(
    *,
    title: str,
    version: str,
    openapi_version: str = "3.1.0",
    summary: str | None = None,
    description: str | None = None,
    routes: Sequence[BaseRoute | RouteContext],
    webhooks: Sequence[BaseRoute | RouteContext] | None = None,
    tags: list[dict[str, Any]] | None = None,
    servers: list[dict[str, Any]] | None = None,
    terms_of_service: str | None = None,
    contact: dict[str, Any] | None = None,
    license_info: dict[str, Any] | None = None,
    separate_input_output_schemas: bool = True,
    external_docs: dict[str, Any] | None = None,
    validation_errors: ErrorFormat | None = None,
) -> dict[str, Any]:
    """Describes the path operations of `routes` as an OpenAPI document that JSON can hold.

    Args:
        title: The title of the API.
        version: The version of the API, not of the specification.
        openapi_version: The version of the specification that the document names; from 3.2 on it
            has the bodies of QUERY operations, and methods that 3.1 has no field for.
        summary: A short summary of the API.
        description: A description of the API in CommonMark.
        routes: The routes, or the contexts of routes, to describe; those that are no path
            operations and those that are hidden are passed over.
        webhooks: The requests that the API sends by itself, declared as routes.
        tags: Metadata of tags, in the order in which they are shown.
        servers: Where the API is served.
        terms_of_service: The URL of the terms of service.
        contact: The fields of a contact object.
        license_info: The fields of a licence object.
        separate_input_output_schemas: Whether a model that is read and written differently has a
            schema for each.
        external_docs: The fields of an external documentation object.
        validation_errors: How requests that do not fit are answered, if not as by default.

    Raises:
        pydantic.ValidationError: what the application declares for its document does not fit it.
        ValueError: a response is declared for something that is no status.
    """
    operations = [Operation(route, validation_errors) for route in documented_routes(routes)]
    sent = [Operation(route) for route in documented_routes(webhooks or ())]
    definitions = SchemaDefinitions(
        mentioned_fields([*operations, *sent]),
        separate_input_output=separate_input_output_schemas,
    )
    writer = OperationWriter(definitions, openapi_version)
    paths = _paths(operations, writer, _written_path)
    webhook_paths = _paths(sent, writer)
    info = non_empty(
        summary=summary,
        description=description,
        termsOfService=terms_of_service,
        contact=contact,
        license=license_info,
    )
    document = non_empty(
        openapi=openapi_version,
        info={"title": title, "version": version, **info},
        servers=servers,
        components=non_empty(
            schemas=_schemas(writer, definitions.by_name), securitySchemes=writer.security_schemes
        ),
        webhooks=webhook_paths,
        tags=tags,
        externalDocs=external_docs,
    )
    return {**_written({**document, "paths": {}}), "paths": paths}


def _written(document: dict[str, Any]) -> dict[str, Any]:
    """A document as the models write it. Raises `pydantic.ValidationError`."""
    checked = OpenAPI.model_validate(document)
    data = checked.model_dump(mode="json", by_alias=True, exclude_none=True)
    _drop_unwritten(data)
    return data


def _written_path(item: dict[str, Any]) -> dict[str, Any]:
    """The item of one path as it is written in a document."""
    document = {"openapi": "", "info": {"title": "", "version": ""}, "paths": {"": item}}
    written: dict[str, Any] = _written(document)["paths"][""]
    return written


def _drop_unwritten(value: Any) -> None:
    """Drops from data, in place, what `jsonable_encoder` would not write.

    Members that the models do not name may be `None`, or called like SQLAlchemy's own.
    """
    if type(value) is list:
        for item in value:
            if type(item) is dict or type(item) is list:
                _drop_unwritten(item)
        return
    unwanted = []
    for key, item in value.items():
        if type(item) is dict or type(item) is list:
            _drop_unwritten(item)
        if item is None or key.startswith("_sa"):
            unwanted.append(key)
    for key in unwanted:
        del value[key]


def _paths(
    operations: Sequence[Operation],
    writer: OperationWriter,
    finished: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> dict[str, Any]:
    """The items by path, each given to `finished` when it has its last operation.

    The models of one path are gone when those of the next are made: a large document is checked
    with the memory of a small one.
    """
    left = Counter(operation.route.path_format for operation in operations)
    paths: dict[str, Any] = {}
    for operation in operations:
        path = operation.route.path_format
        item = writer.path_item(operation)
        if item:
            found = paths.setdefault(path, {})
            others = found.get("additionalOperations", {}) | item.pop("additionalOperations", {})
            found.update(item, **({"additionalOperations": others} if others else {}))
        left[path] -= 1
        if path in paths and not left[path]:
            paths[path] = finished(paths[path])
    return paths


def _schemas(writer: OperationWriter, by_name: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted((by_name | validation_error_schemas(writer)).items()))


def validation_error_schemas(writer: OperationWriter) -> dict[str, Any]:
    """The schemas of the answer to an invalid request, where an operation refers to it."""
    if not writer.refuses_invalid_requests:
        return {}
    return {
        "ValidationError": responses.validation_error_definition,
        "HTTPValidationError": responses.validation_error_response_definition,
    }
