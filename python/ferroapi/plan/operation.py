"""The plan of a path operation: one request from its scope to its last byte."""

from __future__ import annotations

import inspect
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from ferroapi.body_limit import BodyLimit
from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import fail
from ferroapi.connection.request import Request as OwnRequest
from ferroapi.dependencies.callables import CallableKind
from ferroapi.exceptions import EndpointContext
from ferroapi.exit_stack import ExitStack
from ferroapi.plan.cancellation import Cancellation
from ferroapi.plan.order.teardown import (
    MIDDLEWARE_STACK,
    Generators,
    close_files,
    refuse_to_swallow,
    run_with_teardown,
    show_stacks,
)
from ferroapi.plan.reading.parameters import reads_itself
from ferroapi.plan.reply.json_response import json_response_maker
from ferroapi.plan.reply.sending import send_reply
from ferroapi.plan.reply.serialization import Reply, Serializer, json_headers
from ferroapi.plan.running import Running
from ferroapi.plan.writing.function import write_function
from ferroapi.plan.writing.interface import Asgi, Direct
from ferroapi.plan.writing.reply import reply_function
from ferroapi.threads import run_in_thread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi._core import DirectRequest
    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.reply.serialization import Serialize
    from ferroapi.plan.solver import Solver
    from ferroapi.plan.writing.interface import Interface


def endpoint_context(call: Any) -> EndpointContext:
    """Function, file and line of an endpoint, for the errors that name it."""
    context: EndpointContext = {}
    try:
        source = inspect.getsourcefile(call)
        if source is not None:
            context["file"] = source
        context["line"] = inspect.getsourcelines(call)[1]
        name = getattr(call, "__name__", None)
        if name is not None:
            context["function"] = name
    except Exception:
        # Code without a file or with another one, or a callable that is no function.
        return {}
    return context


def endpoint_context_later(call: Any) -> Callable[[], EndpointContext]:
    """`endpoint_context` for when there is an error: it reads the source of the endpoint."""
    return cache(partial(endpoint_context, call))


def written(plan: ASGIApp) -> ASGIApp:
    """A plan as one function where that is possible, else as it is."""
    if isinstance(plan, (BodyLimit, Cancellation)):
        plan.app = written(plan.app)
    elif isinstance(plan, OperationPlan):
        return plan.as_function()
    return plan


