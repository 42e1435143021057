"""One request and its response, which is read while the application still sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel

if TYPE_CHECKING:
    import httpx2 as httpx
else:
    from starlette.testclient import httpx  # the one that is installed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Message, Scope


class Exchange(httpx.AsyncByteStream):
    """The two sides of a request: `receive` and `send` of the application, a body for the client.

    The application waits in `send` until the client reads, so that an endless body can be read
    piece by piece, and nothing of it is made in advance.
    """

    def __init__(self, request: httpx.Request, *, raise_app_exceptions: bool) -> None:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        self._parts = request.stream.__aiter__()
        self._is_read = False
        self._is_head = request.method == "HEAD"
        self._raise_app_exceptions = raise_app_exceptions
        self._start: Message | None = None
        self._is_complete = False
        self._started = anyio.Event()
        self._left = anyio.Event()
        self._ended = anyio.Event()
        self._error: Exception | None = None
        self._chunks_in, self._chunks = anyio.create_memory_object_stream[bytes](0)

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Has the application answer."""
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:
            self._error = error
        finally:
            self._ended.set()
            self._started.set()
            self._left.set()
            self._chunks_in.close()

    async def response(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Waits for status and headers, which are a 500 where there are none.

        Raises:
            Exception: what the application has raised, or a `RuntimeError` for an application that
                has not answered; unless these are not to be raised.
        """
        await self._started.wait()
        if self._start is None:
            await self.aclose()
            if self._raise_app_exceptions:
                raise self._error or RuntimeError("The application has returned without a response")
            return 500, []
        return self._start["status"], list(self._start.get("headers", ()))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            yield chunk
        await self._ended.wait()
        if self._error is not None and self._raise_app_exceptions:
            raise self._error
        if self._start is not None and not self._is_complete:
            raise httpx.RemoteProtocolError("The application has left its response incomplete")

    async def aclose(self) -> None:
        """Tells the application that the client has left, and waits until it is done."""
        self.leave()
        await self._ended.wait()

    def leave(self) -> None:
        """Tells the application that the client has left."""
        self._left.set()
        self._chunks.close()

    async def _receive(self) -> Message:
        if not self._is_read:
            try:
                part = await anext(self._parts)
            except StopAsyncIteration:
                self._is_read = True
                return {"type": "http.request", "body": b"", "more_body": False}
            return {"type": "http.request", "body": part, "more_body": True}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start" and self._start is None:
            self._start = message
            self._started.set()
        elif kind == "http.response.body" and self._start is not None and not self._is_complete:
            await self._send_body(message.get("body", b""))
            if not message.get("more_body", False):
                self._is_complete = True
                self._left.set()
                self._chunks_in.close()
        else:
            raise RuntimeError(f"Unexpected ASGI message {kind!r}")

    async def _send_body(self, body: bytes) -> None:
        if not body or self._is_head:
            await anyio.lowlevel.checkpoint()
            return
        try:
            await self._chunks_in.send(bytes(body))
        except anyio.BrokenResourceError:
            # As servers do, nothing is said to who goes on sending.
            await anyio.lowlevel.checkpoint()
