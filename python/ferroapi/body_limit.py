"""A limit of the size of request bodies, counted while they are read.

The innermost limit is the one that counts: an application, the applications mounted in it and the
routes share the counter of a request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
from starlette.datastructures import Headers
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.responses import PlainTextResponse

from ferroapi.cancellation import cancel_scope
from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import fail, handling_of
from ferroapi.datastructures import DefaultPlaceholder
from ferroapi.exceptions import RequestBodyTooLarge

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COUNTER_KEY = "ferroapi.body_counter"


class AlreadyRefusedError(Exception):
    """Ends an application that began a response to a request that is refused."""


def body_limit_error(error: BaseException) -> RequestBodyTooLarge | AlreadyRefusedError | None:
    """`error` when the body limit raised it, alone or in groups that hold nothing else.

    Middleware that reads and sends in tasks of its own wraps it in groups.
    """
    if isinstance(error, ExceptionGroup):
        _, others = error.split((RequestBodyTooLarge, AlreadyRefusedError))
        if others is not None:
            return None
        found: BaseException = error.subgroup(AlreadyRefusedError) or error
        while isinstance(found, ExceptionGroup):
            found = found.exceptions[0]
        error = found
    return error if isinstance(error, (RequestBodyTooLarge, AlreadyRefusedError)) else None


def checked_body_size(max_body_size: Any) -> int | None:
    """`max_body_size` in bytes, `None` for no limit of its own, as where nobody chose one.

    Raises:
        ValueError: it is neither a non-negative integer nor `None`.
    """
    if isinstance(max_body_size, DefaultPlaceholder):
        return None
    if max_body_size is not None and (type(max_body_size) is not int or max_body_size < 0):
        raise ValueError("max_body_size must be a non-negative integer or None")
    return max_body_size


def innermost_body_limit(inner: int | None, outer: int | None) -> int | None:
    """The limit that counts: that of the inner one, be it larger or smaller, if it has one."""
    return outer if inner is None else inner


def with_body_limit(app: ASGIApp, max_body_size: int | None) -> ASGIApp:
    """`app` with bodies limited to `max_body_size` bytes; `app` itself without a limit."""
    return app if max_body_size is None else BodyLimit(app, max_body_size)


class BodyLimit:
    """Answers requests with larger bodies by the exception handlers of the application."""

    def __init__(self, app: ASGIApp, max_body_size: int) -> None:
        self.app = app
        self._max_body_size = max_body_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope[MAX_BODY_SIZE_SCOPE_KEY] = self._max_body_size
        counter: _Counter | None = scope.get(_COUNTER_KEY)
        if counter is None:
            await self._count(scope, receive, send)
            return
        counter.limit = self._max_body_size
        if counter.received > counter.limit:
            # Middleware read it all before the route was known.
            await _refuse(RequestBodyTooLarge(), Exchange(scope, receive, send), scope.get("app"))
        else:
            await self.app(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        counter = _Counter(scope, receive, send, self._max_body_size)
        scope[_COUNTER_KEY] = counter
        try:
            await self.app(scope, counter.receive, counter.send)
        except Exception as error:
            refusal = body_limit_error(error)
            if refusal is None or (isinstance(refusal, RequestBodyTooLarge) and counter.started):
                raise
            if isinstance(refusal, RequestBodyTooLarge):
                exchange = Exchange(scope, receive, send)
                await _refuse(refusal, exchange, counter.application)
        finally:
            del scope[_COUNTER_KEY]


class _Counter:
    """Counts one body, whatever its declared length says."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        self.limit = limit
        self.received = 0
        self.started = False
        # A mounted application puts itself into the scope.
        self.application = scope.get("app")
        self._refusal: anyio.Event | None = None
        self._declared = _declared_length(scope)
        self._scope = scope
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        """The next message, counted; that the client has left once the request was refused.

        Raises:
            RequestBodyTooLarge: this message, or the declared length, is beyond the limit.
        """
        if self._refusal is not None:
            # A stream that hears of an error would stop who sends the refusal.
            await self._refusal.wait()
            return {"type": "http.disconnect"}
        if self._declared > self.limit:
            raise RequestBodyTooLarge
        message = await self._receive()
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            if self.received > self.limit:
                raise RequestBodyTooLarge
        return message

    async def send(self, message: Message) -> None:
        """Sends, unless the response ignores that the declared length is beyond the limit.

        Raises:
            AlreadyRefusedError: it was refused instead.
        """
        if message["type"] == "http.response.start":
            self.started = True
            # 413 may answer what `receive` raised; 500 tells of an error that has to be seen.
            if self._declared > self.limit and message["status"] not in (413, 500):
                exchange = Exchange(self._scope, self._receive, self._send)
                self._refusal = anyio.Event()
                try:
                    # A response that also receives, in a task group, has heard of it before.
                    with cancel_scope(shield=True):
                        await _refuse(RequestBodyTooLarge(), exchange, self.application)
                finally:
                    self._refusal.set()
                raise AlreadyRefusedError
        await self._send(message)


def _declared_length(scope: Scope) -> int:
    """The declared length in bytes; 0 when there is none, or none that can be read."""
    try:
        return int(Headers(scope=scope).get("content-length", 0))
    except ValueError:
        return 0


async def _refuse(error: RequestBodyTooLarge, exchange: Exchange, application: Any) -> None:
    scope = exchange.scope
    handling = handling_of(scope) if scope.get("app") is application else None
    try:
        if handling is not None:
            await handling.answer(error, exchange)
        else:
            await fail(error, exchange, application)
    except RequestBodyTooLarge:
        # A router without one of our applications around it.
        response = PlainTextResponse(error.detail, error.status_code)
        await response(exchange.scope, exchange.receive, exchange.send)
