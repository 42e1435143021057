"""The functions that answer a request as FastAPI does: solve, call, serialize."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.concurrency import run_in_threadpool as run_in_threadpool
from starlette.responses import JSONResponse, Response

from ferroapi import params
from ferroapi.annotations import is_subclass
from ferroapi.connection.exchange import files_of
from ferroapi.datastructures import Default, DefaultPlaceholder
from ferroapi.dependencies.callables import CallableKind, callable_kind
from ferroapi.encoders import jsonable_encoder
from ferroapi.exceptions import (
    EndpointContext,
    RequestValidationError,
    ResponseValidationError,
    WebSocketRequestValidationError,
)
from ferroapi.fields import Undefined
from ferroapi.masking import Secrets
from ferroapi.plan.operation import endpoint_context
from ferroapi.plan.order.teardown import MIDDLEWARE_STACK, REQUEST_STACK, close_files
from ferroapi.plan.reading.body import read_received
from ferroapi.plan.reply.json_response import TypedJSON, UntypedJSON
from ferroapi.plan.reply.serialization import (
    Serialize,
    TypedValue,
    response_of,
    with_background,
)
from ferroapi.plan.reply.untyped import encode_untyped
from ferroapi.plan.running import RUNNING_KEY, Running
from ferroapi.seams.dependencies import solve_dependencies as solve_dependencies
from ferroapi.seams.sessions import exchange_of
from ferroapi.sse import EventSourceResponse
from ferroapi.validation_errors import as_shown

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.requests import HTTPConnection, Request
    from starlette.websockets import WebSocket

    from ferroapi._form_limits import FormLimits
    from ferroapi.connection.exchange import Exchange
    from ferroapi.dependencies.models import Dependant
    from ferroapi.fields import ModelField

RouteHandler: TypeAlias = "Callable[[Request], Coroutine[Any, Any, Response]]"


async def run_endpoint_function(
    *, dependant: Dependant, values: dict[str, Any], is_coroutine: bool
) -> Any:
    """What the callable of `dependant` returns for these arguments.

    Args:
        dependant: the endpoint.
        values: its arguments by name.
        is_coroutine: whether it is awaited; it is called in a thread otherwise.
    """
    if is_coroutine:
        return await dependant.call(**values)
    return await run_in_threadpool(dependant.call, **values)


async def serialize_response(
    *,
    field: ModelField | None = None,
    response_content: Any,
    include: Any | None = None,
    exclude: Any | None = None,
    by_alias: bool = True,
    exclude_unset: bool = False,
    exclude_defaults: bool = False,
    exclude_none: bool = False,
    is_coroutine: bool = True,
    endpoint_ctx: EndpointContext | None = None,
    dump_json: bool = False,
) -> Any:
    """What an endpoint returned as data that JSON can say, or as JSON text.

    Args:
        field: the declared type; anything is taken as it is without it.
        response_content: what the endpoint returned.
        include: as for pydantic's `dump_python`, like all that follow up to `exclude_none`.
        exclude: see there.
        by_alias: see there.
        exclude_unset: see there.
        exclude_defaults: see there.
        exclude_none: see there.
        is_coroutine: whether to validate here; it is done in a thread otherwise.
        endpoint_ctx: where the endpoint is, for the error.
        dump_json: give JSON text as bytes, where there is a declared type.

    Raises:
        ResponseValidationError: the value does not fit its declared type.
    """
    if field is None:
        return jsonable_encoder(response_content)
    loc = ("response",)
    if is_coroutine:
        value, errors = field.validate(response_content, {}, loc=loc)
    else:
        value, errors = await run_in_threadpool(field.validate, response_content, {}, loc=loc)
    if errors:
        raise ResponseValidationError(
            errors=errors, body=response_content, endpoint_ctx=endpoint_ctx or {}
        )
    serialize = field.serialize_json if dump_json else field.serialize
    return serialize(
        value,
        include=include,
        exclude=exclude,
        by_alias=by_alias,
        exclude_unset=exclude_unset,
        exclude_defaults=exclude_defaults,
        exclude_none=exclude_none,
    )


def get_request_handler(
    dependant: Dependant,
    body_field: ModelField | None = None,
    status_code: int | None = None,
    response_class: type[Response] | DefaultPlaceholder = Default(JSONResponse),
    response_field: ModelField | None = None,
    response_model_include: Any | None = None,
    response_model_exclude: Any | None = None,
    response_model_by_alias: bool = True,
    response_model_exclude_unset: bool = False,
    response_model_exclude_defaults: bool = False,
    response_model_exclude_none: bool = False,
    dependency_overrides_provider: Any | None = None,
    embed_body_fields: bool = False,
    strict_content_type: bool | DefaultPlaceholder = Default(True),
    stream_item_field: ModelField | None = None,
    is_json_stream: bool = False,
    form_limits: FormLimits | None = None,
) -> RouteHandler:
    """The function that gives the response to a request for an endpoint.

    Where the plan of a route is compiled with it, it is that plan that answers. Elsewhere, such as
    in what `request_response` makes, it solves the dependencies, calls the endpoint and serializes
    what it returns. The exit stacks have to be in the scope of the request.

    Monitoring tools put a function of their own in the place of this one in `ferroapi.routing`,
    and wrap what it returns, or the callable of `dependant`, which is a copy of the route's.

    Args:
        dependant: the endpoint.
        body_field: the whole body, which says whether it is a form.
        status_code: the declared status.
        response_class: the class of the response.
        response_field: the declared type of the response.
        response_model_include: as the option of a path operation, like all that follow up to
            `response_model_exclude_none`.
        response_model_exclude: see there.
        response_model_by_alias: see there.
        response_model_exclude_unset: see there.
        response_model_exclude_defaults: see there.
        response_model_exclude_none: see there.
        dependency_overrides_provider: an object whose `dependency_overrides` replace dependencies.
        embed_body_fields: whether body parameters are members of the body.
        strict_content_type: whether only a body that is declared as JSON is decoded.
        stream_item_field: the declared type of what a generator yields.
        is_json_stream: whether what a generator yields is sent as JSON Lines.
        form_limits: limits of the form, if the body is one.
    """
    options: dict[str, Any] = {
        "include": response_model_include,
        "exclude": response_model_exclude,
        "by_alias": response_model_by_alias,
        "exclude_unset": response_model_exclude_unset,
        "exclude_defaults": response_model_exclude_defaults,
        "exclude_none": response_model_exclude_none,
    }
    kind = callable_kind(dependant.call)
    is_coroutine = kind is CallableKind.COROUTINE
    secrets = _secrets(dependant, is_embedded=embed_body_fields)
    is_form = body_field is not None and isinstance(body_field.field_info, params.Form)
    is_strict: bool = _chosen(strict_content_type)
    is_sse = is_subclass(_chosen(response_class), EventSourceResponse)
    stream = (
        _stream(
            dependant,
            response_class=_chosen(response_class),
            is_sse=is_sse,
            is_jsonl=is_json_stream,
            status_code=status_code,
            item=stream_item_field,
            options=options,
        )
        if kind.is_generator or is_sse
        else None
    )
    # Without a class of their own, replies are written as JSON at once.
    is_default = isinstance(response_class, DefaultPlaceholder) and (
        response_field is not None or response_class.value is JSONResponse
    )

    async def received(request: Request, exchange: Exchange, context: EndpointContext) -> Any:
        if body_field is None:
            return Undefined
        try:
            body = await read_received(
                exchange, is_form=is_form, strict_content_type=is_strict, limits=form_limits or {}
            )
        except RequestValidationError as error:
            raise RequestValidationError(
                error.current_errors(), body=error.body, endpoint_ctx=context
            ) from error.__cause__
        if is_form:
            request.scope[MIDDLEWARE_STACK].push_async_callback(close_files, files_of(body))
        return body

    async def respond(request: Request) -> Response:
        exchange = exchange_of(request)
        context = _context(dependant, request, request.method)
        body = await received(request, exchange, context)
        solved = await solve_dependencies(
            request=request,
            dependant=dependant,
            body=body,
            dependency_overrides_provider=dependency_overrides_provider,
            async_exit_stack=request.scope[REQUEST_STACK],
            embed_body_fields=embed_body_fields,
        )
        if solved.errors:
            error = RequestValidationError(
                solved.errors, body=None if body is Undefined else body, endpoint_ctx=context
            )
            size = None if exchange.body is None else len(exchange.body)
            raise as_shown(error, request.scope, body_size=size, secrets=secrets)
        exchange.background = solved.background_tasks
        exchange.response = solved.response
        if stream is not None and kind.is_generator:
            reply = stream(dependant.call(**solved.values), exchange)
            assert isinstance(reply, Response)
            return reply
        value = await run_endpoint_function(
            dependant=dependant, values=solved.values, is_coroutine=is_coroutine
        )
        if isinstance(value, Response):
            return with_background(value, exchange)
        if stream is not None:
            reply = stream(value, exchange)
            assert isinstance(reply, Response)
            return reply
        content = await serialize_response(
            field=response_field,
            response_content=value,
            is_coroutine=is_coroutine,
            endpoint_ctx=context,
            dump_json=is_default and response_field is not None,
            **options,
        )
        if not is_default:
            return response_of(content, _chosen(response_class), status_code, exchange)
        if response_field is None:
            return response_of(encode_untyped(content), UntypedJSON, status_code, exchange)
        return response_of(content, TypedJSON, status_code, exchange)

    async def handle(request: Request) -> Response:
        running: Running | None = request.scope.get(RUNNING_KEY)
        if running is not None and running.dependant is dependant:
            return await running.answer(request)
        return await respond(request)

    return handle


def get_websocket_app(
    dependant: Dependant,
    dependency_overrides_provider: Any | None = None,
    embed_body_fields: bool = False,
) -> Callable[[WebSocket], Coroutine[Any, Any, Any]]:
    """The function that solves the dependencies of an endpoint and has it talk over a WebSocket.

    Args:
        dependant: the endpoint.
        dependency_overrides_provider: an object whose `dependency_overrides` replace dependencies.
        embed_body_fields: whether body parameters are members of the body.
    """

    secrets = _secrets(dependant, is_embedded=embed_body_fields)

    async def talk(websocket: WebSocket) -> None:
        exchange = exchange_of(websocket)
        solved = await solve_dependencies(
            request=websocket,
            dependant=dependant,
            dependency_overrides_provider=dependency_overrides_provider,
            async_exit_stack=websocket.scope[REQUEST_STACK],
            embed_body_fields=embed_body_fields,
        )
        if solved.errors:
            error = WebSocketRequestValidationError(
                solved.errors, endpoint_ctx=_context(dependant, websocket, "WS")
            )
            raise as_shown(error, websocket.scope, secrets=secrets)
        exchange.background = solved.background_tasks
        await dependant.call(**solved.values)

    return talk


def _secrets(dependant: Dependant, *, is_embedded: bool) -> Secrets:
    below = [*dependant.flat()]
    fields = [field for one in below for field in (*one.parameters, *one.body_params)]
    return Secrets(fields, is_embedded=is_embedded)


def _chosen(value: Any) -> Any:
    return value.value if isinstance(value, DefaultPlaceholder) else value


def _context(dependant: Dependant, connection: HTTPConnection, method: str) -> EndpointContext:
    context = endpoint_context(dependant.call)
    if dependant.path:
        root_path = connection.scope.get("root_path", "").rstrip("/")
        context["path"] = f"{method} {root_path}{dependant.path}"
    return context


def _stream(
    dependant: Dependant,
    *,
    response_class: type[Response],
    is_sse: bool,
    is_jsonl: bool,
    status_code: int | None,
    item: ModelField | None,
    options: dict[str, Any],
) -> Serialize:
    from ferroapi.plan.reply.stream import Returned, stream_serializer
    from ferroapi.plan.writing.items import TypedItems

    encode_in = None
    if item is not None:
        context = partial(endpoint_context, dependant.call)
        typed = TypedValue(item, options, path=dependant.path, context=context)
        encode_in = TypedItems(typed, is_sse=is_sse).encode_in
    stream = stream_serializer(
        response_class=response_class,
        is_sse=is_sse,
        is_jsonl=is_jsonl,
        status_code=status_code,
        encode_in=encode_in,
    )
    return stream if dependant.kind.is_generator else Returned(stream)
