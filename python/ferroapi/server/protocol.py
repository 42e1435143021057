"""What uvicorn's option `http` names: one connection of a client."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, cast

from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl

from ferroapi._core import HTTPConnection
from ferroapi.server.access_log import ERROR_LOGGER
from ferroapi.server.options import ServerOptions
from ferroapi.server.refused_handshake import answer_refused_handshake
from ferroapi.server.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from uvicorn import Config
    from uvicorn.server import ServerState

NO_WEBSOCKETS = (
    "No supported WebSocket library detected. Please use \"pip install 'uvicorn[standard]'\", "
    "or install 'websockets' or 'wsproto' manually."
)
"""As uvicorn says it."""


UVICORNS_WEBSOCKET = "uvicorn.protocols.websockets.websockets_sansio_impl"
"""The module of uvicorn's own class for the package `websockets`."""


def websocket_class(chosen: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
    """The class of a WebSocket: the chosen one, or ours in the place of uvicorn's own."""
    if chosen.__module__ != UVICORNS_WEBSOCKET:
        return chosen
    # It needs `websockets`, which is installed where the class was chosen.
    from ferroapi.server.websocket import BoundedWebSocket

    return BoundedWebSocket


class HTTPProtocol(HTTPConnection):
    """Reads the requests of one connection, in order, and has an ASGI application answer them.

    The extension reads and writes; what happens once a connection is here.
    """

    options: ClassVar = ServerOptions()
    """What a client may do; a subclass with other options is another protocol."""

    __slots__ = ("_app_state", "_config", "_server_state", "ws_protocol_class")

    def __new__(
        cls,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> HTTPProtocol:
        """As uvicorn makes its protocols.

        Args:
            config: the settings of the server.
            server_state: the connections and the tasks of the server, and what it counts.
            app_state: what the lifespan of the application has left for its requests.
            _loop: the loop the connection is in; the running one by default.
        """
        loop = _loop or asyncio.get_event_loop()
        settings = settings_of(config, server_state, app_state, loop, cls.options)
        return super().__new__(cls, settings, server_state)

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._config = config
        self._server_state = server_state
        self._app_state = app_state
        self.ws_protocol_class = config.ws_protocol_class

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begins to read."""
        scheme = "https" if is_ssl(transport) else "http"
        self.open(transport, get_remote_addr(transport), get_local_addr(transport), scheme)

    def upgrade(
        self, protocol: bytes, head: bytes, transport: asyncio.Transport
    ) -> asyncio.Protocol | None:
        """What goes on with the connection, where it is asked for a protocol that we have.

        Args:
            protocol: what the request asks for (RFC 9110, section 7.8).
            head: the head of the request.
            transport: the connection.
        """
        if self.ws_protocol_class is None or protocol.lower() != b"websocket":
            ERROR_LOGGER.warning("Unsupported upgrade request.")
            if self.ws_protocol_class is None:
                ERROR_LOGGER.warning(NO_WEBSOCKETS)
            return None
        make = cast("Callable[..., asyncio.Protocol]", websocket_class(self.ws_protocol_class))
        websocket = make(
            config=self._config, server_state=self._server_state, app_state=self._app_state
        )
        websocket.connection_made(transport)
        websocket.data_received(head)
        answer_refused_handshake(websocket, transport)
        transport.set_protocol(websocket)
        return websocket