class OperationPlan:
    """Runs one operation. Called as an ASGI application after its route matched."""

    __slots__ = (
        "_allowed",
        "_call",
        "_headers",
        "_json_response",
        "_replies",
        "generators",
        "handler",
        "kind",
        "serialize",
        "solver",
        "status_code",
        "steps",
    )

    def __init__(
        self,
        *,
        steps: tuple[Step, ...],
        solver: Solver,
        serialize: Serialize,
        status_code: int | None,
        handler: Callable[[Request], Awaitable[Response]] | None = None,
    ) -> None:
        """
        Args:
            steps: the dependencies and the endpoint.
            solver: gets the endpoint's arguments.
            serialize: makes the reply of what the endpoint returned.
            status_code: the declared status; 200 when there is none.
            handler: a custom route handler, which asks what is `Running` for the reply.
        """
        self.steps = steps
        self.kind = steps[-1].kind
        self.solver = solver
        self.serialize = serialize
        self.status_code = 200 if status_code is None else status_code
        self.handler = handler
        self.generators = Generators(steps, has_handler=handler is not None)
        self._call = steps[-1].dependant.call
        self._json_response: Callable[[bytes], Response] | None = None
        self._replies: Callable[[Exchange], Awaitable[Reply]] | None = None
        self._allowed, self._headers = json_headers(self.status_code)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request, its errors included."""
        exchange = Exchange(scope, receive, send)
        files: ExitStack | None = None
        running: Running | None = None
        work: Callable[[Exchange], Awaitable[Reply]] | None
        try:
            if self.handler is not None:
                running = Running(exchange, self.steps[-1].dependant, self.handle)
                if MIDDLEWARE_STACK not in scope:
                    files = scope[MIDDLEWARE_STACK] = ExitStack()
                work = self._handled
            elif self.generators.any:
                work = self._replies or self._compile()
            else:
                work = None
            if work is not None:
                await run_with_teardown(
                    exchange, work, self._send, self.generators, swallowed=refuse_to_swallow
                )
            else:
                await self._send(await self._reply(exchange), exchange)
        except Exception as error:
            await fail(error, exchange)
        finally:
            if running is not None:
                running.end()
            if files_of_form := exchange.files:
                await close_files(files_of_form)
            if files is not None and not files.is_empty:
                await files.aclose()

    def as_function(self) -> ASGIApp:
        """The same as one function where that is possible, else the plan itself."""
        return self._written(Asgi()) or self

    def as_direct_function(
        self, application: Any
    ) -> Callable[[DirectRequest], Awaitable[None]] | None:
        """The same as one function that is given what our server has read, where possible."""
        # Others are refused where they are sent.
        return self._written(Direct(application)) if self.status_code in range(200, 1000) else None

    def _written(self, interface: Interface) -> Callable[..., Awaitable[None]] | None:
        solver = self.solver
        if self.handler is not None or solver.shortcut is None or self.generators.any:
            return None
        return write_function(
            interface,
            self.steps,
            solver.shortcut,
            self.serialize,
            self.answer_exactly,
            self,
            form_limits=solver.form_limits,
            title=solver.title,
            status_code=self.status_code,
            strict_content_type=solver.strict_content_type,
        )

    async def answer_exactly(self, exchange: Exchange, done: Sequence[Any] = ()) -> None:
        """Answers the request in the exact order. Raises what there is no response to.

        Args:
            exchange: the request.
            done: what the first steps have given already.
        """
        await self._send(await self._reply_exactly(exchange, done), exchange)

    async def handle(self, exchange: Exchange) -> Response:
        """The response a custom route handler may change."""
        # What the handler has read it may have changed.
        is_changed = exchange.has_read_cookies or exchange.has_read_json
        is_plain = type(exchange.connection) is OwnRequest or not reads_itself(exchange)
        reply = await (self._reply if is_plain and not is_changed else self._reply_exactly)(
            exchange
        )
        if not isinstance(reply, bytes):
            return reply
        if self._json_response is None:
            assert isinstance(self.serialize, Serializer)
            self._json_response = json_response_maker(self.serialize.json_class, self.status_code)
        return self._json_response(reply)

    def _reply(self, exchange: Exchange) -> Awaitable[Reply]:
        """The reply, to be awaited at once."""
        return (self._replies or self._compile())(exchange)

    def _compile(self) -> Callable[[Exchange], Awaitable[Reply]]:
        solver = self.solver
        shortcut = solver.shortcut
        if shortcut is None or shortcut.reads_form:
            self._replies = self._reply_in_order
        else:
            self._replies = reply_function(
                self.steps,
                shortcut,
                self.serialize,
                self._reply_exactly,
                title=solver.title,
                strict_content_type=solver.strict_content_type,
            )
        return self._replies

    def source(self) -> str:
        """The Python source of what gives a reply, or its arguments where that is all there is."""
        replies = self._replies or self._compile()
        return (
            self.solver.source() if replies == self._reply_in_order else inspect.getsource(replies)
        )

    async def _reply_in_order(self, exchange: Exchange) -> Reply:
        return await self._reply_to(await self.solver.solve(exchange), exchange)

    async def _reply_exactly(self, exchange: Exchange, done: Sequence[Any] = ()) -> Reply:
        arguments = await self.solver.solve_exactly(exchange, done)
        return await self._reply_to(arguments, exchange)

    async def _reply_to(self, arguments: dict[str, Any], exchange: Exchange) -> Reply:
        if self.kind is CallableKind.COROUTINE:
            return self.serialize(await self._call(**arguments), exchange)
        if self.kind is CallableKind.THREAD:
            call = partial(self._run_in_thread, arguments, exchange)
            return await run_in_thread(call, exchange.scope.get("app"))
        return self.serialize(self._call(**arguments), exchange)

    def _run_in_thread(self, arguments: dict[str, Any], exchange: Exchange) -> Reply:
        return self.serialize(self._call(**arguments), exchange)

    def _send(self, reply: Reply, exchange: Exchange) -> Awaitable[None]:
        if isinstance(reply, bytes):
            return self._send_json(reply, exchange)
        return send_reply(reply, exchange)

    async def _send_json(self, reply: bytes, exchange: Exchange) -> None:
        # Middleware may add to the list.
        headers = [*self._headers]
        if self._allowed:
            headers = [(b"content-length", b"%d" % len(reply)), *headers]
        exchange.started = True
        send = exchange.send
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": reply if self._allowed else b""})

    def _handled(self, exchange: Exchange) -> Awaitable[Reply]:
        """What the route handler gives, to be awaited at once."""
        show_stacks(exchange)
        handler = self.handler
        assert handler is not None
        # Its class asks Python code of the standard library who is an instance.
        request: Any = exchange.connection
        return handler(request)
