"""Writing an operation as one function, from its scope to its last byte.

It does what the plan does for a valid request, without what this operation does not need. The plan
itself answers requests that are not valid, and operations with more around them.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from pydantic import ValidationError
from starlette.responses import Response

from ferroapi._core import check_headers, encode_json, is_list_of
from ferroapi.connection.exchange import Exchange
from ferroapi.connection.failure import fail
from ferroapi.dependencies.callables import CallableKind, callable_name
from ferroapi.plan.reply.sending import is_whole, send_response
from ferroapi.plan.reply.serialization import Serializer, TypedValue, json_headers
from ferroapi.plan.reply.text import sends_text
from ferroapi.plan.reply.untyped import encode_rich
from ferroapi.plan.writing.arguments import needs_exchange
from ferroapi.plan.writing.draft import Draft
from ferroapi.plan.writing.dump import write_dump
from ferroapi.plan.writing.forms import write_close, write_form, write_new_form
from ferroapi.plan.writing.reply import write_reply, write_until_call
from ferroapi.plan.writing.source import Source
from ferroapi.plan.writing.stage import write_raw_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp

    from ferroapi._core import Header
    from ferroapi._form_limits import FormLimits
    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.reading.shortcut import Shortcut
    from ferroapi.plan.reply.serialization import Serialize
    from ferroapi.plan.writing.interface import Interface


def write_function(
    interface: Interface,
    steps: tuple[Step, ...],
    shortcut: Shortcut,
    serialize: Serialize,
    exactly: Callable[..., Awaitable[None]],
    plan: ASGIApp,
    *,
    form_limits: FormLimits,
    title: str,
    status_code: int,
    strict_content_type: bool,
) -> Callable[..., Awaitable[None]]:
    """An operation without generators as one function.

    Args:
        interface: what the function is called with.
        steps: the dependencies and the endpoint.
        shortcut: how the parameters are read.
        serialize: makes the reply of what the endpoint returned.
        exactly: answers the requests that the function leaves.
        plan: answers those of which it has read nothing: forms that the core does not read.
        form_limits: those of the operation.
        title: the path of the operation and its name, such as `/items/{item_id} read_item`.
        status_code: the status of the reply.
        strict_content_type: whether a JSON body needs a JSON content type.
    """
    writer = _Writer(Source(title), interface, steps, shortcut, serialize, status_code)
    return writer.write(
        exactly, plan, form_limits=form_limits, strict_content_type=strict_content_type
    )


class _Writer:
    def __init__(
        self,
        source: Source,
        interface: Interface,
        steps: tuple[Step, ...],
        shortcut: Shortcut,
        serialize: Serialize,
        status_code: int,
    ) -> None:
        self._source = source
        self._interface = interface
        self._in_loop = steps[-1].kind in (CallableKind.COROUTINE, CallableKind.INLINE)
        self._serialize = serialize
        self._status_code = status_code
        self._reads_body = shortcut.reads_body
        self._inline = isinstance(serialize, Serializer) and (
            serialize.gives_json or serialize.text_type is not None
        )
        self._injecting: Serialize | None = None
        if isinstance(serialize, Serializer) and serialize.injects:
            self._injecting = serialize.content_or_response
        self._keeps_exchange = needs_exchange(steps) or not self._in_loop or not self._inline
        self._asgi = f"{interface.scope}, {interface.receive}, {interface.send}"
        arguments = self._asgi
        if shortcut.reads_form:
            arguments += ", received_form=form"
        elif self._reads_body:
            arguments += ", raw"
        self._new_exchange = f"Exchange({arguments})"
        # An exchange that is made for one purpose serves what comes after, errors included.
        self._exchange = () if self._keeps_exchange else (f"exchange = {self._new_exchange}",)
        otherwise = (*self._exchange, "return await exactly(exchange)")
        self._draft = Draft(source, interface, steps, shortcut, otherwise)

    def write(
        self,
        exactly: Callable[..., Awaitable[None]],
        plan: ASGIApp,
        *,
        form_limits: FormLimits,
        strict_content_type: bool,
    ) -> Callable[..., Awaitable[None]]:
        source, shortcut = self._source, self._draft.shortcut
        source.name("exactly", exactly)
        source.name("Exchange", Exchange)
        source.name("fail", fail)
        with source.block(f"async def answer({self._interface.parameters}):"):
            if shortcut.reads_form:
                source.name("plan", plan)
                leave = f"return await plan({self._asgi})"
                write_new_form(self._draft, form_limits, otherwise=(leave,))
                source.line("form = None")
            elif self._reads_body:
                source.line("raw = None")
            source.line(f"exchange = {self._new_exchange if self._keeps_exchange else None}")
            source.line("started = False")
            with source.block("try:"):
                if shortcut.reads_form:
                    targets = "form = exchange.received_form" if self._keeps_exchange else "form"
                    write_form(self._draft, targets=targets)
                elif self._reads_body:
                    self._write_raw_body(strict_content_type=strict_content_type)
                self._write_reply()
            with source.block("except Exception as error:"):
                self._interface.write_default_answer(source)
                if not self._keeps_exchange:
                    with source.block("if exchange is None:"):
                        source.line(f"exchange = {self._new_exchange}")
                source.line("exchange.started = started or exchange.started")
                source.line("await fail(error, exchange)")
            if shortcut.reads_form:
                with source.block("finally:"):
                    write_close(source)
        return source.function("answer", called=callable_name(self._draft.steps[-1].dependant.call))

    def _write_raw_body(self, *, strict_content_type: bool) -> None:
        write_raw_body(
            self._draft,
            target="raw = exchange.body" if self._keeps_exchange else "raw",
            strict_content_type=strict_content_type,
        )

    def _write_reply(self) -> None:
        source = self._source
        call = write_until_call(self._draft, refuses=True)
        serialize = self._injecting or self._serialize
        if self._in_loop and self._inline:
            source.name("serialize", serialize)
            source.line(f"value = {call}")
            self._write_json()
            return
        write_reply(self._draft, serialize, call)
        self._write_response()
        source.line("body = reply")
        self._write_send()

    def _write_json(self) -> None:
        """The value of a coroutine as JSON, unless it is a response by itself."""
        source, serialize = self._source, self._serialize
        assert isinstance(serialize, Serializer)
        if serialize.text_type is not None:
            self._write_text(serialize.text_type)
            return
        if serialize.typed is None:
            source.name("encode_json", encode_json)
            source.line("body = encode_json(value)")
            with source.block("if body is None:"):
                self._write_returned_response()
                source.name("encode_rich", encode_rich)
                source.line("body = encode_rich(value)")
        else:
            self._write_returned_response()
            self._write_typed(serialize.typed)
        self._write_send()

    def _write_returned_response(self) -> None:
        source = self._source
        source.name("Response", Response)
        with source.block("if isinstance(value, Response):"):
            if self._keeps_exchange:
                source.line("reply = serialize(value, exchange)")
                self._write_sending_of_whole("reply")
            else:
                # Nothing was injected that would change it.
                self._write_sending_of_whole("value")
                source.lines(self._exchange)
                source.line("reply = serialize(value, exchange)")
            self._write_call_of_response()

    def _write_text(self, content_type: Header) -> None:
        """Text as it is; anything else becomes a response of the chosen class."""
        source, serialize = self._source, self._serialize
        assert isinstance(serialize, Serializer)
        source.name("sends_text", sends_text)
        source.name("text_class", serialize.text_class)
        with source.block("if type(value) is not str or not sends_text(text_class):"):
            source.lines(self._exchange)
            source.line("reply = serialize(value, exchange)")
            self._write_sending_of_whole("reply")
            self._write_call_of_response()
        source.line("body = value.encode()")
        source.line("started = True")
        self._interface.write_send(source, self._status_code, [content_type], "body")

    def _write_typed(self, typed: TypedValue) -> None:
        source = self._source
        source.name("check", typed.validator.validate_python)
        source.name("mismatch", typed.mismatch)
        source.name("ValidationError", ValidationError)
        with ExitStack() as stack:
            if typed.unchanged is not None:
                source.name("unchanged", typed.unchanged)
                stack.enter_context(source.block("if type(value) is not unchanged:"))
            if typed.unchanged_items is not None:
                source.name("unchanged", typed.unchanged_items)
                source.name("is_list_of", is_list_of)
                stack.enter_context(source.block("if not is_list_of(value, unchanged):"))
            with source.block("try:"):
                source.line("value = check(value, from_attributes=True)")
            with source.block("except ValidationError as error:"):
                source.line(f"raise mismatch(error, value, {self._interface.scope}) from None")
        source.line(f"body = {write_dump(source, typed, 'value')}")

    def _write_response(self) -> None:
        source = self._source
        with source.block("if type(reply) is not bytes:"):
            self._write_sending_of_whole("reply")
            self._write_call_of_response()

    def _write_sending_of_whole(self, response: str) -> None:
        """Writes what calling a response of Starlette's would do, where that is all it does."""
        source, send = self._source, self._interface.send
        source.name("is_whole", is_whole)
        with source.block(f"if is_whole({response}):"):
            status, headers = f"{response}.status_code", f"{response}.raw_headers"
            source.name("check_headers", check_headers)
            source.line(f"check_headers({headers})")
            start = f'"type": "http.response.start", "status": {status}, "headers": {headers}'
            source.line(f"start = {{{start}}}")
            source.line("started = True")
            source.line(f"await {send}(start)")
            source.line(f'await {send}({{"type": "http.response.body", "body": {response}.body}})')
            with source.block(f"if {response}.background is not None:"):
                source.line(f"await {response}.background()")
            source.line("return")

    def _write_call_of_response(self) -> None:
        source = self._source
        source.name("send_response", send_response)
        # Whatever it returns is nobody's.
        source.line("await send_response(reply, exchange)")
        source.line("return")

    def _write_send(self) -> None:
        """The sending of a JSON reply."""
        if self._injecting is not None:
            self._source.name("check_headers", check_headers)
            self._source.line("check_headers(exchange.chosen_headers)")
            self._source.line("started = True")
            self._interface.write_send_chosen(self._source, self._status_code, "body")
            with self._source.block("if exchange.background is not None:"):
                self._source.line("await exchange.background()")
            return
        self._source.line("started = True")
        allowed, headers = json_headers(self._status_code)
        body = "body" if allowed else None
        self._interface.write_send(self._source, self._status_code, headers, body)
