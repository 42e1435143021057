"""Classes whose methods are path operations."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import update_wrapper
from types import FunctionType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar

from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute
from typing_extensions import Unpack

from ferroapi import params
from ferroapi._form_limits import FormLimits
from ferroapi.dependencies.callables import callable_name, declaring
from ferroapi.error_format import ErrorFormat
from ferroapi.routing.inheritance import InclusionOptions
from ferroapi.routing.operations import PathOperations
from ferroapi.routing.options import ReadBody, WebSocketOptions

Method = TypeVar("Method", bound=Callable[..., Any])


class Controller:
    """Groups path operations that share a constructor: `router.include_controller(Items)`.

    An instance is made for each request, or for the application: the parameters of the constructor
    are those of a dependency. The other class attributes are the settings of a router. All are
    inherited as attributes are.

    The operations of a class come before those of its bases. A method that overrides one without
    being decorated answers in its place; a decorated one has only what its own decorators declare,
    and `None` in its place removes it.
    """

    scope: ClassVar[Literal["request", "lifespan"]] = "request"
    """How long an instance is there: `"lifespan"` for one that all requests share, made when the
    application starts."""
    prefix: ClassVar[str]
    """In front of every path: starts with a slash and does not end with one."""
    tags: ClassVar[Sequence[str | Enum]]
    """OpenAPI tags, before those of the operations."""
    dependencies: ClassVar[Sequence[params.Depends]]
    """Dependencies that run before those of the operations and of the constructor."""
    default_response_class: ClassVar[type[Response]]
    """The response class of operations that have none."""
    responses: ClassVar[Mapping[int | str, dict[str, Any]]]
    """Additional responses; those of the operations win."""
    callbacks: ClassVar[Sequence[BaseRoute]]
    """OpenAPI callbacks, before those of the operations."""
    deprecated: ClassVar[bool | None]
    """Mark all operations as deprecated."""
    include_in_schema: ClassVar[bool]
    """Whether OpenAPI shows the operations; True without it."""
    generate_unique_id_function: ClassVar[Callable[[Any], str]]
    """Makes the operation ids of operations that have no function of their own."""
    max_body_size: ClassVar[int | None]
    """The most bytes a request body may have, for operations without a limit."""
    form_limits: ClassVar[FormLimits | None]
    """Limits of forms that parameters are read from, for operations that do not have them."""
    auto_head: ClassVar[bool | None]
    """Whether GET operations answer HEAD, too."""
    exception_handlers: ClassVar[Mapping[Any, Any] | None]
    """Functions by exception class or status code, asked after those of the operations."""
    middleware: ClassVar[Sequence[Middleware] | None]
    """ASGI middleware around all operations, the first outermost."""
    validation_errors: ClassVar[ErrorFormat | None]
    """How requests that do not fit are answered, and what OpenAPI says of it."""
    cancel_on_disconnect: ClassVar[bool | None]
    """Whether operations that do not stream are cancelled when their clients leave."""
    read_body: ClassVar[ReadBody | None]
    """`"late"` for dependencies that run before the body is read."""

    def __init__(self) -> None:
        """Takes nothing; a class has parameters of its own."""


class _Declared(NamedTuple):
    """One decorator of a method: the router's decorator of that name, and its arguments."""

    decorator: str
    path: str
    options: Mapping[str, Any]


_DECLARED = "__ferroapi_operations__"
"""The attribute of a decorated method that lists its decorators."""


class _Methods(PathOperations):
    """The decorators of routers, for methods: they only take note."""

    def _declare(self, path: str, endpoint: Callable[..., Any], options: dict[str, Any]) -> None:
        _note(endpoint, _Declared("api_route", path, options))

    def _decorator(
        self, method: str, path: str, options: dict[str, Any]
    ) -> Callable[[Method], Method]:
        def declare(endpoint: Method) -> Method:
            _note(endpoint, _Declared(method.lower(), path, options))
            return endpoint

        return declare

    def websocket(
        self,
        path: str,
        name: str | None = None,
        *,
        dependencies: Sequence[params.Depends] | None = None,
        **options: Unpack[WebSocketOptions],
    ) -> Callable[[Method], Method]:
        """Declares a WebSocket endpoint. See `APIRouter.websocket` for the keywords."""

        def declare(endpoint: Method) -> Method:
            given = {"name": name, "dependencies": dependencies, **options}
            _note(endpoint, _Declared("websocket", path, given))
            return endpoint

        return declare


