"""The WebSocket object that an endpoint gets."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.status import WS_1003_UNSUPPORTED_DATA, WS_1006_ABNORMAL_CLOSURE
from starlette.websockets import WebSocket as StarletteWebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from ferroapi.cookies import CookieReading
from ferroapi.exceptions import WebSocketException
from ferroapi.originals import has_own, methods_unreplaced

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.types import Message, Receive, Scope, Send

CLOSE_REASON_BYTES = 123
"""A close frame has 125 bytes, two of them for the code (RFC 6455, section 5.5)."""

_DECIDING = frozenset({"application_state", "client_state", "receive", "send"})


class WrongFrameError(WebSocketException, KeyError):
    """A client sent a binary frame where text is expected, or text where bytes are.

    Unless it is caught, the connection is closed with code 1003 (RFC 6455, section 7.4.1). It is
    also the `KeyError` that Starlette raises.
    """

    def __init__(self, expected: str) -> None:
        super().__init__(WS_1003_UNSUPPORTED_DATA, f"Expected {expected}")
        self.args = (expected,)


class WebSocket(CookieReading, StarletteWebSocket):
    """Starlette's, with what is called for each message written out.

    While both sides are connected there is nothing to check before a message, and one coroutine
    does what takes Starlette's three. Only data has `text` or `bytes` (ASGI), so that the type of a
    message that has it need not be read. Everything else is left to Starlette, with the message
    that was received, if there is one.

    A `super()`, a key that is read or a check takes a twentieth of the time of a message each.
    Slots beside Starlette's `__dict__` would as well: Python 3.13 then looks each method up anew.
    """

    _incoming: Receive | None
    """The server's, while there is nothing to check. No method of its own: an object that refers to
    itself waits for the garbage collector."""
    _outgoing: Send | None
    """The same for what is sent."""

    def __new__(cls, *_arguments: Any, **_named: Any) -> WebSocket:
        kind = cls if cls is not WebSocket or _unreplaced() else _with_replaced()
        return StarletteWebSocket.__new__(kind)

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, send_data: Send | None = None
    ) -> None:
        """
        Args:
            scope: the ASGI scope of a WebSocket.
            receive: gives the client's messages.
            send: takes all messages.
            send_data: takes those of type `websocket.send` in its place.
        """
        self._server_receive = receive
        self._server_send = send if send_data is None else send_data
        self._unread = unread = _Unread(receive)
        # Of a subclass, or of whoever has put something else into Starlette's class.
        kind = type(self)
        self._is_overridden = kind.receive is not _RECEIVE or kind.send is not _SEND
        super().__init__(scope, unread, send)

    def __setattr__(self, name: str, value: Any) -> None:
        # Two dozen times a connection: `super()` would be a seventh of what it takes to set one up.
        StarletteWebSocket.__setattr__(self, name, value)
        if name in _DECIDING:
            if name in ("receive", "send"):
                self._is_overridden = True
            self._decide()

    def _decide(self) -> None:
        """Whether messages take the short way from now on."""
        connected = WebSocketState.CONNECTED
        sends = not self._is_overridden and getattr(self, "application_state", None) is connected
        receives = sends and getattr(self, "client_state", None) is connected
        self._outgoing = self._server_send if sends else None
        self._incoming = self._server_receive if receives else None

    async def _receive_checked(self) -> Message:
        if self.application_state is not WebSocketState.CONNECTED:
            # Raises, before it receives anything.
            await StarletteWebSocket.receive_text(self)
        message = await self.receive()
        if message["type"] == "websocket.disconnect":
            raise _disconnect(message)
        # The handshake may come here, too: it is no data that is expected.
        return {**message, "type": "websocket.receive"}

    async def _send_checked(self, message: Message) -> None:
        await self.send(message)

    async def _refuse(self, message: Message, expected: str) -> NoReturn:
        """Raises what a message means that has nothing under the key `expected`.

        If it is no data, that is what Starlette raises. Its own methods would look at the state
        again, which may have changed meanwhile: by whoever sent to the client that left, or has
        received that it did.
        """
        kind = message["type"]
        if kind == "websocket.receive":
            raise WrongFrameError(expected)
        if kind == "websocket.disconnect":
            self.client_state = WebSocketState.DISCONNECTED
            raise _disconnect(message)
        self._unread.message = message
        raise _disconnect(await StarletteWebSocket.receive(self))

    async def receive_text(self) -> str:
        """The text of the next message.

        Raises:
            WebSocketDisconnect: the client has closed the connection or is gone.
            WebSocketException: code 1003, the message is not text.
            RuntimeError: nothing can be received now.
        """
        message = await (self._incoming or self._receive_checked)()
        try:
            text: str | None = message["text"]
        except KeyError:
            text = None
        if text is None:
            await self._refuse(message, "text")
        return text

    async def receive_bytes(self) -> bytes:
        """The bytes of the next message.

        Raises:
            WebSocketDisconnect: the client has closed the connection or is gone.
            WebSocketException: code 1003, the message is text.
            RuntimeError: nothing can be received now.
        """
        message = await (self._incoming or self._receive_checked)()
        try:
            data: bytes | None = message["bytes"]
        except KeyError:
            data = None
        if data is None:
            await self._refuse(message, "bytes")
        return data

    async def receive_json(self, mode: str = "text") -> Any:
        """The value of the next message, which is JSON.

        Args:
            mode: whether the message is `text` or `binary`.

        Raises:
            WebSocketDisconnect: the client has closed the connection or is gone.
            WebSocketException: code 1003, the message is not of that mode.
            RuntimeError: nothing can be received now, or there is no such mode.
            ValueError: the message is not JSON.
        """
        if mode not in ("text", "binary"):
            return await StarletteWebSocket.receive_json(self, mode)
        message = await (self._incoming or self._receive_checked)()
        expected = "text" if mode == "text" else "bytes"
        data = message.get(expected)
        if data is None:
            await self._refuse(message, expected)
        return json.loads(data if mode == "text" else data.decode())

    async def send_text(self, data: str) -> None:
        """Sends a message of text.

        Raises:
            WebSocketDisconnect: the client is gone.
            RuntimeError: nothing can be sent now.
        """
        try:
            await (self._outgoing or self._send_checked)({"type": "websocket.send", "text": data})
        except OSError as error:
            self._raise_lost(error)

    async def send_bytes(self, data: bytes) -> None:
        """Sends a message of bytes.

        Raises:
            WebSocketDisconnect: the client is gone.
            RuntimeError: nothing can be sent now.
        """
        try:
            await (self._outgoing or self._send_checked)({"type": "websocket.send", "bytes": data})
        except OSError as error:
            self._raise_lost(error)

    async def send_json(self, data: Any, mode: str = "text") -> None:
        """Sends a value as JSON.

        Args:
            data: what `json.dumps` takes, and models, dates and all else that `jsonable_encoder`
                does.
            mode: whether it is sent as `text` or as `binary`.

        Raises:
            WebSocketDisconnect: the client is gone.
            RuntimeError: nothing can be sent now, or there is no such mode.
            TypeError: there is no JSON for the value.
        """
        try:
            text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
        except TypeError as error:
            data = _encoded(data, error)
            text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
        if mode != "text":
            await StarletteWebSocket.send_json(self, data, mode)
            return
        try:
            await (self._outgoing or self._send_checked)({"type": "websocket.send", "text": text})
        except OSError as error:
            self._raise_lost(error)

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Closes the connection, or refuses it when it was not accepted.

        Args:
            code: the close code of RFC 6455, section 7.4.
            reason: cut to what a close frame holds, 123 bytes of UTF-8.
        """
        if reason and self.application_state is WebSocketState.CONNECTED:
            reason = close_reason(reason)
        await super().close(code, reason)

    def _raise_lost(self, error: OSError) -> NoReturn:
        """Raises what an `error` of the server's `send` means; one of another `send` as it is."""
        if self._is_overridden:
            raise error
        self.application_state = WebSocketState.DISCONNECTED
        raise WebSocketDisconnect(code=WS_1006_ABNORMAL_CLOSURE) from error


