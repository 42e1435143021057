"""One request and its response while a plan runs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.background import BackgroundTasks as StarletteBackgroundTasks
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.requests import Request as StarletteRequest
from starlette.websockets import WebSocketDisconnect, WebSocketState

from ferroapi.background import BackgroundTasks
from ferroapi.connection.body import read_body
from ferroapi.connection.request import Request
from ferroapi.connection.response import response_to_inject
from ferroapi.connection.websocket import WebSocket
from ferroapi.release import Release
from ferroapi.response_headers import check_start
from ferroapi.security_scopes import SecurityScopes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from starlette.responses import Response
    from starlette.types import Message, Receive, Scope, Send

    from ferroapi._core import MultipartForm, UrlencodedForm
    from ferroapi.dependencies.models import Injected
    from ferroapi.exit_stack import ExitStack
    from ferroapi.streaming.inbox import Inbox


class Exchange:
    """The state of one request. Starlette's objects are made when somebody asks for them."""

    __slots__ = (
        "_connection",
        "_form",
        "_handshake",
        "_received",
        "_release",
        "_response",
        "background",
        "body",
        "function_stack",
        "inbox",
        "is_shared",
        "receive",
        "received_form",
        "refused",
        "request_stack",
        "scope",
        "send",
        "started",
    )

    function_stack: ExitStack
    request_stack: ExitStack
    refused: Any
    """What the plan has refused that reads the request once more. Set for that only."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        body: bytes | None = None,
        received_form: UrlencodedForm | MultipartForm | None = None,
    ) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.started = False
        self.body = body
        self.received_form = received_form
        self._form: FormData | None = None
        self.inbox: Inbox | None = None
        self.is_shared = False
        self.background: StarletteBackgroundTasks | None = None
        self._connection: HTTPConnection | None = None
        self._handshake: Handshake | None = None
        self._response: Response | None = None

    @property
    def connection(self) -> HTTPConnection:
        """The `Request` or the `WebSocket` of this exchange, always the same object."""
        if self._connection is None:
            failures = getattr(self.scope.get("app"), "_failures", None)
            if failures is not None:
                failures.show_in(self.scope)
            if self.scope["type"] == "websocket":
                self._connection = self._websocket()
            else:
                self._received = Received(
                    self.receive if self.inbox is None else self.inbox.receive
                )
                request = self._connection = Request(self.scope, self._received, self.send)
                if self.body is not None:
                    request.keep_body(self.body)
                elif self.received_form is not None or self._form is not None:
                    form = self.form
                    assert form is not None
                    request.keep_form(form)
        return self._connection

    @connection.setter
    def connection(self, connection: HTTPConnection) -> None:
        self._connection = connection

    @property
    def form(self) -> FormData | None:
        """The form, when it was read."""
        if self._form is None and self.received_form is not None:
            self._form = FormData([*self.received_form.pairs()])
        return self._form

    @form.setter
    def form(self, form: FormData) -> None:
        self._form = form

    @property
    def files(self) -> Sequence[UploadFile]:
        """The files of the form that there are objects of."""
        if self.received_form is not None:
            return self.received_form.files()
        return [] if self._form is None else files_of(self._form)

    @property
    def has_connection(self) -> bool:
        """Whether somebody asked for the connection already."""
        return self._connection is not None

    @property
    def has_read_cookies(self) -> bool:
        """Whether somebody asked the connection for its cookies, and may have changed them."""
        return self._connection is not None and "_cookies" in vars(self._connection)

    @property
    def has_read_json(self) -> bool:
        """Whether somebody asked the connection for the decoded body, and may have changed it."""
        return self._connection is not None and "_json" in vars(self._connection)

    def read_json(self, decoded: Any) -> Any:
        """What the connection has given to who asked it for the body, else `decoded`."""
        return vars(self._connection)["_json"] if self.has_read_json else decoded

    @property
    def response(self) -> Response:
        """The response whose headers, cookies and status are merged into the one that is sent."""
        if self._response is None:
            self._response = response_to_inject()
        return self._response

    @response.setter
    def response(self, response: Response) -> None:
        self._response = response

    @property
    def chosen_status(self) -> int | None:
        """The status a dependency or the endpoint set on the injected response."""
        return None if self._response is None else self._response.status_code

    @property
    def chosen_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers a dependency or the endpoint set on the injected response."""
        return [] if self._response is None else self._response.raw_headers

    @property
    def release(self) -> Release:
        """What ends dependencies early, always the same object."""
        if not hasattr(self, "_release"):
            # Not set by the constructor: hardly any request has one.
            self._release = Release()
        return self._release

    def inject(self, kind: Injected, oauth_scopes: list[str]) -> Any:
        """The object a parameter of that kind gets."""
        if kind == "response":
            return self.response
        if kind == "background_tasks":
            if self.background is None:
                self.background = BackgroundTasks()
            return self.background
        if kind == "security_scopes":
            return SecurityScopes([*oauth_scopes])
        if kind == "release":
            return self.release
        self.is_shared = True
        return self.connection

    async def read_body(self) -> bytes:
        """The whole request body.

        Raises:
            ClientDisconnect: the client left before its end.
            RequestBodyTooLarge: it is larger than one that is read as a whole may be.
        """
        if isinstance(self._connection, StarletteRequest):
            # Its own class may decode what it reads, and later readers share what it keeps.
            self.body = await self._connection.body()
        elif self.body is None:
            self.body = await read_body(self.receive, self.scope)
        return self.body

    def share(self, inbox: Inbox) -> None:
        """Has the connection receive what `inbox` keeps for it: another receives in its place."""
        self.inbox = inbox
        if hasattr(self, "_received"):
            self._received.receive = inbox.receive

    def send_tracked(self, message: Message) -> Awaitable[None]:
        """Sends, and remembers that the response has started, or that a WebSocket is open.

        Raises:
            RuntimeError: it starts with a header that cannot be sent. Nothing has started then.
        """
        if not self.started:
            kind = message["type"]
            if kind == "http.response.start":
                check_start(message)
                self.started = True
            elif kind in _OF_HANDSHAKES:
                return self._with_handshake()(message)
        return self.send(message)

    def _with_handshake(self) -> Handshake:
        if self._handshake is None:
            self._handshake = Handshake(self.send)
        return self._handshake

    @property
    def open(self) -> bool:
        """Whether it is of a WebSocket that was accepted, and not closed by who accepted it."""
        return self._handshake is not None and self._handshake.is_open

    def _websocket(self) -> WebSocket:
        # A message of data changes nothing that is tracked.
        websocket = WebSocket(self.scope, self.receive, self._with_handshake(), self.send)
        if self.open:
            # Another object has accepted it.
            websocket.client_state = websocket.application_state = WebSocketState.CONNECTED
        return websocket

    def is_left(self, error: Exception) -> bool:
        """Whether `error` says no more than that the client of a stream has left."""
        if self.inbox is None or self.inbox.left is None:
            return False
        if isinstance(error, ExceptionGroup):
            return error.split(ClientDisconnect)[1] is None
        return isinstance(error, ClientDisconnect)

    async def close(self, code: int) -> None:
        """Closes a WebSocket that was accepted and left open. Servers then send no close frame.

        Args:
            code: the close code of RFC 6455, section 7.4.1.
        """
        if (
            self.open
            and isinstance(websocket := self.connection, WebSocket)
            and websocket.client_state is not WebSocketState.DISCONNECTED
        ):
            # Whom this is for may be gone.
            with suppress(OSError, RuntimeError, WebSocketDisconnect):
                await websocket.close(code)


