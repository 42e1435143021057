"""What `BaseHTTPMiddleware` does, with less between a request and its response.

Starlette's starts a task group for a request, in it a task for what is inside of the middleware,
and has both meet in a memory stream. Here they meet in futures of asyncio, and what the task has
set in its context is there for the middleware as well. Order, cancellation and messages are the
same.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

import anyio
from anyio.lowlevel import checkpoint
from starlette.middleware import base
from starlette.middleware.base import BaseHTTPMiddleware

from ferroapi.cancellation import (
    asyncio_task,
    cancel_scope,
    cancel_scope_of_asyncio,
    raise_cancellation,
)
from ferroapi.incomplete import INCOMPLETE, KeepsIncomplete, TellsIncomplete, is_last_message
from ferroapi.originals import has_own

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CACHED_REQUEST: Any = getattr(base, "_CachedRequest", None)
_STREAMING_RESPONSE: Any = getattr(base, "_StreamingResponse", None)
"""Private, and what users meet in `dispatch`: of other classes `isinstance` would tell them so."""

# As it was imported: what somebody has put into its place since then is called.
_CALL: Any = _STREAMING_RESPONSE and _STREAMING_RESPONSE.__call__


def dispatched(app: BaseHTTPMiddleware) -> ASGIApp:
    """What runs a middleware, and leaves responses incomplete that are left so inside of it.

    It is called as it is if its `__call__` is not Starlette's, as that was written.
    """
    if (
        type(app).__call__ is BaseHTTPMiddleware.__call__
        and has_own(BaseHTTPMiddleware, "__call__")
        and _is_original(_CACHED_REQUEST, "_CachedRequest")
        and _is_original(_STREAMING_RESPONSE, "_StreamingResponse")
    ):
        return DispatchedMiddleware(app)
    return KeepsIncomplete(app)


def _is_original(kind: Any, name: str) -> bool:
    return kind is not None and kind is getattr(base, name, None)


class DispatchedMiddleware:
    """Runs a `BaseHTTPMiddleware`; on trio it runs as it does by itself."""

    def __init__(self, app: BaseHTTPMiddleware) -> None:
        """
        Args:
            app: the middleware. Its `app` and its `dispatch_func` may be replaced at any time.
        """
        self.app = app
        self._by_itself = KeepsIncomplete(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one connection."""
        task = asyncio_task()
        if scope["type"] != "http" or task is None:
            await self._by_itself(scope, receive, send)
            return
        request = _CACHED_REQUEST(scope, receive, send)
        calls: list[_InnerCall] = []
        loop, cancelled_before = task.get_loop(), task.cancelling()
        is_over = False

        async def call_next(_request: Request) -> Response:
            if is_over:
                raise RuntimeError("The request was answered: nothing inside is called any more.")
            call = _InnerCall(request.wrapped_receive, loop)
            calls.append(call)
            call.start(self.app.app, scope)
            return await call.response(send)

        try:
            response = await self.app.dispatch_func(request, call_next)
            body = calls[-1].take_body(response) if calls else None
            if body is None:
                await response(scope, request.wrapped_receive, self._by_itself.sending(scope, send))
            else:
                await _pass_on(response, body, send)
            is_over = True
            for call in calls:
                call.release()
            for call in calls:
                await call.wait()
        except BaseException as failure:
            is_over = True
            for call in calls:
                await call.cancel()
            if isinstance(failure, Exception):
                await raise_cancellation(since=cancelled_before)
            raise
        for call in calls:
            call.raise_unseen()


