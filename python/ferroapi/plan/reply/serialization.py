"""From what an endpoint returns to what is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import ValidationError
from starlette.background import BackgroundTask, BackgroundTasks
from starlette.responses import Response

from ferroapi._core import encode_json
from ferroapi.connection.failure import JSON_TYPE
from ferroapi.content import is_body_allowed
from ferroapi.exceptions import ResponseValidationError
from ferroapi.fields import located
from ferroapi.plan.reading.validators import instances_as_they_are, items_as_they_are
from ferroapi.plan.reply.incomplete_type import IncompleteType
from ferroapi.plan.reply.json_response import TypedJSON, UntypedJSON
from ferroapi.plan.reply.schema_encoder import schema_encoder
from ferroapi.plan.reply.text import text_type
from ferroapi.plan.reply.untyped import encode_rich

if TYPE_CHECKING:
    from starlette.types import Scope

    from ferroapi._core import Header, SchemaEncoder
    from ferroapi.connection.exchange import Exchange
    from ferroapi.exceptions import EndpointContext
    from ferroapi.fields import ModelField
    from ferroapi.plan.reply.incomplete_type import TypeSerializer, TypeValidator

Reply: TypeAlias = "bytes | Response"
"""Bytes are a JSON body with the status and headers the plan knows; anything else sends itself."""

Serialize: TypeAlias = Callable[[Any, "Exchange"], Reply]


def with_background(response: Response, exchange: Exchange) -> Response:
    """`response` with the injected background tasks before those of its own.

    The object itself stays as it is: it may be the answer to other requests, too.
    """
    tasks, own = exchange.background, response.background
    if tasks is None or own is tasks:
        return response
    response = copy(response)
    response.background = tasks if own is None else BackgroundTask(_run_both, tasks, own)
    return response


async def _run_both(injected: BackgroundTasks, own: BackgroundTask) -> None:
    await injected()
    # They may be among those of the response as well, and each runs once.
    injected.tasks.clear()
    await own()


class TypedValue:
    """Validates a returned value and serializes it as its declared type says."""

    __slots__ = (
        "_context",
        "_path",
        "dump",
        "encoder",
        "is_text",
        "options",
        "serializer",
        "unchanged",
        "unchanged_items",
        "validator",
    )

    def __init__(
        self,
        field: ModelField,
        options: Mapping[str, Any],
        *,
        path: str,
        context: Callable[[], EndpointContext],
    ) -> None:
        """
        Args:
            field: the declared type.
            options: the `response_model_*` options as pydantic names them.
            path: the path of the operation, for the error.
            context: the function of the operation, for the error.
        """
        self.validator: TypeValidator
        self.serializer: TypeSerializer
        self.unchanged = self.unchanged_items = None
        self.is_text = False
        if field.is_complete:
            adapter = field.type_adapter
            self.validator, self.serializer = adapter.validator, adapter.serializer
            self.unchanged = instances_as_they_are(adapter.core_schema)
            self.unchanged_items = items_as_they_are(adapter.core_schema)
            self.is_text = adapter.core_schema == {"type": "str"}
        else:
            self.validator = self.serializer = IncompleteType(field)
        # Each option that is passed takes time, also with its default value; `by_alias` has none.
        self.options = {
            name: value
            for name, value in options.items()
            if name == "by_alias" or not (value is None or value is False)
        }
        self.dump: Callable[[Any], bytes] = partial(self.serializer.to_json, **self.options)
        self.encoder: SchemaEncoder | None = None
        if field.is_complete and self.options.keys() == {"by_alias"}:
            self.encoder = schema_encoder(
                field.type_adapter.core_schema,
                by_alias=self.options["by_alias"],
                otherwise=self.dump,
            )
            if self.encoder is not None:
                self.dump = self.encoder.encode
        self._path = path
        self._context = context

    def _validated(self, value: Any, exchange: Exchange) -> Any:
        try:
            return self.validator.validate_python(value, from_attributes=True)
        except ValidationError as error:
            raise self.mismatch(error, value, exchange.scope) from None

    def mismatch(self, error: ValidationError, value: Any, scope: Scope) -> ResponseValidationError:
        """What says that `value`, the answer to the request in `scope`, does not fit."""
        path = scope.get("root_path", "").rstrip("/") + self._path
        context: EndpointContext = {**self._context(), "path": f"{scope['method']} {path}"}
        return ResponseValidationError(
            errors=located(error, ("response",)), body=value, endpoint_ctx=context
        )

    def dumper(self, scope: Scope) -> Callable[[Any], bytes]:
        """What checks and serializes the items of the answer to the request in `scope`."""
        check, dump = self.validator.validate_python, self.dump
        unchanged = self.unchanged

        def dump_item(item: Any) -> bytes:
            if type(item) is not unchanged:
                try:
                    item = check(item, from_attributes=True)
                except ValidationError as error:
                    raise self.mismatch(error, item, scope) from None
            return dump(item)

        return dump_item

    def to_json(self, value: Any, exchange: Exchange) -> bytes:
        """JSON text. Raises `ResponseValidationError` when `value` does not fit."""
        return self.dump(self._validated(value, exchange))

    def to_data(self, value: Any, exchange: Exchange) -> Any:
        """Data for a response class to render. Raises `ResponseValidationError`."""
        validated = self._validated(value, exchange)
        return self.serializer.to_python(validated, mode="json", **self.options)


class Serializer:
    """Makes the reply of one operation, in the one way chosen when it was declared."""

    __slots__ = (
        "_response_class",
        "_status_code",
        "_to_data",
        "_to_json",
        "gives_json",
        "injects",
        "json_class",
        "text_class",
        "text_type",
        "typed",
    )

    json_class: type[Response]
    """What bytes of JSON become where a response is wanted."""
    text_class: type[Response] | None
    """The class that was chosen."""
    text_type: Header | None
    """The content type of text that is sent without an object, while that class is unchanged."""

    def __init__(
        self,
        *,
        response_class: type[Response] | None,
        status_code: int | None,
        typed: TypedValue | None,
        injects: bool,
    ) -> None:
        """
        Args:
            response_class: a class somebody chose; `None` for JSON as fast as it goes.
            status_code: the declared status.
            typed: how to serialize when a response model was declared.
            injects: whether an injected response or background tasks may change the reply.
        """
        self._response_class = response_class
        self._status_code = status_code
        self.typed = typed
        self.gives_json = response_class is None and not injects
        self.injects = injects
        self.text_type: Header | None = None
        if response_class is not None and not injects and (typed is None or typed.is_text):
            self.text_type = text_type(response_class, status_code)
        self.text_class = response_class
        self.json_class = UntypedJSON if typed is None else TypedJSON
        self._to_json: Callable[[Any, Exchange], bytes] = (
            _untyped_json if typed is None else typed.to_json
        )
        self._to_data: Callable[[Any, Exchange], Any] = (
            _untyped_data if typed is None else typed.to_data
        )

    def content_or_response(self, value: Any, exchange: Exchange) -> Reply:
        """The same, but bytes also where something was set on the injected response.

        Its status and its headers are to be sent with them, and background tasks run then.
        """
        if (
            isinstance(value, Response)
            or self._response_class is not None
            or not is_body_allowed(exchange.chosen_status or self._status_code)
        ):
            return self(value, exchange)
        return self._to_json(value, exchange)

    def __call__(self, value: Any, exchange: Exchange) -> Reply:
        """The reply for what the endpoint returned."""
        if isinstance(value, Response):
            return with_background(value, exchange)
        content: Any
        if self.gives_json:
            return self._to_json(value, exchange)
        if self._response_class is not None:
            response_class = self._response_class
            content = self._to_data(value, exchange)
        else:
            response_class = self.json_class
            content = self._to_json(value, exchange)
        return response_of(content, response_class, self._status_code, exchange)


def response_of(
    content: Any, response_class: type[Response], status_code: int | None, exchange: Exchange
) -> Response:
    """The response with `content`, and with what was set on the injected response.

    Args:
        content: what `response_class` renders.
        response_class: the class of the response.
        status_code: the declared status.
        exchange: knows the injected response and the background tasks.
    """
    options: dict[str, Any] = {"background": exchange.background}
    status_code = exchange.chosen_status or status_code
    if status_code is not None:
        options["status_code"] = status_code
    response = response_class(content, **options)
    if not is_body_allowed(response.status_code):
        response.body = b""
        if "content-length" in response.headers:
            response.headers["content-length"] = "0"
    response.raw_headers.extend(exchange.chosen_headers)
    return response


def _untyped_json(value: Any, _exchange: Exchange) -> bytes:
    # What `encode_untyped` does, without a call.
    encoded = encode_json(value)
    return encode_rich(value) if encoded is None else encoded


def _untyped_data(value: Any, _exchange: Exchange) -> Any:
    from ferroapi.encoders import jsonable_encoder

    return jsonable_encoder(value)


def json_headers(status_code: int) -> tuple[bool, list[tuple[bytes, bytes]]]:
    """Whether a JSON reply of that status has a body, and its headers before the length."""
    allowed = is_body_allowed(status_code)
    length = [(b"content-length", b"0")] if status_code == 205 else []
    return allowed, [*length, JSON_TYPE]