class _Unread:
    """Gives the server's messages, first one that was taken before, if there is one."""

    __slots__ = ("_receive", "message")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.message: Message | None = None

    def __call__(self) -> Awaitable[Message]:
        message, self.message = self.message, None
        return self._receive() if message is None else _given(message)


_RECEIVE, _SEND = StarletteWebSocket.receive, StarletteWebSocket.send

_OF_DATA = ("receive_text", "receive_bytes", "receive_json", "send_text", "send_bytes", "send_json")
"""What is written out above."""

_unreplaced = methods_unreplaced(StarletteWebSocket, *_OF_DATA)


def _replaced() -> dict[str, Any]:
    """What somebody has put into Starlette's class in the place of its methods, by their names."""
    return {
        name: vars(StarletteWebSocket)[name]
        for name in _OF_DATA
        if not has_own(StarletteWebSocket, name)
    }


def _with_replaced() -> type[WebSocket]:
    """The class with these methods in the place of its own: looking for them costs no message."""
    # By identity: proxies are equal to what they are for. The class keeps what it is known by.
    return _made_with(*((name, id(method)) for name, method in _replaced().items()))


@lru_cache(maxsize=1)
def _made_with(*_names_and_identities: tuple[str, int]) -> type[WebSocket]:
    return type(WebSocket.__name__, (WebSocket,), _replaced())


def close_reason(text: str) -> str:
    """As many whole characters of `text` as a close frame holds."""
    return text.encode()[:CLOSE_REASON_BYTES].decode(errors="ignore")


def _encoded(data: Any, error: TypeError) -> Any:
    """`data` as `json.dumps` takes it. Raises `error` when there is no such form."""
    from ferroapi.encoders import jsonable_encoder

    try:
        return jsonable_encoder(data)
    except ValueError:
        raise error from None


async def _given(message: Message) -> Message:
    return message


def _disconnect(message: Message) -> WebSocketDisconnect:
    return WebSocketDisconnect(message["code"], message.get("reason"))
