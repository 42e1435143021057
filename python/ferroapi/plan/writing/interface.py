"""How a written function gets at a request: by ASGI, by an exchange, or from our server directly.

Whatever else the function does is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ferroapi._core import has_json_body
from ferroapi.connection.exchange import read_body

if TYPE_CHECKING:
    from ferroapi._core import Header, Parameters
    from ferroapi.plan.writing.source import Source


class Interface(Protocol):
    """How a function gets at a request and sends its response."""

    parameters: str
    """Those of the function."""
    scope: str
    """The expression for the ASGI scope."""
    receive: str
    """The expression for what receives."""
    send: str
    """The expression for what sends."""

    def extract(self, source: Source, index: int, parameters: Parameters) -> str:
        """The expression for the values of parameters."""
        ...

    def write_read(self, source: Source, target: str) -> None:
        """Writes the reading of the whole body into `target`."""

    def has_json_body(self, source: Source) -> str:
        """The expression for what `has_json_body` says."""
        ...

    def write_send(
        self, source: Source, status_code: int, headers: list[Header], body: str | None
    ) -> None:
        """Writes the sending of a whole response.

        Args:
            source: what is written.
            status_code: the status.
            headers: those of the response, without its length.
            body: the expression for the body; `None` where the status has none.
        """


class Asgi:
    """The function is an ASGI application."""

    parameters = "scope, receive, send"
    scope = "scope"
    receive = "receive"
    send = "send"

    def extract(self, source: Source, index: int, parameters: Parameters) -> str:
        """Reads the scope."""
        extract = source.name(f"extract_{index}", parameters.extract)
        return f'{extract}(scope["path_params"], scope["query_string"], scope["headers"])'

    def write_read(self, source: Source, target: str) -> None:
        """Receives messages."""
        source.name("read_body", read_body)
        source.line(f"{target} = await read_body(receive)")

    def has_json_body(self, source: Source) -> str:
        """Reads the headers of the scope."""
        source.name("has_json_body", has_json_body)
        return 'has_json_body(scope["headers"])'

    def write_send(
        self, source: Source, status_code: int, headers: list[Header], body: str | None
    ) -> None:
        """Sends two messages."""
        listed = [source.name(f"header_{number}", header) for number, header in enumerate(headers)]
        if body is not None:
            listed.insert(0, f'(b"content-length", b"%d" % len({body}))')
        start = f'"status": {status_code}, "headers": [{", ".join(listed)}]'
        source.line(f'await send({{"type": "http.response.start", {start}}})')
        content = 'b""' if body is None else body
        source.line(f'await send({{"type": "http.response.body", "body": {content}}})')


class Exchanged(Asgi):
    """The function is given an exchange, and its scope."""

    receive = "exchange.receive"
    send = "exchange.send"

    def write_read(self, source: Source, target: str) -> None:
        """Has the exchange receive and keep it."""
        source.line(f"{target} = await exchange.read_body()")


class Direct:
    """The function answers a request that our server has read, without ASGI in between."""

    parameters = "request"
    scope = "request.scope"
    receive = "request.receive"
    send = "request.send"

    def extract(self, source: Source, index: int, parameters: Parameters) -> str:
        """Reads the head."""
        return f"request.extract({source.name(f'parameters_{index}', parameters)})"

    def write_read(self, source: Source, target: str) -> None:
        """Takes the body, and only waits for what has not come yet."""
        source.name("read_body", read_body)
        source.line(f"{target} = request.take_body()")
        with source.block("if raw is None:"):
            source.line(f"{target} = await read_body(request.receive)")

    def has_json_body(self, source: Source) -> str:
        """Reads the head."""
        return "request.has_json_body()"

    def write_send(
        self, source: Source, status_code: int, headers: list[Header], body: str | None
    ) -> None:
        """Hands over the whole response."""
        fields = b"".join(b"%s: %s\r\n" % header for header in headers)
        source.line(f"request.reply({status_code}, {fields!r}, {body})")
