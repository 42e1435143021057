"""ASGI applications of functions of a request or a WebSocket, with the exit stacks they need."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.status import WS_1000_NORMAL_CLOSURE, WS_1011_INTERNAL_ERROR

from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import failing
from ferroapi.connection.request import Request
from ferroapi.dependencies.callables import CallableKind, callable_kind
from ferroapi.plan.order.teardown import (
    MIDDLEWARE_STACK,
    Generators,
    refuse_to_swallow,
    run_with_teardown,
    show_stacks,
)
from ferroapi.plan.reply.sending import send_response
from ferroapi.plan.running import RUNNING_KEY, Running
from ferroapi.seams.handler_plans import with_plan

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import HTTPConnection
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.websockets import WebSocket


def exchange_of(connection: HTTPConnection) -> Exchange:
    """The state of the connection that something is solved for.

    A plan may have opened it, whose handler has called that of another route.
    """
    running: Running = connection.scope[RUNNING_KEY]
    return running.exchange(connection)


def request_response(
    func: Callable[[Request], Awaitable[Response] | Response],
) -> ASGIApp:
    """An ASGI application that sends the response `func` gives for a request.

    Dependencies of scope `function` end before it is sent, those of scope `request` afterwards.
    What is raised is answered by the exception handlers of the application. What a route's
    `get_route_handler` gives is answered by a plan.
    """
    function: Callable[..., Any] = func
    if callable_kind(func) is not CallableKind.COROUTINE:
        function = partial(_in_thread, func)

    async def respond(exchange: Exchange) -> Response:
        show_stacks(exchange)
        response: Response = await function(exchange.connection)
        return response

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        exchange.connection = Request(scope, receive, exchange.send_tracked)
        async with AsyncExitStack() as files:
            running = _open(exchange, files)
            answer = failing(scope)
            try:
                await run_with_teardown(
                    exchange, respond, _send, Generators.unknown(), swallowed=refuse_to_swallow
                )
            except Exception as error:
                await answer(error, exchange)
            finally:
                running.end()

    return with_plan(func, app)


def websocket_session(func: Callable[[WebSocket], Awaitable[None]]) -> ASGIApp:
    """An ASGI application in which `func` talks over a WebSocket.

    What it leaves open is closed with code 1000, or 1011 after an exception (RFC 6455, section
    7.4.1).
    """
    function: Callable[..., Awaitable[None]] = func

    async def talk(exchange: Exchange) -> None:
        show_stacks(exchange)
        await function(exchange.connection)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        async with AsyncExitStack() as files:
            running = _open(exchange, files)
            answer = failing(scope)
            try:
                await run_with_teardown(exchange, talk, _nothing_to_send, Generators.unknown())
            except Exception as error:
                await answer(error, exchange)
                await exchange.close(WS_1011_INTERNAL_ERROR)
            else:
                await exchange.close(WS_1000_NORMAL_CLOSURE)
                if exchange.background is not None:
                    await exchange.background()
            finally:
                running.end()

    return app


async def _in_thread(func: Callable[..., Any], request: HTTPConnection) -> Any:
    return await run_in_threadpool(func, request)


def _open(exchange: Exchange, files: AsyncExitStack) -> Running:
    # Whose middleware has put one there leaves it after everything else.
    exchange.scope.setdefault(MIDDLEWARE_STACK, files)
    return Running(exchange)


async def _send(response: Response, exchange: Exchange) -> None:
    await send_response(response, exchange)


async def _nothing_to_send(_result: None, _exchange: Exchange) -> None:
    """A dependency may still talk, and close the WebSocket, when it is left."""
