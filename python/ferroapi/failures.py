"""Exceptions on their way out of an application, to the handlers it has for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException, WebSocketException
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.status import (
    HTTP_403_FORBIDDEN,
    HTTP_503_SERVICE_UNAVAILABLE,
    WS_1011_INTERNAL_ERROR,
)
from starlette.websockets import WebSocket, WebSocketDisconnect

from ferroapi._core import check_headers, encode_json
from ferroapi.body_limit import AlreadyRefusedError, body_limit_error
from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import JSON_TYPE, Answer, FailureHandlers
from ferroapi.content import is_body_allowed
from ferroapi.cross_origin import sending_through
from ferroapi.dependencies.callables import CallableKind, callable_kind
from ferroapi.exception_handlers import (
    http_exception_handler,
    request_validation_exception_handler,
)
from ferroapi.exceptions import RequestValidationError
from ferroapi.incomplete import INCOMPLETE
from ferroapi.logger import logger
from ferroapi.originals import has_own
from ferroapi.server_errors import Around
from ferroapi.telemetry.current import exception_unhandled
from ferroapi.threads import is_thread_shortage
from ferroapi.validation_errors import errors_as_json
from ferroapi.websocket_refusal import refuse

if TYPE_CHECKING:
    from starlette.middleware.cors import CORSMiddleware
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi._core import Header

Handlers = Mapping[Any, Any]
HandlerFunction: TypeAlias = (
    Callable[[Request, Any], Response | Awaitable[Response]]
    | Callable[[WebSocket, Any], Awaitable[None]]
)
"""Answers a request, or a WebSocket, with what was raised. A function that is no coroutine function
runs in a worker thread."""

STARTED = "Caught handled exception, but response already started."

CLOSE_PATIENCE = 1.0
"""Seconds that a failed WebSocket has to be closed in while it is cancelled."""


class Failures(FailureHandlers):
    """The exception handlers of one application."""

    __slots__ = (
        "_by_status",
        "_by_type",
        "_in_scope",
        "_outermost",
        "_server_error",
        "cross_origin",
        "tables",
    )

    def __init__(self, handlers: Handlers, *, debug: bool, outermost: bool) -> None:
        """
        Args:
            handlers: functions by exception class or status code. Those for 500 and `Exception`
                answer what no other handler takes.
            debug: answer unhandled exceptions with a traceback.
            outermost: whether nothing around the application answers unhandled exceptions.

        `cross_origin` is the middleware whose headers the answer to an unhandled exception has as
        well, the innermost first.
        """
        self._by_type: dict[type[BaseException], Any] = {
            HTTPException: _plain_http_exception,
            WebSocketException: _close_websocket,
        }
        self._by_status: dict[int, Any] = {}
        server_error = None
        for key, handler in handlers.items():
            if key in (500, Exception):
                server_error = handler
            elif isinstance(key, int):
                self._by_status[key] = handler
            else:
                self._by_type[key] = handler
        self.tables = self._by_type, self._by_status
        self.cross_origin: list[CORSMiddleware] = []
        self._in_scope = False
        self._outermost = outermost
        self._server_error = ServerErrorMiddleware(_no_app, handler=server_error, debug=debug)

    @property
    def not_found_is_plain(self) -> bool:
        """Whether the default handler, and no other, answers where nothing has the path."""
        return (
            not self._in_scope
            and 404 not in self._by_status
            and self._by_type.get(HTTPException) is http_exception_handler
        )

    @property
    def refuses_by_default(self) -> bool:
        """See `FailureHandlers`."""
        handler = self._by_type.get(RequestValidationError)
        return not self._in_scope and handler is request_validation_exception_handler

    def default_answer(self, error: Exception) -> Answer | None:
        """See `FailureHandlers`."""
        if self._in_scope:
            return None
        try:
            if isinstance(error, HTTPException):
                return self._plain_answer(error)
            if type(error) is RequestValidationError and self.refuses_by_default and error.is_shown:
                return Answer(422, [], errors_as_json(error.current_errors()))
        except Exception:
            # The handler raises it, for which there may be another handler.
            return None
        return None

    def _plain_answer(self, error: HTTPException) -> Answer | None:
        status = error.status_code
        if type(status) is not int or status in self._by_status or not is_body_allowed(status):
            return None
        handler = None
        for kind in type(error).__mro__:
            if kind in self._by_type:
                handler = self._by_type[kind]
                break
        if handler is not http_exception_handler:
            return None
        body = encode_json({"detail": error.detail})
        headers = _own_headers(error.headers) if error.headers else []
        return None if body is None or headers is None else Answer(status, headers, body)

    def behind_middleware(self, app: ASGIApp, handlers: Handlers, *, debug: bool) -> ASGIApp:
        """`app` behind Starlette's `ExceptionMiddleware`, whose handlers then answer.

        Monitoring tools replace its methods, or what makes its record, and put their own functions
        into the place of its handlers.
        """
        self._in_scope = True
        own = {key: handler for key, handler in handlers.items() if key not in (500, Exception)}
        record = Middleware(ExceptionMiddleware, handlers=own, debug=debug)
        return record.cls(app, *record.args, **record.kwargs)

    def show_in(self, scope: Scope) -> None:
        """Puts the handlers where Starlette's middleware leaves them, unless it has done so."""
        if not self._in_scope:
            scope["starlette.exception_handlers"] = self.tables

    def around(self, app: ASGIApp) -> ServerErrorMiddleware:
        """`app` with unhandled exceptions answered outside of it, outside of its middleware too."""
        if not has_own(ServerErrorMiddleware, "__call__"):
            handler, debug = self._server_error.handler, self._server_error.debug
            return ServerErrorMiddleware(partial(self._telling, app), handler, debug)

        async def answer(error: Exception, exchange: Exchange) -> None:
            # A body limit of the application around this one answers what it raised.
            if body_limit_error(error) is None:
                exception_unhandled(exchange.scope, error)
                await self._answer_unhandled(error, exchange)

        return Around(app, self._server_error.handler, self._server_error.debug, answer)

    async def _telling(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        try:
            await app(scope, receive, exchange.send_tracked)
        except Exception as error:
            if body_limit_error(error) is None:
                exception_unhandled(scope, error)
            if scope["type"] != "http":
                await self._answer_unhandled(error, exchange)
            raise

    def _handler_in(self, scope: Scope, error: Exception) -> Any:
        """`find` in the tables that Starlette's middleware has put into the scope."""
        handler = found_handler(scope["starlette.exception_handlers"], error)
        return None if handler is None else awaitable(handler)

    def find(self, error: Exception) -> Any:
        """The handler of an exception: that of its status, else of its nearest class, else None."""
        handler = found_handler(self.tables, error)
        return None if handler is None else awaitable(handler)

    async def answer(self, error: Exception, exchange: Exchange) -> None:
        """Sends what the handler of `error` answers; raises `error` when there is none."""
        if isinstance(error, ExceptionGroup):
            error = body_limit_error(error) or error
        try:
            answer = None
            if not exchange.started and exchange.scope["type"] == "http":
                answer = self.default_answer(error)
            if answer is None:
                await self._handle(error, exchange)
            else:
                await _send(answer, exchange)
                error.__traceback__ = None
        except Exception as unhandled:
            # What was refused has its answer.
            refused = isinstance(body_limit_error(unhandled), AlreadyRefusedError)
            if self._outermost and not refused:
                exception_unhandled(exchange.scope, unhandled)
                await self._answer_unhandled(unhandled, exchange)
            raise
        finally:
            # Its traceback has this frame: neither would be released before the garbage collector.
            del error

    async def _handle(
        self, error: Exception, exchange: Exchange, *, of_handler: bool = False
    ) -> None:
        find = partial(self._handler_in, exchange.scope) if self._in_scope else self.find
        try:
            error = self._told(error, exchange, find)
            handler = find(error)
            if (handler is None or exchange.started) and exchange.is_left(error):
                if not exchange.started:
                    await _begin_for_middleware(exchange)
                return
            if handler is None:
                raise error
            if exchange.started:
                if exchange.inbox is not None or INCOMPLETE in exchange.scope:
                    # A stream fails as itself.
                    raise error
                raise RuntimeError(STARTED) from error
            try:
                response = await handler(exchange.connection, error)
            except Exception as raised:
                if of_handler or raised is error:
                    raise
                # A handler may raise what another handler takes, once.
                await self._handle(raised, exchange, of_handler=True)
                return
            if response is not None:
                if exchange.open:
                    raise RuntimeError(STARTED) from error
                await response(exchange.scope, exchange.receive, exchange.send_tracked)
            # An exception object that is raised again and again would keep every request's frames.
            error.__traceback__ = None
        finally:
            # See `answer`.
            del error

    def _told(
        self, error: Exception, exchange: Exchange, find: Callable[[Exception], Any]
    ) -> Exception:
        """What the client is told in the place of `error`: that the system has no more threads."""
        if (
            not is_thread_shortage(error)
            or exchange.started
            or exchange.scope["type"] != "http"
            or find(error) is not None
        ):
            return error
        logger.error("%s: answered with 503", error)
        return HTTPException(HTTP_503_SERVICE_UNAVAILABLE)

    async def _answer_unhandled(self, error: Exception, exchange: Exchange) -> None:
        if exchange.scope["type"] == "http":
            await self._answer_server_error(error, exchange)
        elif not isinstance(error, WebSocketDisconnect):
            # Whose client has left is cancelled, and its error would be lost.
            with anyio.move_on_after(CLOSE_PATIENCE, shield=True):
                await exchange.close(WS_1011_INTERNAL_ERROR)

    async def _answer_server_error(self, error: Exception, exchange: Exchange) -> None:
        handler = self._server_error.handler
        connection = exchange.connection
        assert isinstance(connection, Request)
        if self._server_error.debug:
            response = self._server_error.debug_response(connection, error)
        elif handler is None:
            response = self._server_error.error_response(connection, error)
        else:
            # It sees every exception, also one that is too late to be answered.
            response = await awaitable(handler)(connection, error)
        if not exchange.started:
            send = sending_through(self.cross_origin, exchange.scope, exchange.send_tracked)
            await response(exchange.scope, exchange.receive, send)


def _own_headers(headers: Mapping[str, str]) -> list[Header] | None:
    """The headers of an exception as they are sent; `None` where one of them describes the body."""
    sent = [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
    ]
    return None if any(name in _OF_THE_BODY for name, _ in sent) else sent


_OF_THE_BODY = frozenset({b"content-length", b"content-type"})


async def _send(answer: Answer, exchange: Exchange) -> None:
    status, own, body = answer
    if own:
        check_headers(own)
    headers = [*own, (b"content-length", b"%d" % len(body)), JSON_TYPE]
    exchange.started = True
    await exchange.send({"type": "http.response.start", "status": status, "headers": headers})
    await exchange.send({"type": "http.response.body", "body": body})


async def _begin_for_middleware(exchange: Exchange) -> None:
    """Begins the response to a client that has left: to middleware, none is an error."""
    # A stream has it imported.
    from ferroapi.streaming.taskless import is_of_server

    if not is_of_server(exchange.send):
        exchange.scope[INCOMPLETE] = True
        with suppress(OSError):
            await exchange.send({"type": "http.response.start", "status": 200, "headers": []})
            await exchange.send({"type": "http.response.body", "body": b"", "more_body": True})


async def _no_app(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """`ServerErrorMiddleware` is used for its responses only."""


async def _plain_http_exception(_request: Request, error: HTTPException) -> Response:
    """As Starlette answers it; who takes `http_exception_handler` away gets this one."""
    if not is_body_allowed(error.status_code):
        return Response(status_code=error.status_code, headers=error.headers)
    return PlainTextResponse(error.detail, error.status_code, error.headers)


async def _close_websocket(websocket: WebSocket, error: WebSocketException) -> None:
    response = JSONResponse({"detail": error.reason}, HTTP_403_FORBIDDEN)
    await refuse(websocket, response, error.code, error.reason)


def found_handler(
    tables: tuple[Mapping[type[BaseException], Any], Mapping[int, Any]], error: Exception
) -> Any:
    """What an exception has in tables by class and by status.

    That of its status, else of its nearest class, else `None`.
    """
    by_type, by_status = tables
    handler = by_status.get(error.status_code) if isinstance(error, HTTPException) else None
    if handler is None:
        kinds = (kind for kind in type(error).__mro__ if kind in by_type)
        handler = next((by_type[kind] for kind in kinds), None)
    return handler


def awaitable(handler: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """A handler to be awaited; a synchronous one runs in a thread."""
    if callable_kind(handler) is CallableKind.COROUTINE:
        return handler
    return partial(run_in_threadpool, handler)
