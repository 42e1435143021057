"""A stream that answers a request, whose function may still read that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi._core import check_headers
from ferroapi.originals import is_same
from ferroapi.streaming import GeneratorStream
from ferroapi.streaming.inbox import Inbox

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Send

    from ferroapi.connection.exchange import Exchange
    from ferroapi.streaming.scope import StreamScope


class ExchangeStream(GeneratorStream):
    """Shares what is received with the function of the request, and sends to the server itself."""

    _exchange: Exchange

    def _inbox(self, receive: Receive, children: StreamScope) -> Inbox:
        inbox = Inbox(receive, children, keeps=self._exchange.is_shared)
        self._exchange.share(inbox)
        return inbox

    def _innermost(self, send: Send) -> Send:
        tracked = is_same(send, self._exchange.send_tracked)
        return self._exchange.send if tracked else send

    def _start(self) -> Message:
        check_headers(self.raw_headers)
        self._exchange.started = True
        return super()._start()
