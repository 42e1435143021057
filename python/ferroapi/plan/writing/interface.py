"""How a written function gets at a request: by ASGI, by an exchange, or from our server directly.

Whatever else the function does is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ferroapi._core import content_type, has_json_body
from ferroapi._form_limits import effective_form_limits
from ferroapi.connection.body import read_body
from ferroapi.connection.failure import JSON_TYPE, plain_answer, reply_by_default

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
    receive_form: str
    """The expressions for what a form comes by."""

    def application(self, source: Source) -> str:
        """The expression for the application that answers."""
        ...

    def surroundings(self, source: Source) -> str:
        """The expression for what says which application answers, and what is around that."""
        ...

    def extract(self, source: Source, name: str, parameters: Parameters) -> str:
        """The expression for the values of parameters, which the function knows by that name."""
        ...

    def write_read(self, source: Source, target: str) -> None:
        """Writes the reading of the whole body into `target`."""

    def has_json_body(self, source: Source) -> str:
        """The expression for what `has_json_body` says."""
        ...

    def content_type(self, source: Source) -> str:
        """The expression for what `content_type` says."""
        ...

    def form_limits(self, source: Source) -> str:
        """The expression for what a form may have, where an operation has `form_limits`."""
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

    def write_send_chosen(self, source: Source, status_code: int, body: str) -> None:
        """Writes the sending of a JSON response with what was set on the injected one.

        Args:
            source: what is written.
            status_code: the status, unless another one was set.
            body: the expression for the body.
        """

    def write_default_answer(self, source: Source) -> None:
        """Writes how an `error` is answered by a default handler, where that takes no exchange."""


class Asgi:
    """The function is an ASGI application."""

    parameters = "scope, receive, send"
    scope = "scope"
    receive = receive_form = "receive"
    send = "send"

    def application(self, source: Source) -> str:
        """Reads the scope."""
        return 'scope.get("app")'

    def surroundings(self, source: Source) -> str:
        """The scope."""
        return "scope"

    def extract(self, source: Source, name: str, parameters: Parameters) -> str:
        """Reads the scope."""
        extract = source.name(f"extract_{name}", parameters.extract)
        return f'{extract}(scope["path_params"], scope["query_string"], scope["headers"])'

    def write_read(self, source: Source, target: str) -> None:
        """Receives messages."""
        source.name("read_body", read_body)
        source.line(f"{target} = await read_body(receive, scope)")

    def has_json_body(self, source: Source) -> str:
        """Reads the headers of the scope."""
        source.name("has_json_body", has_json_body)
        return 'has_json_body(scope["headers"])'

    def content_type(self, source: Source) -> str:
        """Reads the headers of the scope."""
        source.name("content_type", content_type)
        return 'content_type(scope["headers"])'

    def form_limits(self, source: Source) -> str:
        """Looks into the scope for those around."""
        source.name("effective_form_limits", effective_form_limits)
        return "effective_form_limits(scope, form_limits)"

    def write_send(
        self, source: Source, status_code: int, headers: list[Header], body: str | None
    ) -> None:
        """Sends two messages."""
        listed = [repr(header) for header in headers]
        _write_messages(source, "send", f"{status_code}", listed, body)

    def write_send_chosen(self, source: Source, status_code: int, body: str) -> None:
        """Sends two messages."""
        _write_chosen(source, "send", status_code, body)

    def write_default_answer(self, source: Source) -> None:
        """Sends two messages, unless somebody has an exchange to send by."""
        source.name("plain_answer", plain_answer)
        with source.block("if exchange is None and not started:"):
            source.line("answer = plain_answer(scope, error)")
            with source.block("if answer is not None:"):
                source.line("status, _, body = answer")
                source.line("error.__traceback__ = None")
                source.line("started = True")
                with source.block("try:"):
                    headers = [repr(JSON_TYPE)]
                    _write_messages(source, "send", "status", headers, "body")
                    source.line("return")
                with source.block("except Exception as unsent:"):
                    source.line("error = unsent")


class Exchanged(Asgi):
    """The function is given an exchange, and its scope."""

    receive = receive_form = "exchange.receive"
    send = "exchange.send"

    def write_read(self, source: Source, target: str) -> None:
        """Has the exchange receive and keep it."""
        source.line(f"{target} = await exchange.read_body()")


def _write_messages(
    source: Source, send: str, status: str, headers: list[str], body: str | None
) -> None:
    """Writes the sending of a whole response by ASGI, all of it expressions."""
    if body is not None:
        headers = [f'(b"content-length", b"%d" % len({body}))', *headers]
    start = f'"status": {status}, "headers": [{", ".join(headers)}]'
    source.line(f'await {send}({{"type": "http.response.start", {start}}})')
    content = 'b""' if body is None else body
    source.line(f'await {send}({{"type": "http.response.body", "body": {content}}})')


def _write_chosen(source: Source, send: str, status_code: int, body: str) -> None:
    status = f"exchange.chosen_status or {status_code}"
    headers = [source.name("json_type", JSON_TYPE), "*exchange.chosen_headers"]
    _write_messages(source, send, status, headers, body)


class Direct:
    """The function answers a request that our server has read, without ASGI in between."""

    parameters = "request"
    scope = "request.scope"
    receive = "request.receive"
    send = "request.send"
    receive_form = "request.receive, request.take_body()"

    def __init__(self, application: Any) -> None:
        """
        Args:
            application: whose operation it is.
        """
        self._application = application

    def application(self, source: Source) -> str:
        """The one that is known."""
        return source.name("application", self._application)

    def surroundings(self, source: Source) -> str:
        """The application that is known: there is nothing around it."""
        return source.name("surroundings", {"app": self._application})

    def extract(self, source: Source, name: str, parameters: Parameters) -> str:
        """Reads the head."""
        return f"request.extract({source.name(f'parameters_{name}', parameters)})"

    def write_read(self, source: Source, target: str) -> None:
        """Takes the body, and only waits for what has not come yet."""
        source.name("read_body", read_body)
        source.line(f"{target} = request.take_body()")
        with source.block("if raw is None:"):
            around = self.surroundings(source)
            source.line(f"{target} = await read_body(request.receive, {around})")

    def has_json_body(self, source: Source) -> str:
        """Reads the head."""
        return "request.has_json_body()"

    def content_type(self, source: Source) -> str:
        """Reads the head."""
        return "request.content_type()"

    def form_limits(self, source: Source) -> str:
        """Those of the operation: nothing is around."""
        return "form_limits"

    def write_send(
        self, source: Source, status_code: int, headers: list[Header], body: str | None
    ) -> None:
        """Hands over the whole response."""
        fields = b"".join(b"%s: %s\r\n" % header for header in headers)
        source.line(f"request.reply({status_code}, {fields!r}, {body})")

    def write_send_chosen(self, source: Source, status_code: int, body: str) -> None:
        """Hands over the response if nothing was set: headers are checked in messages.

        What comes after a response is not waited for when that is sent by messages.
        """
        chosen = "exchange.chosen_status or exchange.chosen_headers"
        with source.block(f"if {chosen} or exchange.background is not None:"):
            _write_chosen(source, "exchange.send", status_code, body)
        with source.block("else:"):
            self.write_send(source, status_code, [JSON_TYPE], body)

    def write_default_answer(self, source: Source) -> None:
        """Hands over the response, unless somebody has an exchange to send by."""
        source.name("reply_by_default", reply_by_default)
        call = f"reply_by_default(request, {self.surroundings(source)}, error)"
        with source.block(f"if exchange is None and not started and {call}:"):
            source.line("return")
