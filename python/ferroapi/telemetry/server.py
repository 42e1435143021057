"""The outermost layer of an application that may be observed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context
from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, StatusCode
from starlette.datastructures import Headers

from ferroapi.telemetry.automatic_export import lifespan
from ferroapi.telemetry.current import TELEMETRY_KEY, current_telemetry
from ferroapi.telemetry.data import ExchangeData
from ferroapi.telemetry.metrics import Measurement
from ferroapi.telemetry.operations import exception_type, is_normal_disconnect
from ferroapi.telemetry.providers import Signals
from ferroapi.telemetry.request import RequestTelemetry
from ferroapi.telemetry.spans import (
    HeadersGetter,
    connection_attributes,
    known_methods,
    request_attributes,
    server_attributes,
    url_attributes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.context import Context
    from opentelemetry.util.types import AttributeValue
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ferroapi.telemetry.configuration import TelemetryConfig


class ServerTelemetry:
    """Observes the requests and connections of one application."""

    def __init__(
        self, config: TelemetryConfig, *, on_first_use: Callable[[], None] | None = None
    ) -> None:
        """
        Args:
            config: the complete configuration.
            on_first_use: called before the first request that is observed.
        """
        self._config = config
        self._on_first_use = on_first_use
        self._signals = Signals(config)
        self._known_methods = known_methods()
        self._headers = HeadersGetter()
        self._stack: ASGIApp | None = None
        self._is_instrumented = False

    def observes(self, scope: Scope) -> bool:
        """Whether there is anything to do; asked for every request, so it is cheap to deny."""
        return (
            TELEMETRY_KEY in scope or scope["type"] == "lifespan" or self._signals.are_configured()
        )

    async def __call__(
        self,
        app: ASGIApp,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        stack: ASGIApp | None = None,
    ) -> None:
        """Runs `app` and tells what it does.

        Args:
            app: the application.
            scope, receive, send: the connection.
            stack: its middleware, which may be OpenTelemetry's own.
        """
        kind = scope["type"]
        if kind == "lifespan":
            await lifespan(config=self._config, app=app, scope=scope, receive=receive, send=send)
        elif kind not in ("http", "websocket") or self._instruments(stack):
            await app(scope, receive, send)
        elif TELEMETRY_KEY in scope:
            # The application around this one observes, or has something else observe.
            if scope[TELEMETRY_KEY] is not None:
                self._prepare()
            await app(scope, receive, send)
        elif self._config["exclude"] is not None and self._config["exclude"](scope):
            # Its telemetry is silent, also for applications that are mounted or called.
            self._prepare()
            with _observed(RequestTelemetry(), otel_context.get_current(), scope):
                await app(scope, receive, send)
        elif not self._signals.has_current(websocket=kind == "websocket"):
            await app(scope, receive, send)
        elif kind == "http":
            await self._observe_request(app, scope, receive, send)
        else:
            await self._observe_connection(app, scope, receive, send)

    def _prepare(self) -> None:
        if self._on_first_use is not None:
            first_use, self._on_first_use = self._on_first_use, None
            first_use()

    def _instruments(self, stack: ASGIApp | None) -> bool:
        """Whether OpenTelemetry's own middleware is in the stack: two would tell all twice."""
        if stack is not self._stack:
            self._is_instrumented = any(
                type(app).__module__ == "opentelemetry.instrumentation.asgi"
                and type(app).__name__ == "OpenTelemetryMiddleware"
                for app in _layers(stack)
            )
            self._stack = stack
        return self._is_instrumented

    async def _observe_request(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> None:
        original = scope["method"]
        known = original in self._known_methods
        attributes = request_attributes(scope, original if known else "_OTHER")
        metrics = self._signals.metrics.current()
        measurement = None if metrics is None else Measurement(metrics, attributes)
        parent = self._parent(scope)
        span_attributes = {**attributes, **server_attributes(scope), **url_attributes(scope)}
        if not known:
            span_attributes["http.request.method_original"] = original
        telemetry = self._begin(
            scope, parent, original if known else "HTTP", span_attributes, websocket=False
        )
        response = _Response(telemetry, measurement, attributes, receive, send)
        with _observed(telemetry, parent, scope):
            try:
                await app(scope, response.receive, response.send)
            except BaseException as error:
                telemetry.failed(error)
                response.finish(error)
                raise
            response.finish(response.incompleteness())

    async def _observe_connection(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> None:
        parent = self._parent(scope)
        attributes = connection_attributes(scope)
        telemetry = self._begin(scope, parent, "WS", attributes, websocket=True)
        with _observed(telemetry, parent, scope):
            try:
                await app(scope, receive, send)
            except BaseException as error:
                telemetry.failed(error)
                if not is_normal_disconnect(error):
                    _mark_failed(telemetry, error)
                raise
            finally:
                if telemetry.span is not None:
                    telemetry.span.end()

    def _parent(self, scope: Scope) -> Context:
        """The context the client is in, as its headers tell, when requests are traced."""
        if self._signals.tracing.current() is None:
            return otel_context.get_current()
        return propagate.extract(Headers(scope=scope), getter=self._headers)

    def _begin(
        self,
        scope: Scope,
        parent: Context,
        span_method: str,
        attributes: dict[str, AttributeValue],
        *,
        websocket: bool,
    ) -> RequestTelemetry:
        self._prepare()
        tracer = self._signals.tracing.current()
        root_path = scope.get("app_root_path", scope.get("root_path", ""))
        return RequestTelemetry(
            websocket=websocket,
            span=None
            if tracer is None
            else tracer.start_span(
                span_method, context=parent, kind=SpanKind.SERVER, attributes=attributes
            ),
            span_method=span_method,
            tracer=tracer if self._config["operation_spans"] else None,
            logger=self._signals.logs.current(),
            prefix=root_path.rstrip("/"),
            data=ExchangeData(),
        )


class _Response:
    """The response of an observed request: its telemetry ends with the last byte of it."""

    def __init__(
        self,
        telemetry: RequestTelemetry,
        measurement: Measurement | None,
        attributes: dict[str, AttributeValue],
        receive: Receive,
        send: Send,
    ) -> None:
        self._telemetry = telemetry
        self._measurement = measurement
        self._attributes = attributes
        self._receive = receive
        self._send = send
        self._status: int | None = None
        self._has_trailers = False
        self._is_disconnected = False
        self._is_finished = False

    async def receive(self) -> Message:
        """Receives, and remembers that the client has left."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._is_disconnected = True
        return message

    async def send(self, message: Message) -> None:
        """Sends, and notices the first and the last message."""
        kind = message["type"]
        if kind == "http.response.start":
            self._status = message["status"]
            self._has_trailers = message.get("trailers", False)
        await self._send(message)
        if kind == "http.response.body":
            last = not message.get("more_body", False) and not self._has_trailers
        elif kind == "http.response.trailers":
            last = not message.get("more_trailers", False)
        else:
            last = kind == "http.response.pathsend"
        if last:
            self.finish()

    def incompleteness(self) -> Exception:
        """Why a response that nobody finished was not finished."""
        if self._is_disconnected:
            return ConnectionError("Client disconnected")
        return RuntimeError("Incomplete ASGI response")

    def finish(self, error: BaseException | None = None) -> None:
        """Ends the span and the measurement, the first time it is called.

        Args:
            error: why the response is not complete.
        """
        if self._is_finished:
            return
        self._is_finished = True
        attributes = self._attributes
        telemetry = self._telemetry
        if telemetry.route is not None:
            attributes["http.route"] = telemetry.route
        if self._status is not None:
            attributes["http.response.status_code"] = self._status
        failed = error is not None or self._status is None or self._status >= 500
        if failed:
            if error is None and telemetry.failures:
                error = telemetry.failures[-1]
            attributes["error.type"] = str(self._status) if error is None else exception_type(error)
        # Measured while the span is the current one: exemplars name it.
        if self._measurement is not None:
            self._measurement.finish(attributes)
        if telemetry.span is not None:
            telemetry.span.set_attributes(attributes)
            if failed:
                telemetry.span.set_status(StatusCode.ERROR)
            telemetry.span.end()


def _mark_failed(telemetry: RequestTelemetry, error: BaseException) -> None:
    if telemetry.span is not None:
        telemetry.span.set_attribute("error.type", exception_type(error))
        telemetry.span.set_status(StatusCode.ERROR)


@contextmanager
def _observed(telemetry: RequestTelemetry, parent: Context, scope: Scope) -> Iterator[None]:
    """While it lasts, everybody finds the telemetry of a request, and its span is the current."""
    context = otel_context.set_value(TELEMETRY_KEY, telemetry, parent)
    if telemetry.span is not None:
        context = trace.set_span_in_context(telemetry.span, context)
    token = otel_context.attach(context)
    outer = current_telemetry.set(telemetry)
    scope[TELEMETRY_KEY] = telemetry
    try:
        yield
    finally:
        telemetry.close()
        scope.pop(TELEMETRY_KEY, None)
        current_telemetry.reset(outer)
        otel_context.detach(token)


def _layers(app: Any) -> Iterator[Any]:
    """An ASGI application and what is inside of it, as far as middleware shows."""
    seen: list[Any] = []
    while app is not None and not any(app is layer for layer in seen):
        seen.append(app)
        yield app
        app = getattr(app, "app", None)
