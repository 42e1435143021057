"""One event of an event stream, and its wire format."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo

from ferroapi._core import sse_frame, valid_sse_event, valid_sse_id


def _only_payload(raw_data: str | None, event: ValidationInfo) -> str | None:
    # A validator of the whole model would be called for every event, also for those without it.
    if raw_data is not None and event.data.get("data") is not None:
        raise ValueError(
            "Cannot set both 'data' and 'raw_data' on the same ServerSentEvent. "
            "Use 'data' for JSON-serialized payloads or 'raw_data' for pre-formatted strings."
        )
    return raw_data


class ServerSentEvent(BaseModel):
    """One event of an event stream, for control over more than its data.

    `data` is any value; it is sent as JSON, so that a string arrives in quotes. `raw_data` is text
    that is sent as it is; only one of the two can be given. `event` is the type a browser's
    listener is registered for, `id` what it sends back as `Last-Event-ID` when it reconnects,
    `retry` how many milliseconds it waits before that. `comment` is not seen by listeners.

    `event` and `id` are single lines, and `id` has no NUL; `retry` is less than 2**64. An event
    that was changed after it was validated is refused when it is sent: with a `ValueError` too, or
    with a `TypeError` for a field of another type.
    """

    data: Any = None
    raw_data: Annotated[str | None, AfterValidator(_only_payload)] = None
    event: Annotated[str | None, AfterValidator(valid_sse_event)] = None
    id: Annotated[str | None, AfterValidator(valid_sse_id)] = None
    retry: Annotated[int | None, Field(ge=0, lt=2**64)] = None
    comment: str | None = None


def format_sse_event(
    *,
    data_str: str | None = None,
    event: str | None = None,
    id: str | None = None,
    retry: int | None = None,
    comment: str | None = None,
) -> bytes:
    """One event as the HTML standard's event stream format writes it (section 9.2.6).

    Args:
        data_str: the data, already serialized, of one or more lines.
        event: the type a browser's listener is registered for; `message` to it without one.
        id: what it sends back as `Last-Event-ID` when it connects again.
        retry: the milliseconds that it waits before that.
        comment: what listeners do not see, of one or more lines.

    Raises:
        ValueError: `event` or `id` is not a single line, `id` has a NUL, or `retry` is negative or
            not less than 2**64.
    """
    return sse_frame(data_str, event=event, id=id, retry=retry, comment=comment)
