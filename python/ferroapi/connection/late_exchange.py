"""The exchange of a request that has no plan, made when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi.connection.exchange import Exchange
from ferroapi.response_headers import check_start

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.types import Message, Receive, Scope, Send


class LateExchange:
    """Sends what an application sends, and gives the exchange to who answers its failure.

    Few requests fail: that of a request is made for those that do.
    """

    __slots__ = ("_exchange", "_receive", "_scope", "_send", "_started")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._started = False
        self._exchange = None if scope["type"] == "http" else Exchange(scope, receive, send)

    def send(self, message: Message) -> Awaitable[None]:
        """Sends. Raises `RuntimeError` for a header that cannot be sent, and sends nothing then."""
        if self._exchange is not None:
            return self._exchange.send_tracked(message)
        if message["type"] == "http.response.start":
            check_start(message)
            self._started = True
        return self._send(message)

    def exchange(self) -> Exchange:
        """The exchange, which knows how far the response is."""
        if self._exchange is None:
            self._exchange = Exchange(self._scope, self._receive, self._send)
            self._exchange.started = self._started
        return self._exchange
