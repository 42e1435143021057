"""Models as parameters: every field of the model is a parameter of its location."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import AliasChoices, AliasPath
from starlette.datastructures import Headers, ImmutableMultiDict

from ferroapi import params
from ferroapi._core import Parameters
from ferroapi.fields import ErrorDetail, ModelField, Undefined, model_fields
from ferroapi.plan.reading.validators import takes_others
from ferroapi.plan.reading.values import empty_is_absent, takes_all, validate, value_under

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ferroapi._core import Mode
    from ferroapi.plan.reading.values import Validate


def read_model(
    field: ModelField,
    received: Mapping[str, Any],
    location: str,
    validate: Validate = validate,
) -> tuple[Any, list[ErrorDetail]]:
    """The model built from its own names and, for its `extra` policy, from all others.

    An optional model of which nothing was sent takes its default.
    """
    model = field.model
    assert model is not None
    in_headers = isinstance(received, Headers)
    given: dict[str, Any] = {}
    sent_as: dict[str, str] = {}
    own: set[str] = set()
    used: set[str] = set()
    for member in model_fields(model):
        names = _names(field, member, in_headers=in_headers)
        own.update(sent for _, sent in names)
        name, sent = next((pair for pair in names if pair[1] in received), names[0])
        value = value_under(member, received, sent)
        if value is not Undefined:
            given[name] = value
        if name != sent:
            sent_as[name] = sent
        used.update((sent, *_other_spellings(names)))
    given.update(_others(received, {key.lower() for key in used} if in_headers else used))
    extra = model.model_config.get("extra") in ("allow", "forbid")
    absent = not any(name in received for name in own) and not (extra and given)
    whole: Any = Undefined if absent and may_be_absent(field) else given
    value, errors = validate(field, whole, (location,))
    if model.model_config.get("loc_by_alias", True):
        for error in errors:
            loc = error["loc"]
            if len(loc) > 1 and loc[1] in sent_as:
                error["loc"] = (loc[0], sent_as[loc[1]], *loc[2:])
    return value, errors


def may_be_absent(field: ModelField) -> bool:
    """Whether a model of which nothing was sent takes its default, and is not made of nothing."""
    return field.field_info.annotation is not field.model


def model_extraction(field: ModelField) -> Parameters | None:
    """What gives what `read_model` validates, in one pass; `None` where only that can tell."""
    info = field.field_info
    model = field.model
    if model is None or isinstance(info, params.Path) or not isinstance(info, params.Param):
        return None
    location: Any = info.in_.value
    in_headers = location == "header"
    members = model_fields(model)
    names = [_names(field, member, in_headers=in_headers) for member in members]
    if any(empty_is_absent(member, in_cookies=location == "cookie") for member in members):
        return None
    others = None
    if is_given_all(field):
        is_counted = model.model_config.get("extra") in ("allow", "forbid")
        if any(len(pairs) > 1 for pairs in names) or (may_be_absent(field) and not is_counted):
            # Which name is another one, or whether the model was sent, depends on what was.
            return None
        used = {name for pairs in names for name in (pairs[0][1], *_other_spellings(pairs))}
        others = location, {name.lower() for name in used} if in_headers else used
    one: Mode = "first" if in_headers else "last"
    slots = [
        (key, [sent.lower() if in_headers else sent], "all" if takes_all(member) else one)
        for member, pairs in zip(members, names, strict=True)
        for key, sent in pairs
    ]
    places: dict[str, Any] = {location: slots}
    return Parameters(**places, others=others)


def is_given_all(field: ModelField) -> bool:
    """Whether a model is given what was sent under other names than its own."""
    model = field.model
    assert model is not None
    members = model_fields(model)
    return takes_others(field.core_schema) or any(map(_is_looked_for_inside, members))


def names_in_errors(field: ModelField) -> dict[str, str]:
    """The names that members are sent under, where errors have them instead of those of pydantic.

    They are known before a request comes where each member has one name.
    """
    model = field.model
    assert model is not None
    if not model.model_config.get("loc_by_alias", True):
        return {}
    in_headers = isinstance(field.field_info, params.Header)
    named = [_names(field, member, in_headers=in_headers) for member in model_fields(model)]
    return {key: sent for pairs in named for key, sent in pairs if key != sent}


def _names(
    field: ModelField, member: ModelField, *, in_headers: bool
) -> tuple[tuple[str, str], ...]:
    hyphens = in_headers and getattr(field.field_info, "convert_underscores", True)
    converted = getattr(member.field_info, "convert_underscores", hyphens)
    return member.names(hyphens=in_headers and converted)


def _is_looked_for_inside(member: ModelField) -> bool:
    """Whether a member may be found inside of what was sent under another name."""
    alias = member.field_info.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return any(isinstance(choice, AliasPath) for choice in choices)


def _other_spellings(names: Iterable[tuple[str, str]]) -> list[str]:
    """Those of converted names, which are no extra headers either."""
    return [other for other, sent in names if other != sent]


def _others(received: Mapping[str, Any], used: set[str]) -> Iterator[tuple[str, Any]]:
    pairs = received.multi_items() if isinstance(received, ImmutableMultiDict) else received.items()
    grouped: dict[str, list[Any]] = {}
    for key, value in pairs:
        if key not in used:
            grouped.setdefault(key, []).append(value)
    for key, values in grouped.items():
        yield key, values[0] if len(values) == 1 else values
