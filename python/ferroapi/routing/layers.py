"""What routers, inclusions and operations have around them: middleware and exception handlers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.middleware import Middleware

from ferroapi.completing import not_completing
from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import HANDLING, Handling, fail, handling_of
from ferroapi.cross_origin import check_declared, check_made
from ferroapi.failures import STARTED
from ferroapi.live import LiveDict, LiveList
from ferroapi.originals import are_same
from ferroapi.routing.handlers import (
    ExceptionHandler,
    HandledResponse,
    Handlers,
    checked_handlers,
    described_handlers,
    handler_of_format,
)
from ferroapi.routing.scope import LAYERED

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi.error_format import ErrorFormat

_OPTIONS = ("exception_handlers", "middleware", "validation_errors")
Handler = TypeVar("Handler", bound=Callable[..., Any])

_numbers = itertools.count(1)


class Layer:
    """The middleware of one router, inclusion or operation, and inside of it the handlers.

    Both may be changed at any time. Middleware is made once, whatever number of operations it is
    around.
    """

    def __init__(
        self,
        exception_handlers: Mapping[Any, Any] | None = None,
        middleware: Sequence[Middleware] | None = None,
        validation_errors: ErrorFormat | None = None,
    ) -> None:
        """
        Raises:
            TypeError: a handler, a middleware or a format is none.
            ValueError: middleware lets pages of every origin act for the user, or a handler and a
                format are both for requests that do not fit.
        """
        handlers = checked_handlers(exception_handlers)
        if validation_errors is not None:
            handlers |= handler_of_format(validation_errors, handlers)
        self.exception_handlers: LiveDict[Any, Any] = LiveDict(handlers)
        self.middleware: LiveList[Middleware] = LiveList(middleware or ())
        for declared in self.middleware:
            if not isinstance(declared, Middleware):
                raise TypeError(f"Middleware is declared by Middleware(...): {declared!r}")
            check_declared(declared)
        self._key = f"ferroapi.layer.{next(_numbers)}"
        self._made: tuple[list[Middleware], ASGIApp] | None = None

    @classmethod
    def of(cls, **options: Any) -> tuple[Layer, ...]:
        """The layer of these, if there are any. Raises as `Layer` does."""
        layer = cls(**options)
        return (layer,) if layer else ()

    @classmethod
    def taken_from(cls, options: dict[str, Any]) -> tuple[Layer, ...]:
        """The same of what is taken out of the options."""
        return cls.of(**{name: options.pop(name, None) for name in _OPTIONS})

    def __bool__(self) -> bool:
        """Whether there is anything in it now."""
        return bool(self.exception_handlers or self.middleware)

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app` with the middleware around it; `app` itself without any."""
        declared = [*self.middleware]
        if not declared:
            return app
        if self._made is None or not are_same(self._made[0], declared):
            made: ASGIApp = self._inside
            for middleware, args, kwargs in reversed(declared):
                outer = middleware(made, *args, **kwargs)
                check_made(outer)
                made = not_completing(outer)
            self._made = declared, made
        return _Entered(app, self._key, self._made[1])

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope[self._key](scope, receive, send)


class _Entered:
    """Has a request pass middleware that others share, before `app`."""

    def __init__(self, app: ASGIApp, key: str, middleware: ASGIApp) -> None:
        self.app = app
        self._key = key
        self._middleware = middleware

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[self._key] = self.app
        await self._middleware(scope, receive, send)


class Layered:
    """What has a layer around all that is declared in it."""

    _layer: Layer

    @property
    def exception_handlers(self) -> MutableMapping[Any, Any]:
        """Functions by exception class or status code, for all routes below; may be changed."""
        return self._layer.exception_handlers

    def add_exception_handler(
        self,
        exc_class_or_status_code: int | type[Exception],
        handler: Any,
        *,
        status_code: int | None = None,
    ) -> None:
        """Adds a handler for an exception class or a status code, at any time.

        Args:
            exc_class_or_status_code: what it handles; `Exception` is all that nobody else does.
            handler: a function `(request, error)`, or of the WebSocket. It returns a response, or
                a value of its annotated type, which OpenAPI then shows.
            status_code: the status of such a value; that of the exception without it.

        Raises:
            TypeError: it is none of these, or cannot be called.
        """
        if status_code is not None:
            handler = ExceptionHandler(handler, status_code)
        self._layer.exception_handlers |= checked_handlers({exc_class_or_status_code: handler})

    def exception_handler(
        self, exc_class_or_status_code: int | type[Exception], *, status_code: int | None = None
    ) -> Callable[[Handler], Handler]:
        """Adds a handler by decorating a function. See `add_exception_handler`.

        Args:
            exc_class_or_status_code: what it handles.
            status_code: the status of a value that is returned and no response; that of the
                exception without it.
        """

        def declare(handler: Handler) -> Handler:
            self.add_exception_handler(exc_class_or_status_code, handler, status_code=status_code)
            return handler

        return declare


