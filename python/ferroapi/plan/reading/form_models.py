"""Models as parameters of a form: every field of the model is a field of the form."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Tag

from ferroapi.annotations import is_nullable, is_union, resolve_alias
from ferroapi.dependencies.body import form_models, takes_others
from ferroapi.fields import Undefined, model_fields
from ferroapi.plan.reading.form_fields import FormField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ferroapi.fields import Location, ModelField
    from ferroapi.plan.reading.form_fields import Received


def _unwrapped(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items


class _Model:
    """The fields of one model."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._fields = [FormField(field) for field in model_fields(model)]
        self._names = {name for field in self._fields for name in field.names}
        self._has_extra = takes_others(model)

    def is_supplied(self, received: Received) -> bool:
        """Whether anything of the model was sent, if only an empty text."""
        return not self._names.isdisjoint(received) or (self._has_extra and bool(received))

    def find(self, received: Received) -> Iterator[tuple[str, Any, FormField | None]]:
        """What the model is made of: its own fields, then all others for its `extra` policy.

        A name that was not needed, since one before it had a value, is one of the others.
        """
        used: set[str] = set()
        for field in self._fields:
            name, value = field.find(received)
            if value is Undefined:
                used.update(field.names)
            else:
                used.update(field.names[: field.names.index(name) + 1])
                yield name, value, field
        for name, items in received.items():
            if name not in used:
                yield name, _unwrapped(items), None


class FormModels:
    """A parameter that is a model, or one of several in a union."""

    __slots__ = ("_is_nullable", "_models", "field")

    def __init__(self, field: ModelField) -> None:
        annotation = field.field_info.annotation
        self._models = [_Model(model) for model in form_models(field)]
        self._is_nullable = is_nullable(annotation)
        self.field = field
        if len(self._models) > 1:
            self.field = field.with_info(annotation=_with_own_fields(annotation))

    async def read(self, received: Received) -> tuple[Location, Any]:
        """The place of the parameter for its errors, and the input of its validation.

        With a union, which of its models takes what is seen when each was tried.
        """
        value: Any
        if self._is_nullable and not any(model.is_supplied(received) for model in self._models):
            value = Undefined
        elif len(self._models) > 1:
            value = {name: _unwrapped(items) for name, items in received.items()}
        else:
            value = {
                name: item if field is None else await field.read_files(item)
                for name, item, field in self._models[0].find(received)
            }
        return ("body",), value


def _with_own_fields(annotation: Any, metadata: tuple[Any, ...] = ()) -> Any:
    """A union of models each of which reads its own fields from the form before it validates."""
    annotation = resolve_alias(annotation)
    if get_origin(annotation) is Annotated:
        inner, *inner_metadata = get_args(annotation)
        return _with_own_fields(inner, (*inner_metadata, *metadata))
    if is_union(annotation):
        union = reduce(or_, (_with_own_fields(member) for member in get_args(annotation)))
        return Annotated[(union, *metadata)] if metadata else union
    if annotation is type(None):
        return annotation
    # Without a tag, errors would name the validator instead of the model.
    tags = [item for item in metadata if isinstance(item, Tag)]
    tag = tags[-1] if tags else Tag(annotation.__name__)
    return Annotated[(annotation, *metadata, BeforeValidator(_own_fields(annotation)), tag)]


def _own_fields(model: type[BaseModel]) -> Callable[[Any], Any]:
    fields = _Model(model)

    def find(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        # No form can say these, but a validator in front of the union can.
        said = {name: item for name, item in value.items() if item is None or item == []}
        received = {
            name: item if isinstance(item, list) else [item]
            for name, item in value.items()
            if name not in said
        }
        return {name: item for name, item, _ in fields.find(received)} | said

    return find
