"""The options of a path operation, declared once for all methods of applications and routers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Literal, TypeAlias, TypedDict, cast

from pydantic.main import IncEx
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from ferroapi import params
from ferroapi._form_limits import FormLimits
from ferroapi.datastructures import Default, DefaultPlaceholder
from ferroapi.routing.keywords import Keywords
from ferroapi.routing.unique_id import generate_unique_id

ReadBody: TypeAlias = Literal["first", "late"]
"""When a body is read: before all dependencies, or after those that need nothing of it."""


def checked_read_body(read_body: Any) -> ReadBody | None:
    """Raises `ValueError` for what is neither of the two nor `None`."""
    if read_body not in ("first", "late", None):
        raise ValueError('read_body must be "first", "late" or None')
    return cast("ReadBody | None", read_body)


class PathOperationOptions(TypedDict, total=False):
    """Keywords of every path operation. One that is not given has no effect."""

    response_model: Any
    """The type the response is validated, filtered and serialized by. Wins over the return
    annotation; `None` switches both off."""
    status_code: int | None
    """The status of a successful response; 200, or what the response class has."""
    tags: list[str | Enum] | None
    """OpenAPI tags, after those of the routers."""
    dependencies: Sequence[params.Depends] | None
    """Dependencies whose values nobody takes; they run before those of the parameters."""
    summary: str | None
    """OpenAPI summary; the function's name in title case without it."""
    description: str | None
    """OpenAPI description; the function's docstring, up to a form feed, without it."""
    response_description: str
    """OpenAPI description of the successful response."""
    responses: dict[int | str, dict[str, Any]] | None
    """Additional responses by status: `model`, `description`, `content`, `headers`, `links`."""
    deprecated: bool | None
    """Mark the operation as deprecated in OpenAPI."""
    operation_id: str | None
    """OpenAPI operation id, instead of a generated one."""
    response_model_include: IncEx | None
    """Only these fields of the response model are sent."""
    response_model_exclude: IncEx | None
    """These fields of the response model are not sent."""
    response_model_by_alias: bool
    """Name fields by their alias in the response; True without it."""
    response_model_exclude_unset: bool
    """Leave out fields nobody set."""
    response_model_exclude_defaults: bool
    """Leave out fields that have their default."""
    response_model_exclude_none: bool
    """Leave out fields that are None."""
    include_in_schema: bool
    """Whether OpenAPI shows the operation; True without it."""
    response_class: type[Response]
    """The class of the response; JSON without it."""
    name: str | None
    """The name for `url_path_for`; the function's name without it."""
    callbacks: list[BaseRoute] | None
    """OpenAPI callbacks: routes the caller of the operation serves."""
    openapi_extra: dict[str, Any] | None
    """Merged into the OpenAPI operation."""
    generate_unique_id_function: Callable[[Any], str]
    """Makes the operation id from the route."""
    max_body_size: int | None
    """The most bytes a request body may have, else 413. Wins over those of routers and applications
    around, larger or smaller; `None` leaves it to them."""
    form_limits: FormLimits | None
    """Limits of the form the parameters are read from, else 400. Each wins over those around."""
    cancel_on_disconnect: bool | None
    """Whether an operation that does not stream is cancelled when its client leaves; the innermost
    setting wins, not without one."""
    read_body: ReadBody | None
    """`"late"` has the dependencies that need nothing of the body run before it is read; the
    innermost setting wins, `"first"` without one."""
    inline: bool
    """Call a function that is no `async def` and does not block in the event loop, not in a
    thread."""


class RouteOptions(PathOperationOptions, total=False):
    """Keywords of `api_route` and `add_api_route`."""

    methods: set[str] | list[str] | None
    """HTTP methods, in any case; GET without it."""


class StrictRouteOptions(RouteOptions, total=False):
    """Keywords of `APIRoute`, and of a router's `add_api_route`."""

    strict_content_type: bool
    """Whether a JSON body needs a JSON content type; True without it."""


class APIRouteOptions(StrictRouteOptions, total=False):
    """Keywords of `APIRoute` itself."""

    dependency_overrides_provider: Any
    """An object whose `dependency_overrides` replace dependencies."""


class WebSocketOptions(TypedDict, total=False):
    """Keywords of WebSocket endpoints that FastAPI does not have."""

    cancel_on_disconnect: bool | None
    """Whether the endpoint is cancelled when its client leaves, unless it waits for a message; the
    innermost setting wins, not without one."""


class OperationAttributes:
    """The options as attributes of a route, with their defaults.

    Defaults live on the class, so that a route only carries what was given.
    """

    response_model: Any = Default(None)
    status_code: int | None = None
    tags: Sequence[str | Enum] = ()
    dependencies: Sequence[params.Depends] = ()
    summary: str | None = None
    description: str
    response_description: str = "Successful Response"
    responses: Mapping[int | str, dict[str, Any]] = {}
    deprecated: bool | None = None
    operation_id: str | None = None
    response_model_include: IncEx | None = None
    response_model_exclude: IncEx | None = None
    response_model_by_alias: bool = True
    response_model_exclude_unset: bool = False
    response_model_exclude_defaults: bool = False
    response_model_exclude_none: bool = False
    include_in_schema: bool = True
    response_class: type[Response] | DefaultPlaceholder = Default(JSONResponse)
    name: str
    callbacks: Sequence[BaseRoute] | None = None
    openapi_extra: dict[str, Any] | None = None
    generate_unique_id_function: Callable[[Any], str] | DefaultPlaceholder = Default(
        generate_unique_id
    )
    max_body_size: int | None = None
    form_limits: FormLimits = FormLimits()
    cancel_on_disconnect: bool | None = None
    inline: bool = False
    read_body: ReadBody | None = None
    dependency_overrides_provider: Any = None
    strict_content_type: bool | DefaultPlaceholder = Default(True)

    @property
    def serialization_options(self) -> dict[str, Any]:
        """The `response_model_*` options as pydantic's serializer names them."""
        return {
            "include": _as_set(self.response_model_include),
            "exclude": _as_set(self.response_model_exclude),
            "by_alias": self.response_model_by_alias,
            "exclude_unset": self.response_model_exclude_unset,
            "exclude_defaults": self.response_model_exclude_defaults,
            "exclude_none": self.response_model_exclude_none,
        }


def _as_set(names: Any) -> Any:
    return set(names) if isinstance(names, (list, tuple)) else names


OPERATION_KEYWORDS = Keywords(PathOperationOptions, OperationAttributes)
ROUTE_KEYWORDS = Keywords(RouteOptions, OperationAttributes)
API_ROUTE_KEYWORDS = Keywords(APIRouteOptions, OperationAttributes)


def first_chosen(*values: Any) -> Any:
    """The first value somebody chose; the first placeholder when nobody did."""
    return next((value for value in values if not isinstance(value, DefaultPlaceholder)), values[0])


def innermost(inner: Any, outer: Any) -> Any:
    """The setting that counts: that of the inner one if it is not `None`."""
    return outer if inner is None else inner


def resolved(value: Any) -> Any:
    """The value of a placeholder, or the value itself."""
    return value.value if isinstance(value, DefaultPlaceholder) else value