class _InnerCall:
    """What is inside of middleware while it answers a request, in a task of its own."""

    _task: asyncio.Task[None]
    _context: Context
    _content: AsyncGenerator[Any, None] | None = None
    """What the response has as its body; `None` before there is one, and when it is read."""
    _is_open = False
    """Whether a response has begun, and not ended."""
    _has_begun = False
    """Whether the task has come to its turn."""

    def __init__(self, receive: Receive, loop: asyncio.AbstractEventLoop) -> None:
        self._receive = receive
        self._scope = cancel_scope_of_asyncio()()
        self._loop = loop
        self._sent: deque[tuple[Message, asyncio.Future[None]]] = deque()
        self._reader: asyncio.Future[Message | None] | None = None
        self._is_released = False
        self._release: asyncio.Event | None = None
        self._receiving: set[anyio.CancelScope] = set()
        self._ended = False
        self._end: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        """What was raised, until somebody has heard of it. Its traceback knows this object."""

    def start(self, app: Any, scope: Scope) -> None:
        """Starts the task."""
        if type(app) is TellsIncomplete:
            # What that tells is known here.
            app = app.app
        self._context = copy_context()
        self._task = self._loop.create_task(self._run(app, scope), context=self._context)

    async def _run(self, app: ASGIApp, scope: Scope) -> None:
        self._has_begun = True
        try:
            with self._scope:
                await app(scope, self._receive_or_disconnect, self._send)
        except Exception as error:
            self._error = error
        finally:
            if self._is_open:
                scope[INCOMPLETE] = True
            self._ended = True
            for waiting in (self._reader, self._end):
                if waiting is not None and not waiting.done():
                    waiting.set_result(None)

    async def _receive_or_disconnect(self) -> Message:
        """What the client sends, until the response is sent."""
        message: Message = {}
        if not self._is_released:
            with cancel_scope() as scope:
                self._receiving.add(scope)
                try:
                    message = await self._receive()
                finally:
                    self._receiving.discard(scope)
        if not self._is_released:
            return message
        # Who has waited to send goes on first, to where it is over by itself.
        for _ in range(2):
            await checkpoint()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        """Hands a message to who reads, and waits for that; after the last for its being sent."""
        is_last = is_last_message(message)
        if is_last:
            self._is_open = False
        elif message["type"] == "http.response.start":
            self._is_open = True
        if self._is_released:
            # Nobody waits for who sends without end.
            await checkpoint()
            return
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(message)
        else:
            taken = self._loop.create_future()
            entry = message, taken
            self._sent.append(entry)
            try:
                await taken
            except asyncio.CancelledError:
                if entry in self._sent:
                    self._sent.remove(entry)
                raise
        if self._is_released or not is_last:
            return
        if self._release is None:
            self._release = asyncio.Event()
        await self._release.wait()

    async def _next(self) -> Message | None:
        """The next message; `None` after the last."""
        while self._sent:
            message, taken = self._sent.popleft()
            # Who sends it may be cancelled, and has yet to hear of it.
            if not taken.done():
                taken.set_result(None)
                return message
        if self._ended:
            return None
        if self._is_released:
            raise anyio.ClosedResourceError
        self._reader = self._loop.create_future()
        try:
            return await self._reader
        finally:
            self._reader = None

    async def response(self, send: Send) -> Response:
        """The response as far as it has begun. Raises what was raised instead."""
        info = None
        while True:
            message = await self._next()
            if message is None:
                break
            if message["type"] == "http.response.debug":
                info = message["info"]
            elif message["type"] == "http.response.early_hint":
                await send(message)
            else:
                break
        self._share_context()
        if message is None:
            error, self._error = self._error, None
            if error is None:
                self._raise_fatal()
                raise RuntimeError("No response returned.")
            try:
                # As Starlette raises it: what it was raised from is its cause.
                raise error from error.__cause__ or error.__context__
            finally:
                # Its traceback has this frame.
                del error
        assert message["type"] == "http.response.start"
        self._content = self._body()
        response: Response = _STREAMING_RESPONSE(
            status_code=message["status"], content=self._content, info=info
        )
        response.raw_headers = message.get("headers", [])
        return response

    async def _body(self) -> AsyncGenerator[Any, None]:
        self._content = None
        while (message := await self._next()) is not None:
            if message["type"] == "http.response.pathsend":
                yield message
                break
            assert message["type"] == "http.response.body", f"Unexpected message: {message}"
            body = message.get("body", b"")
            if body:
                yield body
            if not message.get("more_body", False):
                break

    def take_body(self, response: Any) -> bytes | None:
        """The whole body, where `response` is that of the call, and it is complete already."""
        if not (
            self._content is not None
            and type(response) is _STREAMING_RESPONSE
            and response.body_iterator is self._content
            and response.info is response.background is None
            and _STREAMING_RESPONSE.__call__ is _CALL
            and self._sent
        ):
            return None
        message, taken = self._sent[0]
        if taken.done() or message["type"] != "http.response.body" or message.get("more_body"):
            return None
        self._sent.popleft()
        taken.set_result(None)
        self._content = None
        body: bytes = message.get("body", b"")
        return body

    def _share_context(self) -> None:
        """Sets for the middleware what was set inside of it."""
        for variable, value in self._context.items():
            if variable.get(_UNSET) is not value:
                variable.set(value)

    def release(self) -> None:
        """Tells the task that the response is sent: nobody reads any more."""
        self._is_released = True
        self._content = None
        if self._release is not None:
            self._release.set()
        for _, taken in self._sent:
            if not taken.done():
                taken.set_result(None)
        self._sent.clear()
        for scope in self._receiving:
            scope.cancel()

    async def wait(self) -> None:
        """Waits until the task has ended; whoever waits may be cancelled, and the task is not."""
        if self._task.done():
            return
        if not self._has_begun:
            # Who is cancelled before that never runs.
            await asyncio.wait((self._task,))
            return
        self._end = self._loop.create_future()
        await self._end

    async def cancel(self) -> None:
        """Cancels the task, and waits until it has ended."""
        self._scope.cancel()
        with cancel_scope(shield=True):
            while not self._task.done():
                try:
                    await self.wait()
                except asyncio.CancelledError:
                    # Whoever waits is to be cancelled, and is after this.
                    self._scope.cancel()
        if not self._task.cancelled():
            self._task.exception()
        self._content = self._error = None

    def raise_unseen(self) -> None:
        """Raises what `response` could not, as it came later or nobody waited for it."""
        self._raise_fatal()
        error, self._error = self._error, None
        if error is not None:
            try:
                raise error
            finally:
                # Its traceback has this frame.
                del error

    def _raise_fatal(self) -> None:
        if self._task.done() and not self._task.cancelled():
            self._task.result()


async def _pass_on(response: Response, body: bytes, send: Send) -> None:
    """Sends a response of which everything is there, in the messages in which it sends itself."""
    start = {"status": response.status_code, "headers": response.raw_headers}
    await send({"type": "http.response.start", **start})
    if body:
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


_UNSET: Any = object()