METHODS = _Methods()


def _note(endpoint: Any, declared: _Declared) -> None:
    with declaring(endpoint):
        if not isinstance(endpoint, FunctionType) or _is_outside_of_classes(endpoint):
            raise TypeError(
                f"`{declared.decorator}` of ferroapi.controllers decorates the methods of a "
                f"Controller: {callable_name(endpoint)} is none"
            )
    vars(endpoint).setdefault(_DECLARED, []).append(declared)


def _is_outside_of_classes(function: FunctionType) -> bool:
    around = function.__qualname__.rpartition(".")[0]
    return not around or around.endswith("<locals>")


def controller_settings(controller: type[Controller] | Controller) -> dict[str, Any]:
    """The settings of a router that a controller has.

    Raises:
        TypeError: an operation has the name of one of them.
    """
    settings = {
        name: getattr(controller, name)
        for name in InclusionOptions.__annotations__
        if hasattr(controller, name)
    }
    for name, value in settings.items():
        if hasattr(value, _DECLARED):
            with declaring(value):
                raise TypeError(f"{name!r} is a setting of controllers, not a name of an operation")
    return settings


def declare_operations(controller: type[Controller] | Controller, router: PathOperations) -> None:
    """Declares the operations of a class, or of an object, on a router.

    Raises:
        TypeError: it is no controller, has no operations, or its objects cannot be made.
    """
    owner = controller if isinstance(controller, type) else type(controller)
    if not issubclass(owner, Controller):
        raise TypeError(f"{controller!r} is no Controller")
    with declaring(owner):
        if inspect.isabstract(owner):
            raise TypeError(f"{owner.__qualname__} is abstract")
        operations = list(_operations(owner))
        if not operations:
            raise TypeError(f"{owner.__qualname__} has no path operations")
    for name, declarations in operations:
        endpoint = _endpoint(controller, name)
        for declared in declarations:
            getattr(router, declared.decorator)(declared.path, **declared.options)(endpoint)


def _operations(owner: type[Controller]) -> Iterator[tuple[str, Sequence[_Declared]]]:
    """The names of the methods that are operations, with the decorators they have."""
    seen: set[str] = set()
    for class_ in owner.__mro__:
        for name, value in vars(class_).items():
            # Static methods and class methods are refused where they are made endpoints.
            declarations = getattr(getattr(value, "__func__", value), _DECLARED, None)
            if declarations and name not in seen:
                seen.add(name)
                if getattr(owner, name) is not None:
                    yield name, declarations


def _endpoint(controller: type[Controller] | Controller, name: str) -> Callable[..., Any]:
    """The method as a function that depends on the object it is called on."""
    if not isinstance(controller, type):
        bound: Callable[..., Any] = getattr(controller, name)
        return bound
    method = inspect.getattr_static(controller, name)
    with declaring(method):
        if not isinstance(method, FunctionType):
            raise TypeError(f"{controller.__qualname__}.{name} is no function")
        signature = inspect.signature(method)
        own = next(iter(signature.parameters.values()), None)
        if own is None or own.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
            raise TypeError(f"{method.__qualname__} has no parameter for its object by keyword")
    # The function belongs to all classes that inherit it: each has a copy with its own signature.
    endpoint = FunctionType(
        method.__code__,
        method.__globals__,
        method.__name__,
        method.__defaults__,
        method.__closure__,
    )
    endpoint.__kwdefaults__ = method.__kwdefaults__
    update_wrapper(endpoint, method)
    injected = own.replace(annotation=Annotated[controller, _made(controller)])
    _, *others = signature.parameters.values()
    vars(endpoint)["__signature__"] = signature.replace(parameters=[injected, *others])
    return endpoint


def _made(controller: type[Controller]) -> params.Depends:
    """How an object comes to be: once a request, or once for the application."""
    scope = controller.scope
    with declaring(controller):
        if scope not in ("request", "lifespan"):
            raise TypeError(
                f'{controller.__qualname__}.scope is "request" or "lifespan", not {scope!r}'
            )
    return params.Depends(controller, scope="lifespan" if scope == "lifespan" else None)
