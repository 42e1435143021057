"""Models as parameters: every field of the model is a parameter of its location."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, ImmutableMultiDict

from ferroapi.annotations import optional_model
from ferroapi.fields import ErrorDetail, ModelField, Undefined, model_fields
from ferroapi.plan.reading.values import validate, value_under

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def read_model(
    field: ModelField, received: Mapping[str, Any], location: str
) -> tuple[Any, list[ErrorDetail]]:
    """The model built from its own names and, for its `extra` policy, from all others.

    An optional model of which nothing was sent takes its default.
    """
    model = optional_model(field.field_info.annotation)
    assert model is not None
    in_headers = isinstance(received, Headers)
    hyphens = in_headers and getattr(field.field_info, "convert_underscores", True)
    given: dict[str, Any] = {}
    sent_as: dict[str, str] = {}
    own: set[str] = set()
    used: set[str] = set()
    for member in model_fields(model):
        converted = getattr(member.field_info, "convert_underscores", hyphens)
        names = member.names(hyphens=in_headers and converted)
        own.update(sent for _, sent in names)
        name, sent = next((pair for pair in names if pair[1] in received), names[0])
        value = value_under(member, received, sent)
        if value is not Undefined:
            given[name] = value
        if name != sent:
            sent_as[name] = sent
        # The other spelling of a converted name is no extra header either.
        used.update((sent, *(other for other, wire in names if other != wire)))
    given.update(_others(received, {key.lower() for key in used} if in_headers else used))
    extra = model.model_config.get("extra") in ("allow", "forbid")
    absent = not any(name in received for name in own) and not (extra and given)
    whole: Any = Undefined if absent and field.field_info.annotation is not model else given
    value, errors = validate(field, whole, (location,))
    if model.model_config.get("loc_by_alias", True):
        for error in errors:
            loc = error["loc"]
            if len(loc) > 1 and loc[1] in sent_as:
                error["loc"] = (loc[0], sent_as[loc[1]], *loc[2:])
    return value, errors


def _others(received: Mapping[str, Any], used: set[str]) -> Iterator[tuple[str, Any]]:
    pairs = received.multi_items() if isinstance(received, ImmutableMultiDict) else received.items()
    grouped: dict[str, list[Any]] = {}
    for key, value in pairs:
        if key not in used:
            grouped.setdefault(key, []).append(value)
    for key, values in grouped.items():
        yield key, values[0] if len(values) == 1 else values
