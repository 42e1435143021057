"""A path operation: its description, and the plan made of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from copy import copy
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import Unpack

from ferroapi._form_limits import checked_form_limits
from ferroapi.annotations import is_subclass, stream_item
from ferroapi.body_limit import checked_body_size
from ferroapi.content import is_body_allowed_for_status_code
from ferroapi.datastructures import DefaultPlaceholder
from ferroapi.dependencies.body import combined_body_field, embeds_body
from ferroapi.dependencies.callables import callable_name
from ferroapi.dependencies.declaration import check_inline
from ferroapi.dependencies.description import Description
from ferroapi.dependencies.models import Dependant
from ferroapi.dependencies.signature import return_annotation
from ferroapi.fields import ModelField, create_field
from ferroapi.live import Live, LiveClass, LiveSet, unnoticed
from ferroapi.plan.operation import OperationPlan, endpoint_context_later, written
from ferroapi.plan.order.steps import Step, body_params, provided_steps
from ferroapi.plan.solver import Solver
from ferroapi.recursive_unions import warn_of_recursive_unions
from ferroapi.routing.inheritance import Inherited, Inheriting
from ferroapi.routing.layers import Layer
from ferroapi.routing.options import (
    API_ROUTE_KEYWORDS,
    APIRouteOptions,
    OperationAttributes,
    checked_read_body,
    first_chosen,
    first_given,
    resolved,
)
from ferroapi.routing.own_plan import OwnPlan
from ferroapi.routing.paths import PathAttributes
from ferroapi.routing.replies import Replies, is_event
from ferroapi.routing.return_types import returned_types
from ferroapi.routing.scope import effective_route
from ferroapi.routing.surroundings import surrounded
from ferroapi.seams import is_handler_replaced, is_replaced
from ferroapi.sse import EventSourceResponse

if TYPE_CHECKING:
    from ferroapi.exceptions import EndpointContext
    from ferroapi.plan.reply.serialization import Serialize
    from ferroapi.seams.handlers import RouteHandler

_compiling: ContextVar[APIRoute | None] = ContextVar("compiling", default=None)
"""The effective route whose handler is being asked of the route as it was declared."""


class APIRoute(
    OwnPlan,
    Live,
    OperationAttributes,
    PathAttributes,
    Inheriting,
    Route,
    metaclass=LiveClass,
):
    """A path operation as it was declared, or as an inclusion makes it."""

    path: str
    methods: set[str]
    unique_id: str
    dependant: Dependant
    response_field: ModelField | None
    response_fields: dict[int | str, ModelField]
    stream_item_type: Any
    """What the items are that the endpoint streams, if its annotation tells and it is shown."""
    stream_item_field: ModelField | None
    _returned_classes: tuple[type[Response], ...] = ()  # beside the response model
    _declared: APIRoute | None = None
    _described_model: Any = None
    """The response model that the response field was made of."""

    _live = frozenset(
        {
            *("app", "get_route_handler", "handle", "matches"),
            *("body_field", "dependant", "endpoint", "response_field", "stream_item_field"),
            *("methods", "param_convertors", "path", "path_format", "path_regex"),
            *vars(OperationAttributes).keys(),
        }
    )

    @API_ROUTE_KEYWORDS.shown
    def __init__(
        self, path: str, endpoint: Callable[..., Any], **options: Unpack[APIRouteOptions]
    ) -> None:
        """
        Args:
            path: the path with its parameters in braces.
            endpoint: the callable that answers.
            options: see `APIRouteOptions`.

        Raises:
            AssertionError: the declaration cannot be meant.
            FastAPIError: pydantic has no schema for a type.
            ValueError: a limit is no non-negative integer.
        """
        given = API_ROUTE_KEYWORDS.complete("APIRoute", options)
        assert callable(endpoint), "An endpoint must be a callable"
        self.endpoint = endpoint
        self.name = given.pop("name", None) or callable_name(endpoint)
        self._layers = Layer.taken_from(given)
        methods = given.pop("methods", None)
        self.methods = LiveSet(
            method.upper() for method in (["GET"] if methods is None else methods)
        )
        assert self.methods, "A path operation needs a method"
        description = given.pop("description", None)
        self.description = description or inspect.cleandoc(endpoint.__doc__ or "")
        self.description = self.description.split("\f")[0].strip()
        status_code = given.pop("status_code", None)
        if status_code is not None:
            self.status_code = int(status_code) if isinstance(status_code, IntEnum) else status_code
        self.tags = list(given.pop("tags", None) or ())
        self.dependencies = list(given.pop("dependencies", None) or ())
        self.responses = dict(given.pop("responses", None) or {})
        for attribute, value in given.items():
            if value is not None or attribute == "response_model":
                setattr(self, attribute, value)
        self.max_body_size = checked_body_size(self.max_body_size)
        self.form_limits = checked_form_limits(self.form_limits)
        checked_read_body(self.read_body)
        self._set_path(path)
        if self.inline:
            check_inline(endpoint, streams=True)
        self._description = Description(self.path_format, endpoint, self.dependencies)
        self.dependant = self._description.dependant(self.path_format)
        self._body_params = self._declared_body_params()
        warn_of_recursive_unions(self._body_params, self._endpoint_context)
        self._set_response(endpoint)
        self._set_responses()
        self._is_made = True

    def _set_path(self, path: str) -> None:
        super()._set_path(path)
        self.unique_id = self.operation_id or resolved(self.generate_unique_id_function)(self)

    def _was_set(self, name: str) -> None:
        if name == "methods" and type(self.methods) is set:
            vars(self)["methods"] = LiveSet(self.methods)

    def _unique_id_of(self, method: str) -> str:
        """The id of the operation with one of the methods: what a route of only it would have."""
        if len(self.methods) == 1:
            return self.unique_id
        single = copy(self)
        single.methods = {method}
        unique_id: str = resolved(self.generate_unique_id_function)(single)
        return unique_id

    def _set_response(self, endpoint: Callable[..., Any]) -> None:
        item: tuple[Any] | None = None
        if isinstance(self.response_model, DefaultPlaceholder):
            self._returned_classes, annotation = returned_types(return_annotation(endpoint))
            if self.dependant.kind.is_generator:
                item = stream_item(annotation)
                annotation = annotation if item is None else None
            self.response_model = annotation
        streams_items = isinstance(self.response_class, DefaultPlaceholder) or is_subclass(
            self.response_class, EventSourceResponse
        )
        self.stream_item_type = self.stream_item_field = None
        if item and item[0] and streams_items and not is_event(item[0]):
            self.stream_item_type = item[0]
            self.stream_item_field = create_field(
                "StreamItem_" + self.unique_id, item[0], mode="serialization"
            )
        self._set_response_field()

    def _set_response_field(self) -> None:
        self._described_model = self.response_model
        self.response_field = None
        if self.response_model:
            self._refuse_body(self.status_code)
            self.response_field = create_field(
                "Response_" + self.unique_id, self.response_model, mode="serialization"
            )

    def _set_responses(self) -> None:
        self.response_fields = {}
        for status_code, response in self.responses.items():
            assert isinstance(response, dict), "An additional response must be a dict"
            model = response.get("model")
            if model:
                self._refuse_body(status_code)
                self.response_fields[status_code] = create_field(
                    f"Response_{status_code}_{self.unique_id}", model, mode="serialization"
                )

    @staticmethod
    def _refuse_body(status_code: int | str | None) -> None:
        assert is_body_allowed_for_status_code(status_code), (
            f"Status code {status_code} must not have a response body"
        )

    @property
    def is_sse_stream(self) -> bool:
        """Whether the endpoint's items are sent as server-sent events."""
        return self.dependant.kind.is_generator and is_subclass(
            self.response_class, EventSourceResponse
        )

    @property
    def is_json_stream(self) -> bool:
        """Whether the endpoint's items are sent as JSON Lines."""
        return self.dependant.kind.is_generator and isinstance(
            self.response_class, DefaultPlaceholder
        )

    def _declared_body_params(self) -> list[ModelField]:
        return [field for dependant in self.dependant.flat() for field in dependant.body_params]

    @property
    def _embed_body_fields(self) -> bool:
        return embeds_body(self._body_params)

    @cached_property
    def body_field(self) -> ModelField | None:
        """The request body as one field, for its media type and its schema."""
        return combined_body_field(self._body_params, name=self.unique_id)

    def _within(self, outer: Inherited) -> APIRoute:
        """The route as an inclusion makes it of what this one is now; this one stays as it is."""
        route = copy(self)
        for name in _OF_ONE:
            vars(route).pop(name, None)
        route._is_made = False
        route._declared = self._declared or self
        route.tags = [*outer.tags, *self.tags]
        route.dependencies = [*outer.dependencies, *self.dependencies]
        route.responses = {**outer.responses, **self.responses}
        route.deprecated = self.deprecated or outer.deprecated
        route.include_in_schema = self.include_in_schema and outer.include_in_schema
        route.response_class = first_chosen(self.response_class, outer.default_response_class)
        route.callbacks = [*outer.callbacks, *(self.callbacks or ())]
        for name in ("generate_unique_id_function", "strict_content_type"):
            setattr(route, name, first_chosen(getattr(self, name), getattr(outer, name)))
        for name in ("cancel_on_disconnect", "max_body_size", "read_body"):
            setattr(route, name, first_given(getattr(self, name), getattr(outer, name)))
        route.form_limits = {**outer.form_limits, **self.form_limits}
        route._layers = (*outer.layers, *self._layers)
        route.dependency_overrides_provider = outer.dependency_overrides_provider
        route._set_path(outer.prefix + self.path)
        route._description = self._description.again(
            route.path_format, self.endpoint, self.dependencies
        )
        route.dependant = route._description.dependant(route.path_format, outer.dependencies)
        route._body_params = route._declared_body_params()
        route._set_fields(self)
        route._is_made = True
        return route

    def _set_fields(self, declared: APIRoute) -> None:
        """The fields of the declared route under their names here."""
        if declared.response_model is not declared._described_model:
            self._set_response_field()
        elif declared.response_field is not None:
            self.response_field = declared.response_field.renamed("Response_" + self.unique_id)
        if declared.stream_item_field is not None:
            self.stream_item_field = declared.stream_item_field.renamed(
                "StreamItem_" + self.unique_id
            )
        if self.responses:
            self._set_responses()

    def _plan(self) -> ASGIApp:
        """Compiles what the route does with a request, with the overrides there are now."""
        is_general = is_replaced()
        if (
            type(self).get_route_handler is _GET_ROUTE_HANDLER
            and "get_route_handler" not in vars(self._declared or self)
            and not (is_general or is_handler_replaced())
        ):
            return surrounded(self._compile(None), self, self.dependant)
        route = copy(self)
        # A copy that nothing was compiled of: it tells nobody.
        route._is_made = False
        route._declared = declared = self._declared or self
        route.dependant = self.dependant.with_path(self.path_format)
        handler = route._handler(declared, is_own=declared is self)
        if is_general:
            from ferroapi.seams import sessions

            return surrounded(sessions.request_response(handler), self, self.dependant)
        return surrounded(route._compile(handler), self, self.dependant)

    def _handler(self, declared: APIRoute, *, is_own: bool) -> RouteHandler:
        """Asks the declared route, which may change its dependant for what is being compiled."""
        kept = declared.dependant
        token = _compiling.set(self)
        try:
            with unnoticed():
                declared.dependant = self.dependant if is_own else kept.with_path(kept.path)
                handler = declared.get_route_handler()
                if is_own:
                    self.dependant = declared.dependant
        finally:
            vars(declared)["dependant"] = kept
            _compiling.reset(token)
        return handler

    def get_route_handler(self) -> RouteHandler:
        """The function that answers a matched request; a subclass may wrap what it returns.

        It is called on the declared route, once when that is compiled and once for each of its
        inclusions, not once a request. What it gives at any other time is for `request_response`.
        """
        from ferroapi.seams import handler_plans, handlers

        compiling = _compiling.get()
        route = self if compiling is None or compiling._declared is not self else compiling
        options = route._serialization_options
        handler = handlers.get_request_handler(
            dependant=route.dependant,
            body_field=route.body_field,
            status_code=route.status_code,
            response_class=route.response_class,
            response_field=route.response_field,
            **{f"response_model_{name}": value for name, value in options.items()},
            dependency_overrides_provider=route.dependency_overrides_provider,
            embed_body_fields=route._embed_body_fields,
            strict_content_type=route.strict_content_type,
            stream_item_field=route.stream_item_field,
            is_json_stream=route.is_json_stream,
            form_limits=route.form_limits,
        )
        if compiling is None and not is_handler_replaced():
            handler_plans.keep_compiler(handler, copy(self)._compile_answer)
        return handler

    def _compile_answer(self) -> ASGIApp:
        return written(surrounded(self._compile(None), self, self.dependant))

    @cached_property
    def _endpoint_context(self) -> Callable[[], EndpointContext]:
        return endpoint_context_later(self.endpoint)

    def _compile(self, handler: RouteHandler | None) -> OperationPlan:
        vars(self.dependant)["inline"] = self.inline
        steps = provided_steps(self.dependant, self.dependency_overrides_provider)
        return OperationPlan(
            steps=steps,
            solver=Solver(
                steps,
                endpoint_context=self._endpoint_context,
                body_field=self._plan_body_field(steps),
                embed=embeds_body(body_params(steps)),
                strict_content_type=resolved(self.strict_content_type),
                form_limits=self.form_limits,
                reads_late=self.read_body == "late",
            ),
            serialize=self._serialize(steps),
            status_code=self.status_code,
            handler=handler,
        )

    def _plan_body_field(self, steps: tuple[Step, ...]) -> ModelField | None:
        """The body field of the steps, which overrides may have changed."""
        fields = body_params(steps)
        return (
            self.body_field
            if fields == self._body_params
            else combined_body_field(fields, name=self.unique_id)
        )

    def _serialize(self, steps: tuple[Step, ...]) -> Serialize:
        replies = Replies(self, self.path_format, self._endpoint_context)
        if steps[-1].kind.is_generator:
            return replies.of_items(self.stream_item_field, as_json_lines=self.is_json_stream)
        return replies.of_value(steps, self.response_field, self.stream_item_field)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the route answers a request, and what it adds to the scope."""
        match, child_scope = Route.matches(effective_route(scope, self), scope)
        if match is not Match.NONE:
            child_scope["route"] = self
        return match, child_scope

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request that matched."""
        await Route.handle(effective_route(scope, self), scope, receive, send)


_OF_ONE = (
    *("app", "get_route_handler", "handle", "matches"),
    *("body_field", "_endpoint_context"),
)
"""What was set on one object, or is kept by it, and is not of those made of it."""

_GET_ROUTE_HANDLER = APIRoute.get_route_handler
"""As it was imported: what somebody has put into its place since then is called."""
