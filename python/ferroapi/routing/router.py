"""A group of path operations that share a prefix and settings, and its place in an application."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import suppress
from enum import Enum
from typing import Any, TypeVar

from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp
from typing_extensions import Unpack

from ferroapi import params
from ferroapi._form_limits import FormLimits, checked_form_limits
from ferroapi.body_limit import checked_body_size
from ferroapi.datastructures import Default, DefaultPlaceholder
from ferroapi.dependencies.callables import declaring
from ferroapi.error_format import ErrorFormat
from ferroapi.exceptions import FastAPIError
from ferroapi.keywords import Keywords
from ferroapi.routing.answers import SlashRedirects
from ferroapi.routing.controllers import Controller, controller_settings, declare_operations
from ferroapi.routing.frontend import Frontend, frontend_path
from ferroapi.routing.frontend_options import FRONTEND_KEYWORDS, FrontendOptions
from ferroapi.routing.inheritance import (
    INCLUSION_KEYWORDS,
    InclusionOptions,
    Inherited,
    Inheriting,
    check_prefix,
)
from ferroapi.routing.layers import Layer, Layered
from ferroapi.routing.lifespan import (
    DeclaredLifespan,
    DefaultLifespan,
    Handler,
    Lifespan,
    as_lifespan,
)
from ferroapi.routing.operations import PathOperations
from ferroapi.routing.options import (
    ADDED,
    WEBSOCKET_KEYWORDS,
    OperationAttributes,
    ReadBody,
    StrictRouteOptions,
    WebSocketOptions,
    checked_read_body,
    first_chosen,
    first_given,
)
from ferroapi.routing.route import APIRoute
from ferroapi.routing.route_context import RouteContext, within
from ferroapi.routing.serving import ServingRouter
from ferroapi.routing.starlette_routes import StarletteRoutes
from ferroapi.routing.starting import StartingRouter
from ferroapi.routing.tree import IncludedRouter, all_route_contexts, route_contexts
from ferroapi.routing.unique_id import generate_unique_id
from ferroapi.routing.websocket_operations import WebSocketOperations
from ferroapi.routing.websocket_route import APIWebSocketRoute

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class AddedRouteOptions(StrictRouteOptions, total=False):
    """Keywords of a router's `add_api_route`."""

    route_class_override: type[APIRoute] | None
    """The class of this one route."""


ADDED_ROUTE_KEYWORDS = Keywords(
    AddedRouteOptions, OperationAttributes, added=ADDED, built_on=StrictRouteOptions
)


