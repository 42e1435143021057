"""What a path operation makes of what its endpoint gives, as its options say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ferroapi.annotations import is_subclass
from ferroapi.datastructures import DefaultPlaceholder
from ferroapi.plan.reply.serialization import Serializer, TypedValue
from ferroapi.routing.options import resolved
from ferroapi.sse import EventSourceResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ferroapi.exceptions import EndpointContext
    from ferroapi.fields import ModelField
    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.reply.serialization import Serialize
    from ferroapi.routing.options import OperationAttributes


class Replies:
    """Makes what makes the replies of one operation."""

    __slots__ = ("_context", "_options", "_path")

    def __init__(
        self, options: OperationAttributes, path: str, context: Callable[[], EndpointContext]
    ) -> None:
        """
        Args:
            options: those of the operation.
            path: its path, for the errors that name it.
            context: its function, for these errors.
        """
        self._options = options
        self._path = path
        self._context = context

    def of_value(
        self, steps: Sequence[Step], response: ModelField | None, item: ModelField | None
    ) -> Serialize:
        """For an endpoint that returns.

        Args:
            steps: the dependencies and the endpoint.
            response: the declared type.
            item: the declared type of items, where what is returned is streamed.
        """
        chosen = self._options.response_class
        if is_subclass(chosen, EventSourceResponse):
            from ferroapi.plan.reply.stream import Returned

            return Returned(self.of_items(item, as_json_lines=False))
        injected = {kind for step in steps for _, kind in step.injected}
        return Serializer(
            response_class=None if isinstance(chosen, DefaultPlaceholder) else chosen,
            status_code=self._options.status_code,
            typed=self._typed(response),
            injects=bool(injected & {"response", "background_tasks"}),
        )

    def of_items(self, item: ModelField | None, *, as_json_lines: bool) -> Serialize:
        """For an endpoint that yields items of a type, if it is declared."""
        from ferroapi.plan.reply.stream import stream_serializer
        from ferroapi.plan.writing.items import TypedItems

        is_sse = is_subclass(self._options.response_class, EventSourceResponse)
        typed = self._typed(item)
        return stream_serializer(
            response_class=resolved(self._options.response_class),
            is_sse=is_sse,
            is_jsonl=as_json_lines,
            status_code=self._options.status_code,
            encode_in=None if typed is None else TypedItems(typed, is_sse=is_sse).encode_in,
        )

    def _typed(self, field: ModelField | None) -> TypedValue | None:
        if field is None:
            return None
        options = self._options._serialization_options
        return TypedValue(field, options, path=self._path, context=self._context)


def is_event(annotation: Any) -> bool:
    """Whether the items of a stream are events already."""
    from ferroapi.sse.event import ServerSentEvent

    return is_subclass(annotation, ServerSentEvent)
