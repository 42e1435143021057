"""A request while the handler of a route answers it, which may ask for more than one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request

from ferroapi.connection.exchange import AnotherExchange, Exchange
from ferroapi.plan.order.teardown import MIDDLEWARE_STACK, close_files

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import HTTPConnection
    from starlette.responses import Response

    from ferroapi.dependencies.models import Dependant

RUNNING_KEY = "ferroapi.running"
"""Where the scope has the innermost of them."""


class Running:
    """A request that is being answered, in its scope from now until `end`."""

    __slots__ = ("_first", "_is_answered", "_outer", "_reply", "dependant")

    def __init__(
        self,
        exchange: Exchange,
        dependant: Dependant | None = None,
        reply: Callable[[Exchange], Awaitable[Response]] | None = None,
    ) -> None:
        """
        Args:
            exchange: the request.
            dependant: the endpoint that `reply` answers for.
            reply: gives the response of a plan; a handler without one has it made in another way.
        """
        self.dependant = dependant
        self._reply = reply
        self._first: Exchange | None = exchange
        self._is_answered = False
        self._outer = exchange.scope.get(RUNNING_KEY)
        exchange.scope[RUNNING_KEY] = self

    def answer(self, request: Request) -> Awaitable[Response]:
        """What the handler of a route awaits to get a response that it may change."""
        assert self._reply is not None
        return self._reply(self.exchange(request))

    def exchange(self, connection: HTTPConnection) -> Exchange:
        """The state of a request that an answer is asked for.

        That of the request that came is taken once only, and only for its own scope: a handler may
        ask for several answers, at the same time too, and to requests of its own.
        """
        first = self._first
        assert first is not None, "The request of this handler has its answer"
        is_another = self._is_answered or connection.scope is not first.scope
        if is_another and isinstance(connection, Request):
            other = AnotherExchange(connection, first)
            first.scope[MIDDLEWARE_STACK].push_async_callback(_close_form, other)
            return other
        self._is_answered = True
        first.connection = connection
        return first

    def end(self) -> None:
        """Lets go of the request. Its state has the scope, so that each would keep the other."""
        first, self._first = self._first, None
        assert first is not None
        if self._outer is None:
            del first.scope[RUNNING_KEY]
        else:
            first.scope[RUNNING_KEY] = self._outer


async def _close_form(exchange: Exchange) -> None:
    await close_files(exchange.files)