class APIRouter(
    PathOperations, WebSocketOperations, Layered, StartingRouter, StarletteRoutes, ServingRouter
):
    """Groups path operations; an application includes it, or runs it as an ASGI application."""

    lifespan_context: Lifespan

    @INCLUSION_KEYWORDS.explained
    def __init__(
        self,
        *,
        prefix: str = "",
        tags: list[str | Enum] | None = None,
        dependencies: Sequence[params.Depends] | None = None,
        default_response_class: type[Response] | DefaultPlaceholder = Default(JSONResponse),
        responses: dict[int | str, dict[str, Any]] | None = None,
        callbacks: list[BaseRoute] | None = None,
        routes: Iterable[BaseRoute] | None = None,
        redirect_slashes: SlashRedirects = True,
        default: ASGIApp | None = None,
        dependency_overrides_provider: Any = None,
        route_class: type[APIRoute] = APIRoute,
        on_startup: Sequence[Handler] | None = None,
        on_shutdown: Sequence[Handler] | None = None,
        lifespan: DeclaredLifespan | None = None,
        deprecated: bool | None = None,
        include_in_schema: bool = True,
        generate_unique_id_function: Callable[[Any], str] | DefaultPlaceholder = Default(
            generate_unique_id
        ),
        strict_content_type: bool | DefaultPlaceholder = Default(True),
        max_body_size: int | None = None,
        form_limits: FormLimits | None = None,
        auto_head: bool | None = None,
        exception_handlers: Mapping[Any, Any] | None = None,
        middleware: Sequence[Middleware] | None = None,
        validation_errors: ErrorFormat | None = None,
        cancel_on_disconnect: bool | None = None,
        read_body: ReadBody | None = None,
    ) -> None:
        """
        Args:
            prefix, tags, dependencies, default_response_class, responses, callbacks, deprecated,
                include_in_schema, generate_unique_id_function, max_body_size, form_limits,
                auto_head, exception_handlers, middleware, validation_errors,
                cancel_on_disconnect, read_body: see `InclusionOptions`.
            routes: routes to start with.
            redirect_slashes: whether a path with its last slash added or removed is redirected to,
                `"absolute"` by a URL with the host that the request names.
            default: the ASGI application that gets what no route takes.
            dependency_overrides_provider: an object whose `dependency_overrides` replace
                dependencies.
            route_class: the class of routes declared here.
            on_startup: functions to call when the application starts.
            on_shutdown: functions to call when it stops.
            lifespan: a function that gives an asynchronous context manager around the service;
                with it, `on_startup` and `on_shutdown` of this router are not used.
            strict_content_type: whether a JSON body needs a JSON content type; True by default,
                the first_given setting wins.

        Raises:
            AssertionError: the prefix has no slash in front or has one at its end.
            ValueError: a limit is no non-negative integer.
        """
        check_prefix(prefix)
        self._included = []
        self._mounted = []
        super().__init__(routes or (), redirect_slashes=redirect_slashes, default=default)
        self.prefix = prefix
        self.tags: list[str | Enum] = list(tags or ())
        self.dependencies = list(dependencies or ())
        self.default_response_class = default_response_class
        self.responses = dict(responses or {})
        self.callbacks = list(callbacks or ())
        self.deprecated = deprecated
        self.include_in_schema = include_in_schema
        self.generate_unique_id_function = generate_unique_id_function
        self.strict_content_type = strict_content_type
        self.max_body_size = checked_body_size(max_body_size)
        self.form_limits = checked_form_limits(form_limits)
        self.auto_head = auto_head
        self._layer = Layer(exception_handlers, middleware, validation_errors)
        self.cancel_on_disconnect = cancel_on_disconnect
        self.read_body: ReadBody | None = checked_read_body(read_body)
        self.dependency_overrides_provider = dependency_overrides_provider
        self.route_class = route_class
        self.on_startup: list[Handler] = list(on_startup or ())
        self.on_shutdown: list[Handler] = list(on_shutdown or ())
        self._lifespan = None if lifespan is None else as_lifespan(lifespan)
        self.lifespan_context = DefaultLifespan(self) if lifespan is None else self._run_lifespans
        self._is_made = True

    # Declaring routes

    def _inherited(self) -> Inherited:
        return Inherited(
            prefix=self.prefix,
            tags=self.tags,
            dependencies=self.dependencies,
            default_response_class=self.default_response_class,
            responses=self.responses,
            callbacks=self.callbacks,
            deprecated=self.deprecated,
            include_in_schema=self.include_in_schema,
            generate_unique_id_function=self.generate_unique_id_function,
            strict_content_type=self.strict_content_type,
            max_body_size=self.max_body_size,
            form_limits=self.form_limits,
            auto_head=self.auto_head,
            cancel_on_disconnect=self.cancel_on_disconnect,
            read_body=self.read_body,
            dependency_overrides_provider=self.dependency_overrides_provider,
        )

    def _defaults(self) -> Inherited:
        return Inherited(
            default_response_class=self.default_response_class,
            generate_unique_id_function=self.generate_unique_id_function,
            strict_content_type=self.strict_content_type,
        )

    def _limits(self) -> Inherited:
        return Inherited(
            max_body_size=self.max_body_size,
            form_limits=self.form_limits,
            auto_head=self.auto_head,
            layers=(self._layer,),
        )

    def _contexts(self) -> Iterator[RouteContext]:
        return all_route_contexts(self)

    def _declare(self, path: str, endpoint: Callable[..., Any], options: dict[str, Any]) -> None:
        self.add_api_route(path, endpoint, **options)

    def _decorator(
        self, method: str, path: str, options: dict[str, Any]
    ) -> Callable[[Endpoint], Endpoint]:
        return self.api_route(path=path, methods=[method], **options)

    @ADDED_ROUTE_KEYWORDS.shown
    def add_api_route(
        self, path: str, endpoint: Callable[..., Any], **options: Unpack[AddedRouteOptions]
    ) -> None:
        """Declares a path operation without a decorator.

        Args:
            path: the path below the router's prefix.
            endpoint: the callable that answers.
            options: see `AddedRouteOptions`.
        """
        given = ADDED_ROUTE_KEYWORDS.complete("add_api_route", options)
        route_class = given.pop("route_class_override") or self.route_class
        given["tags"] = [*self.tags, *(given["tags"] or ())]
        given["dependencies"] = [*self.dependencies, *(given["dependencies"] or ())]
        given["responses"] = {**self.responses, **(given["responses"] or {})}
        given["callbacks"] = [*self.callbacks, *(given["callbacks"] or ())]
        given["deprecated"] = given["deprecated"] or self.deprecated
        given["include_in_schema"] = self.include_in_schema and given["include_in_schema"]
        given["dependency_overrides_provider"] = self.dependency_overrides_provider
        for name, default in (
            ("response_class", self.default_response_class),
            ("generate_unique_id_function", self.generate_unique_id_function),
            ("strict_content_type", self.strict_content_type),
        ):
            given[name] = first_chosen(given[name], default)
        given["max_body_size"] = first_given(given["max_body_size"], self.max_body_size)
        if given["form_limits"] is None:
            # FastAPI does not hand it on: a route class that lists its keywords need not have it.
            del given["form_limits"]
        for name in ("cancel_on_disconnect", "read_body"):
            chosen = first_given(given.pop(name, None), getattr(self, name))
            if chosen is not None:
                given[name] = chosen
        with declaring(endpoint):
            route = route_class(self.prefix + path, endpoint=endpoint, **given)
        self.routes.append(route)

    @WEBSOCKET_KEYWORDS.shown
    def add_api_websocket_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        name: str | None = None,
        *,
        dependencies: Sequence[params.Depends] | None = None,
        **options: Unpack[WebSocketOptions],
    ) -> None:
        """Declares a WebSocket endpoint without a decorator.

        Args:
            path: the path below the router's prefix.
            endpoint: the coroutine function that serves it.
            name: the name for `url_path_for`; the function's name without it.
            dependencies: dependencies whose values nobody takes, after those of the router.
            options: see `WebSocketOptions`.
        """
        given = WEBSOCKET_KEYWORDS.complete("add_api_websocket_route", options)
        cancels = given.pop("cancel_on_disconnect", None)
        with declaring(endpoint):
            route = APIWebSocketRoute(
                self.prefix + path,
                endpoint,
                name=name,
                dependencies=[*self.dependencies, *(dependencies or ())],
                dependency_overrides_provider=self.dependency_overrides_provider,
                layers=Layer.of(**given),
                cancel_on_disconnect=first_given(cancels, self.cancel_on_disconnect),
            )
        self.routes.append(route)

    @FRONTEND_KEYWORDS.shown
    def frontend(self, path: str, **options: Unpack[FrontendOptions]) -> None:
        """Serves a built front end where no route has the path, in any router around.

        It is not in OpenAPI. The router's dependencies run for it.

        Args:
            path: the path of the directory, below the router's prefix.
            options: see `FrontendOptions`.

        Raises:
            AssertionError: the path does not start with a slash, or there is no such fallback.
            RuntimeError: the directory or the fallback does not exist.
        """
        from ferroapi.routing.frontend_files import FrontendFiles

        self._low_priority_routes.append(
            Frontend(
                self.prefix + frontend_path(path),
                FrontendFiles(**options),
                dependencies=self.dependencies,
                dependency_overrides_provider=self.dependency_overrides_provider,
            )
        )

    # Including routers

    @INCLUSION_KEYWORDS.shown
    def include_router(self, router: APIRouter, **options: Unpack[InclusionOptions]) -> None:
        """Serves the routes of `router`, those it gets later included.

        Args:
            router: a router; it may be included several times.
            options: see `InclusionOptions`.

        Raises:
            AssertionError: the prefix has no slash in front or has one at its end, or the routers
                would include each other.
            FastAPIError: a route would have an empty path.
            ValueError: a limit is no non-negative integer.
        """
        complete = INCLUSION_KEYWORDS.complete("include_router", options)
        assert self is not router, (
            "Cannot include the same APIRouter instance into itself. "
            "Did you mean to include a different router?"
        )
        assert not router._contains(self), (
            "Cannot include an APIRouter instance that already includes this router. "
            "Did you mean to include a different router?"
        )
        given = {name: value for name, value in complete.items() if value is not None}
        checked_body_size(complete["max_body_size"])
        checked_read_body(complete.get("read_body"))
        if "form_limits" in given:
            given["form_limits"] = checked_form_limits(given["form_limits"])
        layers = Layer.taken_from(given)
        inclusion = Inherited(**given, layers=layers)
        check_prefix(inclusion.prefix)
        if not inclusion.prefix:
            for context in route_contexts(router.routes):
                if context.path == "":
                    name = context.name or "unknown"
                    raise FastAPIError(
                        f"Prefix and path cannot be both empty (path operation: {name})"
                    )
        # What else the router has went into its routes when they were declared.
        inherited = self._inherited().then(inclusion).then(router._limits())
        # Of another object: what is kept of this check would not see later changes.
        _check_dependencies(IncludedRouter(router, inherited))
        self._included.append(router)
        self.routes.append(IncludedRouter(router, inherited))

    @INCLUSION_KEYWORDS.shown
    def include_controller(
        self, controller: type[Controller] | Controller, **options: Unpack[InclusionOptions]
    ) -> None:
        """Serves the operations of a class, on an object made for each request.

        The prefix is in front of that of the controller.

        Args:
            controller: the class; or an object, on which all requests are answered.
            options: see `InclusionOptions`.

        Raises:
            TypeError: it is no controller, has no operations, or its objects cannot be made.
            AssertionError, FastAPIError, ValueError: as `include_router`.
        """
        router = APIRouter(route_class=self.route_class, **controller_settings(controller))
        declare_operations(controller, router)
        self.include_router(router, **options)


def _check_dependencies(included: IncludedRouter) -> None:
    """Raises what is wrong with the dependencies that an inclusion adds: one of its routes says it.

    Names in annotations may be defined later, when the first request looks them up: what is made of
    the route here is not kept.
    """
    if not included.inherited.dependencies:
        return
    for context in route_contexts([included]):
        inherited = context.inherited
        if inherited is not None and isinstance(context.original_route, Inheriting):
            # Of a module that is still imported, names are attributes.
            with suppress(AttributeError, NameError):
                within(context.original_route, inherited)
            return
