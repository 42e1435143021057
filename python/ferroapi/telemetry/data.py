"""What the code of an application and OpenTelemetry's processors can read about a request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.websockets import WebSocket


@dataclass(kw_only=True)
class TelemetryData:
    """What is known of a request or connection while it is answered, to be read and not changed.

    It stays in the process: a span or log processor that copies something of it to what is
    exported decides by itself what may be seen.
    """

    request: Request | None = None
    """The request, from the moment its operation is run."""
    websocket: WebSocket | None = None
    """The WebSocket, from the moment its endpoint is run."""
    body: Any = None
    """The body as it was read, decoded but not validated."""
    values: dict[str, Any] | None = None
    """The arguments of the endpoint, when all of them are known."""
    errors: Sequence[Any] | None = None
    """The validation errors, with the inputs they are about; empty when there were none."""


class ExchangeData(TelemetryData):
    """Data of one exchange. Its body is decoded when it is asked for: usually nobody does."""

    _body: Any = None
    _decode: Callable[[], Any] | None = None

    def bind(self, connection: HTTPConnection, received_body: Callable[[], Any]) -> None:
        """Tells what this is about, when its operation is run.

        Args:
            connection: the request or the WebSocket.
            received_body: gives the body as far as it was read, decoded.
        """
        if isinstance(connection, Request):
            self.request = connection
        elif isinstance(connection, WebSocket):
            self.websocket = connection
        self._decode = received_body

    @property
    def body(self) -> Any:
        """The body as far as it was read, decoded."""
        if self._body is None and self._decode is not None:
            self._body = self._decode()
        return self._body

    @body.setter
    def body(self, body: Any) -> None:
        self._body = body