def with_layers(app: ASGIApp, layers: Sequence[Layer]) -> ASGIApp:
    """`app` with the layers around it, the first outermost; `app` itself without any.

    As with Starlette's routes, what the operation raises is answered inside of all middleware, by
    whatever handlers; what middleware raises is answered around it.
    """
    has_middleware = False
    handlers: list[Handlers] = []
    for layer in reversed(layers):
        if layer.exception_handlers:
            handlers.append(Handlers(layer.exception_handlers))
        if layer.middleware:
            app = layer.around(Handled(app, handlers) if handlers else app)
            handlers, has_middleware = [], True
    return Handled(app, handlers) if handlers or has_middleware else app


def layered_once(app: ASGIApp, route: Any, scope: Scope) -> ASGIApp:
    """What a route runs, with its layers around it unless a request has passed them already."""
    return app if scope.get(LAYERED) is route else with_layers(app, route._layers)


def handled_responses(layers: Sequence[Layer], unique_id: str) -> dict[Any, HandledResponse]:
    """What the handlers around an operation return, by what they handle; the innermost wins."""
    responses: dict[Any, HandledResponse] = {}
    for layer in layers:
        responses |= described_handlers(layer.exception_handlers, unique_id)
    return responses


class Handled:
    """Has exceptions answered by handlers, the innermost first, before those of the application."""

    def __init__(self, app: ASGIApp, handlers: Sequence[Handlers]) -> None:
        """
        Args:
            app: what may fail.
            handlers: those of one layer after the other, the innermost first.
        """
        self.app = app
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        outer = scope.get(HANDLING)
        application = scope.get("app")
        asked = _Asked(self._handlers, handling_of(scope), application)
        scope[HANDLING] = application, asked
        exchange = Exchange(scope, receive, send)
        tables = self._show_in(scope)
        try:
            await self.app(scope, receive, exchange.send_tracked)
        except Exception as error:
            await asked.answer(error, exchange)
        finally:
            scope[HANDLING] = outer
            if tables is not None:
                scope["starlette.exception_handlers"] = tables

    def _show_in(self, scope: Scope) -> Any:
        """Puts the handlers in front of the application's, where Starlette's routes find them.

        Returns those that were there.
        """
        tables = scope.get("starlette.exception_handlers")
        if tables is not None:
            by_type, by_status = dict(tables[0]), dict(tables[1])
            for handlers in reversed(self._handlers):
                by_type |= handlers.tables[0]
                by_status |= handlers.tables[1]
            scope["starlette.exception_handlers"] = by_type, by_status
        return tables


class _Asked:
    """The handlers of one request, each of which is asked once."""

    def __init__(
        self, handlers: Sequence[Handlers], around: Handling | None, application: Any
    ) -> None:
        self._left = [*handlers]
        self._around = around
        self._application = application

    async def answer(self, error: Exception, exchange: Exchange) -> None:
        """Sends what the first handler answers that takes an exception.

        What a handler raises is for those around it. Raises what nobody takes, the application's
        handlers included.
        """
        try:
            while self._left and not (exchange.started or exchange.is_left(error)):
                handler = self._left.pop(0).find(error)
                if handler is None:
                    continue
                try:
                    response = await handler(exchange.connection, error)
                except Exception as raised:
                    error = raised
                    continue
                if response is not None:
                    if exchange.open:
                        raise RuntimeError(STARTED) from error
                    await response(exchange.scope, exchange.receive, exchange.send_tracked)
                # An exception object that is raised again and again would keep the frames of
                # every request.
                error.__traceback__ = None
                return
            if self._around is not None:
                await self._around.answer(error, exchange)
                return
            application, self._application = self._application, None
            if application is None:
                raise error
            await fail(error, exchange, application)
        finally:
            # Its traceback has this frame.
            del error
