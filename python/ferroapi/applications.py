"""The application: routes, middleware, exception handlers, lifespan and documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import AppType as AppType
from typing_extensions import Unpack, deprecated

from ferroapi import document_functions, params
from ferroapi._form_limits import FormLimits
from ferroapi.body_limit import checked_body_size
from ferroapi.cross_origin import check_declared
from ferroapi.datastructures import Default
from ferroapi.dependency_overrides import DependencyOverrides
from ferroapi.docs_assets import DocsAssets
from ferroapi.documentation import DocumentedApplication
from ferroapi.error_format import ErrorFormat
from ferroapi.exception_handlers import (
    http_exception_handler,
    request_validation_exception_handler,
    websocket_request_validation_exception_handler,
)
from ferroapi.exceptions import (
    RequestValidationError,
    WebSocketRequestValidationError,
    warn_deprecated,
)
from ferroapi.failures import Failures, HandlerFunction
from ferroapi.forwarding import forward
from ferroapi.resolution import ResolvingApplication
from ferroapi.routing.answers import SlashRedirects
from ferroapi.routing.controllers import Controller
from ferroapi.routing.frontend_options import FRONTEND_KEYWORDS, FrontendOptions
from ferroapi.routing.handlers import handler_of_format
from ferroapi.routing.inheritance import INCLUSION_KEYWORDS, InclusionOptions
from ferroapi.routing.lifespan import DeclaredLifespan, Handler
from ferroapi.routing.operations import PathOperations
from ferroapi.routing.options import WEBSOCKET_KEYWORDS, WebSocketOptions
from ferroapi.routing.router import ADDED_ROUTE_KEYWORDS, AddedRouteOptions, APIRouter
from ferroapi.routing.unique_id import generate_unique_id
from ferroapi.routing.websocket_operations import WebSocketOperations
from ferroapi.safeguards import ERROR_LIMIT, WHOLE_BODY_LIMIT, ErrorInput, checked_safeguards
from ferroapi.serving import ServingApplication
from ferroapi.telemetry.configuration import TelemetryConfig, complete_configuration
from ferroapi.thread_queue import checked_thread_queue, checked_threads
from ferroapi.websocket_origins import WebSocketOrigins, checked_origins
from ferroapi.websocket_refusal import WebSocketRefusal, checked_refusal

if TYPE_CHECKING:
    from ferroapi.document_functions import get_openapi as get_openapi
    from ferroapi.document_functions import get_redoc_html as get_redoc_html
    from ferroapi.document_functions import get_swagger_ui_html as get_swagger_ui_html
    from ferroapi.document_functions import (
        get_swagger_ui_oauth2_redirect_html as get_swagger_ui_oauth2_redirect_html,
    )

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

forward(
    __name__,
    {
        "ferroapi.document_functions": (
            "get_openapi",
            "get_redoc_html",
            "get_swagger_ui_html",
            "get_swagger_ui_oauth2_redirect_html",
        )
    },
)


class FastAPI(
    PathOperations,
    WebSocketOperations,
    ResolvingApplication,
    DocumentedApplication,
    ServingApplication,
):
    """An ASGI application made of path operations."""

    @INCLUSION_KEYWORDS.explained
    def __init__(
        self,
        *,
        debug: bool = False,
        routes: list[BaseRoute] | None = None,
        title: str = "FastAPI",
        summary: str | None = None,
        description: str = "",
        version: str = "0.1.0",
        openapi_url: str | None = "/openapi.json",
        openapi_tags: list[dict[str, Any]] | None = None,
        servers: list[dict[str, Any]] | None = None,
        dependencies: Sequence[params.Depends] | None = None,
        default_response_class: type[Response] = Default(JSONResponse),
        redirect_slashes: SlashRedirects = True,
        docs_url: str | None = "/docs",
        redoc_url: str | None = "/redoc",
        swagger_ui_oauth2_redirect_url: str | None = "/docs/oauth2-redirect",
        swagger_ui_init_oauth: dict[str, Any] | None = None,
        middleware: Sequence[Middleware] | None = None,
        exception_handlers: Mapping[Any, HandlerFunction] | None = None,
        on_startup: Sequence[Handler] | None = None,
        on_shutdown: Sequence[Handler] | None = None,
        lifespan: DeclaredLifespan | None = None,
        terms_of_service: str | None = None,
        contact: dict[str, Any] | None = None,
        license_info: dict[str, Any] | None = None,
        root_path: str = "",
        root_path_in_servers: bool = True,
        responses: dict[int | str, dict[str, Any]] | None = None,
        callbacks: list[BaseRoute] | None = None,
        webhooks: APIRouter | None = None,
        deprecated: bool | None = None,
        include_in_schema: bool = True,
        swagger_ui_parameters: dict[str, Any] | None = None,
        generate_unique_id_function: Callable[[Any], str] = Default(generate_unique_id),
        separate_input_output_schemas: bool = True,
        openapi_external_docs: dict[str, Any] | None = None,
        strict_content_type: bool = Default(True),
        max_body_size: int | None = Default(WHOLE_BODY_LIMIT),
        threads: int | None = None,
        thread_queue: int | None = None,
        form_limits: FormLimits | None = None,
        error_limit: int | None = Default(ERROR_LIMIT),
        error_input: ErrorInput = Default(True),
        websocket_origins: WebSocketOrigins = None,
        auto_head: bool | None = None,
        validation_errors: ErrorFormat | None = None,
        openapi_version: str = "3.1.0",
        websocket_refusal: WebSocketRefusal = "close",
        cancel_on_disconnect: bool | None = None,
        telemetry: TelemetryConfig | bool | None = None,
        docs_assets: DocsAssets | None = None,
        scalar_url: str | None = None,
    ) -> None:
        """
        Args:
            debug: answer unhandled exceptions with a traceback.
            routes: routes to start with.
            title, summary, description, version, terms_of_service, contact, license_info: OpenAPI
                `info`.
            openapi_url: the path of the OpenAPI document; `None` for no document and no pages.
            openapi_version: the version of OpenAPI: with 3.2.0 the document has QUERY operations.
            openapi_tags: OpenAPI metadata of tags, in their order.
            servers: OpenAPI servers.
            dependencies, default_response_class, responses, callbacks, deprecated,
                include_in_schema, generate_unique_id_function, form_limits, auto_head,
                cancel_on_disconnect: see `InclusionOptions`.
            redirect_slashes: whether a path with its last slash added or removed is redirected to,
                `"absolute"` by a URL with the host that the request names.
            docs_url: the path of the Swagger UI page; `None` for no page.
            redoc_url: the path of the ReDoc page; `None` for no page.
            scalar_url: the path of the Scalar page, such as `/scalar`; `None` for no page.
            swagger_ui_oauth2_redirect_url: where OAuth2 flows of Swagger UI come back to.
            swagger_ui_init_oauth: Swagger UI's OAuth2 settings.
            swagger_ui_parameters: Swagger UI's settings.
            middleware: ASGI middleware, the first outermost.
            exception_handlers: functions by exception class or status code.
            on_startup: functions to call at start-up, when there is no `lifespan`.
            on_shutdown: functions to call at shut-down, when there is no `lifespan`.
            lifespan: a function that gives an asynchronous context manager around the service.
            root_path: deprecated, the server's own setting says it.
            root_path_in_servers: whether a proxy's prefix is shown as an OpenAPI server.
            webhooks: operations that are documented as webhooks.
            separate_input_output_schemas: whether a model whose input and output differ has two
                schemas.
            openapi_external_docs: OpenAPI external documentation.
            strict_content_type: whether a JSON body needs a JSON content type; the innermost
                setting wins.
            max_body_size: the most bytes a request body may have, else 413; `None` for no limit.
                Middleware is below it, and so are paths without a route. Routers, operations and
                mounted applications may have larger or smaller limits. Without it, 16 MiB of what
                is read as a whole: JSON, text and urlencoded forms, not multipart forms and not
                `request.stream()`.
            error_limit: how many errors a 422 lists, and a `RequestValidationError` has; one more
                says how many are left out. The answer has at most 16 KiB more than the request.
                `None` for no limits. Mounted applications have it, too, unless they chose another.
            error_input: whether errors show what was sent: `True` with secrets masked, `False` not
                at all, `"all"` with them. Mounted applications have it, too.
            threads: how many worker threads the event loop has while the application runs; `None`
                leaves it at what anyio has, 40.
            thread_queue: how many pieces of work may wait for a worker thread; a request that needs
                one then, and has not entered any dependency in one, is answered 503 with
                `Retry-After`. `None` for any number. Mounted applications have their own.
            validation_errors: how requests that do not fit are answered and documented.
            websocket_origins: the origins whose pages may open WebSockets, such as
                `https://example.com`; `"*"` for any. Without it, where an operation declares a
                cookie, that of the service itself. Who sends no `Origin` is no page. Mounted
                applications have their own.
            websocket_refusal: how WebSockets are refused before they are accepted; see
                `WebSocketRefusal`.
            telemetry: what OpenTelemetry is told, and through which providers; see
                `TelemetryConfig`. `True` is all of it, as without, and `False` nothing. Without
                `opentelemetry-api`, or without providers, nothing.
            docs_assets: where the pages load their scripts: `"local"` from the application itself,
                out of the package `ferroapi-docs-assets`, `"cdn"` from jsDelivr. `None` is local
                where that package is installed.

        Raises:
            AssertionError: an OpenAPI document without a title or a version.
            RuntimeError: `docs_assets="local"` without the package.
            TypeError: `validation_errors` is no format, or `telemetry` something else.
            ValueError: the version of OpenAPI is not 3.1 or 3.2, a limit no non-negative integer,
                `threads` not positive, `error_input` none of these, an origin none,
                `CORSMiddleware` lets pages of every origin act for the user, or a handler and a
                format are both for requests that do not fit.
        """
        if openapi_url:
            assert title, "A title must be provided for OpenAPI, e.g.: 'My API'"
            assert version, "A version must be provided for OpenAPI, e.g.: '2.1.0'"
        if root_path:
            warn_deprecated(
                "The `root_path` parameter is deprecated. Configure the "
                "server's root path instead, for example with "
                "`fastapi run --root-path /api/v1`."
            )
        self.debug = debug
        self.title = title
        self.summary = summary
        self.description = description
        self.version = version
        self.terms_of_service = terms_of_service
        self.contact = contact
        self.license_info = license_info
        self.openapi_url = openapi_url
        self.openapi_tags = openapi_tags
        self.openapi_version = document_functions.checked_version(openapi_version)
        self.openapi_external_docs = openapi_external_docs
        self.separate_input_output_schemas = separate_input_output_schemas
        self.servers = servers or []
        self.root_path = root_path
        self.root_path_in_servers = root_path_in_servers
        self.docs_url = docs_url
        self.redoc_url = redoc_url
        self.scalar_url = scalar_url
        self.swagger_ui_oauth2_redirect_url = swagger_ui_oauth2_redirect_url
        self.swagger_ui_init_oauth = swagger_ui_init_oauth
        self.swagger_ui_parameters = swagger_ui_parameters
        self.docs_assets = docs_assets
        self._safeguards = checked_safeguards(error_limit, error_input, max_body_size)
        self.max_body_size = checked_body_size(max_body_size)
        self.threads = checked_threads(threads)
        self.thread_queue = checked_thread_queue(thread_queue)
        self.websocket_origins = checked_origins(websocket_origins)
        self.websocket_refusal = checked_refusal(websocket_refusal)
        self._telemetry = complete_configuration(telemetry)
        self.state = State()
        self.dependency_overrides = DependencyOverrides()
        self.router = APIRouter(
            routes=routes,
            redirect_slashes=redirect_slashes,
            dependency_overrides_provider=self,
            on_startup=on_startup,
            on_shutdown=on_shutdown,
            lifespan=lifespan,
            default_response_class=default_response_class,
            dependencies=dependencies,
            callbacks=callbacks,
            deprecated=deprecated,
            include_in_schema=include_in_schema,
            responses=responses,
            generate_unique_id_function=generate_unique_id_function,
            strict_content_type=strict_content_type,
            form_limits=form_limits,
            auto_head=auto_head,
            cancel_on_disconnect=cancel_on_disconnect,
        )
        self.webhooks = webhooks or APIRouter()
        self.exception_handlers: dict[Any, Any] = {
            HTTPException: http_exception_handler,
            RequestValidationError: request_validation_exception_handler,
            WebSocketRequestValidationError: websocket_request_validation_exception_handler,
            **(exception_handlers or {}),
        }
        self.validation_errors = validation_errors
        if validation_errors is not None:
            form = handler_of_format(validation_errors, exception_handlers or {})
            self.exception_handlers |= {error: one.respond for error, one in form.items()}
        self._failures: Failures | None = None
        self.user_middleware = list(middleware or ())
        for declared in self.user_middleware:
            check_declared(declared)
        self.middleware_stack = None
        self._is_made = True
        self.setup()

    def _declare(self, path: str, endpoint: Callable[..., Any], options: dict[str, Any]) -> None:
        self.router.add_api_route(path, endpoint, **options)

    def _decorator(
        self, method: str, path: str, options: dict[str, Any]
    ) -> Callable[[Decorated], Decorated]:
        declare: Callable[..., Callable[[Decorated], Decorated]]
        declare = getattr(self.router, method.lower())
        return declare(path, **options)

    @ADDED_ROUTE_KEYWORDS.shown
    def add_api_route(
        self, path: str, endpoint: Callable[..., Any], **options: Unpack[AddedRouteOptions]
    ) -> None:
        """Declares a path operation without a decorator. See `APIRouter.add_api_route`."""
        complete = ADDED_ROUTE_KEYWORDS.complete("add_api_route", options)
        self.router.add_api_route(path, endpoint=endpoint, **complete)

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
            path: the path.
            endpoint: the coroutine function that serves it.
            name: the name for `url_path_for`; the function's name without it.
            dependencies: dependencies whose values nobody takes, after those of the application.
            options: see `WebSocketOptions`.
        """
        self.router.add_api_websocket_route(
            path, endpoint, name=name, dependencies=dependencies, **options
        )

    def websocket_route(
        self, path: str, name: str | None = None
    ) -> Callable[[Decorated], Decorated]:
        """Adds a plain Starlette WebSocket route by decorating a function of the WebSocket."""
        return self.router.websocket_route(path, name)

    @INCLUSION_KEYWORDS.shown
    def include_router(self, router: APIRouter, **options: Unpack[InclusionOptions]) -> None:
        """Serves the routes of `router`. See `APIRouter.include_router`."""
        complete: dict[str, Any] = INCLUSION_KEYWORDS.complete("include_router", options)
        self.router.include_router(router, **complete)

    @INCLUSION_KEYWORDS.shown
    def include_controller(
        self, controller: type[Controller] | Controller, **options: Unpack[InclusionOptions]
    ) -> None:
        """Serves the operations of a class. See `APIRouter.include_controller`."""
        self.router.include_controller(controller, **options)

    @FRONTEND_KEYWORDS.shown
    def frontend(self, path: str, **options: Unpack[FrontendOptions]) -> None:
        """Serves a built front end where no route has the path. See `APIRouter.frontend`."""
        self.router.frontend(path, **options)

    def middleware(self, middleware_type: str) -> Callable[[Decorated], Decorated]:
        """Adds a function `(request, call_next)` around every HTTP request, by decorating it."""
        assert middleware_type == "http", 'Currently only middleware("http") is supported.'
        from starlette.middleware.base import BaseHTTPMiddleware

        def declare(dispatch: Decorated) -> Decorated:
            self.add_middleware(BaseHTTPMiddleware, dispatch=dispatch)
            return dispatch

        return declare

    def exception_handler(
        self, exc_class_or_status_code: int | type[Exception]
    ) -> Callable[[Decorated], Decorated]:
        """Adds a handler for an exception class or a status code, by decorating a function."""

        def declare(handler: Decorated) -> Decorated:
            self.add_exception_handler(exc_class_or_status_code, handler)
            return handler

        return declare

    def add_exception_handler(
        self, exc_class_or_status_code: int | type[Exception], handler: HandlerFunction
    ) -> None:
        """Adds a handler for an exception class or a status code, at any time."""
        self.exception_handlers[exc_class_or_status_code] = handler
        # Unlike middleware, handlers may come late: what was built of them is built again.
        self.middleware_stack = None

    @deprecated("on_event is deprecated, use lifespan event handlers instead.")
    def on_event(self, event_type: str) -> Callable[[Decorated], Decorated]:
        """Deprecated: a lifespan does the same and closes what it opened."""

        def declare(handler: Decorated) -> Decorated:
            self.router.add_event_handler(event_type, handler)
            return handler

        return declare
