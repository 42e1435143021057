"""The options of a path operation, declared once for all methods of applications and routers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Literal, TypeAlias, TypedDict, cast

from pydantic.main import IncEx
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from ferroapi import params
from ferroapi._form_limits import FormLimits
from ferroapi.datastructures import Default, DefaultPlaceholder
from ferroapi.error_format import ErrorFormat
from ferroapi.keywords import Keywords
from ferroapi.routing.layers import Layer
from ferroapi.routing.unique_id import generate_unique_id

ReadBody: TypeAlias = Literal["first", "late"]
"""When a body is read: before all dependencies, or after those that need nothing of it."""


def checked_read_body(read_body: Any) -> ReadBody | None:
    """Raises `ValueError` for what is neither of the two nor `None`."""
    if read_body not in ("first", "late", None):
        raise ValueError('read_body must be "first", "late" or None')
    return cast("ReadBody | None", read_body)


class WebSocketOptions(TypedDict, total=False):
    """Keywords that FastAPI does not have, of path operations, WebSockets, routers and inclusions.

    They are handed on where they are given: who overrides a method need not know them.
    """

    exception_handlers: Mapping[Any, Any] | None
    """Functions by exception class or status code, or `ExceptionHandler`s. The innermost is asked
    first: the operation's, those of routers, then the application's."""
    middleware: Sequence[Middleware] | None
    """ASGI middleware, the first outermost, around what is inside and its exception handlers."""
    cancel_on_disconnect: bool | None
    """Whether operations that do not stream, and WebSocket endpoints, are cancelled when their
    clients leave. The innermost setting wins; no without one."""


class AddedOptions(WebSocketOptions, total=False):
    """The same, of path operations, routers and inclusions."""

    auto_head: bool | None
    """Whether GET operations answer HEAD, too. The innermost setting wins; no without one."""
    validation_errors: ErrorFormat | None
    """How requests that do not fit are answered, and what OpenAPI says of it."""
    read_body: ReadBody | None
    """`"late"` has the dependencies that need nothing of the body run before it is read. The
    innermost setting wins; `"first"` without one."""


class AddedOperationOptions(AddedOptions, total=False):
    """Keywords that FastAPI does not have, of path operations only."""

    inline: bool
    """Call a function that is no `async def` and does not block in the event loop, not in a
    thread."""


class PathOperationOptions(AddedOperationOptions, total=False):
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
    auto_head: bool | None = None
    _layers: tuple[Layer, ...] = ()
    """What operation, routers and inclusions have around it, the outermost first."""
    cancel_on_disconnect: bool | None = None
    inline: bool = False
    read_body: ReadBody | None = None
    dependency_overrides_provider: Any = None
    strict_content_type: bool | DefaultPlaceholder = Default(True)

    @property
    def _serialization_options(self) -> dict[str, Any]:
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


ADDED = frozenset(AddedOperationOptions.__annotations__)
WEBSOCKET_KEYWORDS = Keywords(WebSocketOptions, OperationAttributes, added=ADDED)

OPERATION_KEYWORDS = Keywords(PathOperationOptions, OperationAttributes, added=ADDED)
ROUTE_KEYWORDS = Keywords(RouteOptions, OperationAttributes, added=ADDED)
API_ROUTE_KEYWORDS = Keywords(APIRouteOptions, OperationAttributes, added=ADDED)


def first_chosen(*values: Any) -> Any:
    """The first value somebody chose; the first placeholder when nobody did."""
    return next((value for value in values if not isinstance(value, DefaultPlaceholder)), values[0])


def first_given(*values: Any) -> Any:
    """The first value that is not `None`, if there is one."""
    return next((value for value in values if value is not None), None)


def resolved(value: Any) -> Any:
    """The value of a placeholder, or the value itself."""
    return value.value if isinstance(value, DefaultPlaceholder) else value