class AnotherExchange(Exchange):
    """The state of one more request that a route's handler has the same message answered for."""

    __slots__ = ("_first",)

    def __init__(self, request: StarletteRequest, first: Exchange) -> None:
        """
        Args:
            request: what the handler asks the answer for.
            first: the state of the request that came, which knows what is left open.
        """
        super().__init__(request.scope, request.receive, first.send)
        self.connection = request
        self.function_stack = first.function_stack
        self.request_stack = first.request_stack
        self._first = first

    def share(self, inbox: Inbox) -> None:
        """As for the first, which is asked whether the client has left."""
        super().share(inbox)
        self._first.inbox = inbox


class Handshake:
    """What a WebSocket sends by, and whether it is open. As `Received`, it knows no exchange."""

    __slots__ = ("_send", "is_open")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.is_open = False

    def __call__(self, message: Message) -> Awaitable[None]:
        """Sends. Raises `RuntimeError` for a header that cannot be sent, and sends nothing then."""
        kind = message["type"]
        if kind == "websocket.accept":
            check_start(message)
            # It may still be closed by what handles an exception.
            self.is_open = True
        elif kind == "websocket.http.response.start":
            check_start(message)
        elif kind == "websocket.close":
            self.is_open = False
        return self._send(message)


_OF_HANDSHAKES = frozenset({"websocket.accept", "websocket.close", "websocket.http.response.start"})


class Received:
    """What a request receives by. It knows nothing of the exchange: the two of them would be a
    circle, which only a garbage collection frees."""

    __slots__ = ("receive",)

    def __init__(self, receive: Receive) -> None:
        self.receive = receive

    def __call__(self) -> Awaitable[Message]:
        return self.receive()


def files_of(form: FormData) -> list[UploadFile]:
    """The files of a form, in their order."""
    return [item for _, item in form.multi_items() if isinstance(item, UploadFile)]
