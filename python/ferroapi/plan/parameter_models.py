"""Models as parameters: every field of the model is a parameter of its location."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, ImmutableMultiDict

from ferroapi.annotations import optional_model
from ferroapi.fields import ErrorDetail, ModelField, Undefined, model_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def read_model(
    field: ModelField, received: Mapping[str, Any], location: str
) -> tuple[Any, list[ErrorDetail]]:
    """The model built from its own names and, for its `extra` policy, from all others.

    An optional model of which nothing was sent takes its default.
    """
    from ferroapi.plan.parameters import find, validate

    model = optional_model(field.field_info.annotation)
    assert model is not None
    given: dict[str, Any] = {}
    sent_as: dict[str, str] = {}
    own: set[str] = set()
    used: set[str] = set()
    for member in model_fields(model):
        reader = _wire_field(field, member, received)
        own.update(reader.input_names)
        name, value = find(reader, received)
        key = member.input_names[reader.input_names.index(name)]
        used.update((name.lower(), key.lower()) if isinstance(received, Headers) else (name,))
        if value is not Undefined:
            given[key] = value
        if key != name:
            sent_as[key] = name
    given.update(_others(received, used))
    extra = model.model_config.get("extra") in ("allow", "forbid")
    absent = not any(name in received for name in own) and not (extra and given)
    whole: Any = Undefined if absent and field.field_info.annotation is not model else given
    value, errors = validate(field, whole, (location,))
    for error in errors:
        loc = error["loc"]
        if len(loc) > 1 and loc[1] in sent_as:
            error["loc"] = (loc[0], sent_as[loc[1]], *loc[2:])
    return value, errors


def _wire_field(field: ModelField, member: ModelField, received: Mapping[str, Any]) -> ModelField:
    """The member as it is named on the wire: header names have hyphens for underscores."""
    if not isinstance(received, Headers) or member.input_names != (member.name,):
        return member
    default = getattr(field.field_info, "convert_underscores", True)
    if not getattr(member.field_info, "convert_underscores", default):
        return member
    return member.with_info(alias=member.name.replace("_", "-"))


def _others(received: Mapping[str, Any], used: set[str]) -> Iterator[tuple[str, Any]]:
    pairs = received.multi_items() if isinstance(received, ImmutableMultiDict) else received.items()
    grouped: dict[str, list[Any]] = {}
    for key, value in pairs:
        if key not in used:
            grouped.setdefault(key, []).append(value)
    for key, values in grouped.items():
        yield key, values[0] if len(values) == 1 else values
